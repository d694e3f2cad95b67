// Draws the figures and tables of the page from the data in it. Each text is put in as text, never as HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const printing = matchMedia("print");
const MANY_MARKS = 1500; // above it figures are bitmaps
const MOST_LINES = 2000; // of parallel coordinates
const MOST_PRINTED = 1000; // rows of a table that are printed whole
const FEW_VALUES = 40; // of an axis with a place for each value

// ---------------------------------------------------------------- small things

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function shown(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values) {
  if (values.length < 2) return 0;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function byName(trial, name) {
  return trial.columns.findIndex((column) => column.name === name);
}

// The values of columns for all combinations in which none is missing; numbers must be finite.
function complete(trial, names) {
  const places = names.map((name) => byName(trial, name));
  const kinds = places.map((place) => trial.columns[place].kind);
  const rows = [];
  for (let at = 0; at < trial.rows; at += 1) {
    const values = places.map((place) => trial.values[place][at]);
    const there = values.every((value, place) =>
      kinds[place] === "number" ? typeof value === "number" : value !== null);
    if (there) rows.push(values);
  }
  return rows;
}

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(row);
  }
  return groups;
}

function inOrder(values) {
  const distinct = [...new Set(values)];
  return distinct.sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : 0));
}

// Numbers whose steps grow as those of 0.01, 0.1, 1 do.
function isGeometric(values) {
  const steps = inOrder(values);
  if (steps.length < 3 || !(steps[0] > 0)) return false;
  const last = steps.length - 1;
  return steps[last] / steps[0] >= 30 && steps[Math.floor(last / 2)] < (steps[0] + steps[last]) / 3;
}

// ---------------------------------------------------------------- drawing

function colours(canvas) {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(name).trim();
  const text = canvas ? named("--text") : "currentColor";
  const grid = { gridOpacity: 0.15, gridColor: text, domainColor: text, tickColor: text };
  return {
    background: null,
    font: "system-ui, 'DejaVu Sans', sans-serif",
    view: { stroke: null },
    axis: { ...grid, labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 13, labelLimit: 110, titleFontWeight: "normal" },
    legend: { labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 12, orient: "bottom", labelLimit: 160, symbolOpacity: 1, gradientOpacity: 1 },
    text: { color: text },
    header: { labelColor: text, titleColor: text },
    mark: { tooltip: true },
  };
}

const drawings = [];

async function draw(drawing) {
  const { place, make } = drawing;
  const turn = (drawing.turn = (drawing.turn || 0) + 1);
  const { spec, caption, marks } = make();
  const renderer = marks > MANY_MARKS ? "canvas" : "svg";
  const options = { actions: false, renderer, ast: true, tooltip: { theme: dark.matches ? "dark" : "light" } };
  const before = drawing.view;
  const target = element("div");
  drawing.caption.textContent = caption;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", caption);
  place.style.minHeight = `${place.offsetHeight}px`;
  place.replaceChildren(target);
  if (!marks) {
    target.textContent = "There are no values to draw.";
    if (before) before.finalize();
    drawing.view = null;
    return;
  }
  const full = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: "container", height: 260, ...spec };
  full.config = { ...colours(renderer === "canvas"), ...spec.config };
  full.usermeta = { embedOptions: {} };
  full.description = caption;
  target.style.width = "100%";
  const made = await window.vegaEmbed(target, full, options);
  if (before) before.finalize();
  if (turn !== drawing.turn) {
    made.view.finalize();
    return;
  }
  drawing.view = made.view;
  place.style.minHeight = "";
}

function redraw() {
  for (const drawing of drawings) draw(drawing);
}
dark.addEventListener("change", redraw);

// A field of Vega-Lite's is a path: columns are named by their place, and titled by their name.
function axis(column, field, more = {}) {
  return { field, title: column.name, type: "quantitative", ...more };
}

function ordinal(column, field, values, more = {}) {
  return { field, title: column.name, type: "ordinal", sort: inOrder(values), ...more };
}

function colourOf(column, values) {
  const few = new Set(values).size <= 8;
  const [light, night] = column.kind === "number" ? ["viridis", "plasma"] : few ? ["dark2", "set2"] : ["tableau20", "tableau20"];
  return ordinal(column, "c", values, { scale: { scheme: dark.matches ? night : light } });
}

// ---------------------------------------------------------------- the kinds of figures

function number(value) {
  return shown(Number(value.toPrecision(4)));
}

function lines(trial, chosen) {
  const [x, y] = [chosen.x, chosen.y].map((name) => trial.columns[byName(trial, name)]);
  const colour = chosen.colour ? trial.columns[byName(trial, chosen.colour)] : null;
  const rows = complete(trial, [x.name, y.name, ...(colour ? [colour.name] : [])]);
  const xs = rows.map((row) => row[0]);
  const cs = rows.map((row) => row[2]);
  const fewLines = !colour || colour.kind !== "number" || new Set(cs).size <= FEW_VALUES;
  if (x.kind === "number" && (new Set(xs).size > FEW_VALUES || !fewLines)) return points(chosen, x, y, colour, rows);
  const groups = [...grouped(rows, (row) => JSON.stringify([row[0], row[2]])).values()];
  const values = groups.map((group) => {
    const found = group.map((row) => row[1]);
    const [middle, wide] = [mean(found), spread(found)];
    return { x: group[0][0], c: group[0][2], y: middle, low: middle - wide, high: middle + wide, n: found.length };
  });
  const scale = chosen.logX && x.kind === "number" ? { type: "log", nice: false } : { zero: false };
  const across = x.kind === "number" ? axis(x, "x", { scale, axis: ticks(xs, scale) }) : ordinal(x, "x", xs, { axis: { labelAngle: 0 } });
  const up = { zero: false, ...(chosen.logY ? { type: "log" } : {}) };
  const repeated = values.some((value) => value.n > 1 && value.high > value.low);
  const painted = colour ? { color: colourOf(colour, cs) } : {};
  const tooltip = [tip(x, "x"), ...(colour ? [tip(colour, "c")] : []), tip({ name: repeated ? `mean of ${y.name}` : y.name, kind: "number" }, "y"), { field: "n", title: "combinations" }];
  const layers = [];
  const lower = chosen.logY ? values.map((value) => ({ ...value, low: Math.max(value.low, value.y / 10) })) : values;
  if (repeated && x.kind === "number") layers.push({ mark: { type: "area", opacity: 0.18, tooltip: false }, encoding: { x: across, y: axis(y, "low", { scale: up }), y2: { field: "high" }, ...painted } });
  if (repeated && x.kind !== "number") layers.push({ mark: { type: "rule", opacity: 0.5, tooltip: false }, encoding: { x: across, y: axis(y, "low", { scale: up }), y2: { field: "high" }, ...painted, ...(colour ? { xOffset: { field: "c", sort: inOrder(cs) } } : {}) } });
  if (x.kind === "number") layers.push({ mark: { type: "line", tooltip: false }, encoding: { x: across, y: axis(y, "y", { scale: up }), ...painted } });
  layers.push({ mark: { type: "point", filled: true, size: 55, opacity: 1 }, encoding: { x: across, y: axis(y, "y", { scale: up }), ...painted, tooltip, ...(colour && x.kind !== "number" ? { xOffset: { field: "c", sort: inOrder(cs) } } : {}) } });
  const best = values.reduce((a, b) => (!a || b.y > a.y ? b : a), null);
  const least = values.reduce((a, b) => (!a || b.y < a.y ? b : a), null);
  const at = (value) => `${number(value.y)} at ${x.name} ${shown(value.x)}${colour ? `, ${colour.name} ${shown(value.c)}` : ""}`;
  const what = `${repeated ? "Mean of " : ""}${y.name} against ${x.name}${colour ? `, by ${colour.name}` : ""}`;
  const band = repeated ? ` The ${x.kind === "number" ? "band" : "bar"} is one standard deviation to each side, over ${range(values.map((v) => v.n))} combinations.` : "";
  const caption = best ? `${what}.${band} Largest: ${at(best)}; smallest: ${at(least)}.` : `${what}: no values.`;
  return { spec: { data: { values: lower }, layer: layers }, caption, marks: values.length * 3 };
}

function ticks(xs, scale) {
  const distinct = inOrder(xs);
  if (distinct.length > 8) return { labelOverlap: true };
  return { values: distinct, labelOverlap: true, format: "~g", grid: scale.type !== "log" };
}

function tip(column, field) {
  return { field, title: column.name, type: column.kind === "number" ? "quantitative" : "nominal", ...(column.kind === "number" ? { format: ".6~g" } : {}) };
}

function range(counts) {
  const [low, high] = [Math.min(...counts), Math.max(...counts)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function points(chosen, x, y, colour, rows) {
  const values = rows.map((row) => ({ x: row[0], y: row[1], c: row[2] }));
  const scaled = (log) => ({ zero: false, ...(log ? { type: "log" } : {}) });
  const continuous = colour && colour.kind === "number" && new Set(rows.map((row) => row[2])).size > 10;
  const painted = !colour ? {} : continuous ? { color: axis(colour, "c", { scale: { scheme: "viridis" } }) } : { color: colourOf(colour, rows.map((row) => row[2])) };
  const encoding = { x: axis(x, "x", { scale: scaled(chosen.logX) }), y: axis(y, "y", { scale: scaled(chosen.logY) }), ...painted, tooltip: [tip(x, "x"), tip(y, "y"), ...(colour ? [tip(colour, "c")] : [])] };
  const caption = `${y.name} against ${x.name}${colour ? `, by ${colour.name}` : ""}: ${values.length} combinations.`;
  return { spec: { data: { values }, mark: { type: "point", filled: true, size: 25, opacity: values.length > 1000 ? 0.4 : 0.8 }, encoding }, caption, marks: values.length };
}

function heat(trial, chosen) {
  const [x, down, y] = [chosen.x, chosen.colour, chosen.y].map((name) => trial.columns[byName(trial, name)]);
  const rows = complete(trial, [x.name, down.name, y.name]);
  const bins = (column, at) => column.kind === "number" && new Set(rows.map((row) => row[at])).size > FEW_VALUES;
  const groups = [...grouped(rows, (row) => JSON.stringify(row.slice(0, 2))).values()];
  const values = groups.map((group) => ({ x: group[0][0], c: group[0][1], y: mean(group.map((row) => row[2])), n: group.length }));
  const binned = bins(x, 0) || bins(down, 1);
  const side = (column, field, at) => (bins(column, at) ? axis(column, field, { bin: { maxbins: 30 } }) : ordinal(column, field, rows.map((row) => row[at]), { axis: { labelAngle: 0, labelOverlap: true } }));
  const encoding = {
    x: side(x, "x", 0),
    y: { ...side(down, "c", 1), ...(bins(down, 1) ? {} : { sort: inOrder(rows.map((row) => row[1])).reverse() }) },
    color: { field: "y", title: y.name, type: "quantitative", aggregate: binned ? "mean" : undefined, scale: { scheme: "viridis", zero: false }, legend: { orient: "right", gradientLength: 200 } },
    tooltip: binned ? undefined : [tip(x, "x"), tip(down, "c"), tip({ name: `mean of ${y.name}`, kind: "number" }, "y"), { field: "n", title: "combinations" }],
  };
  const best = values.reduce((a, b) => (!a || b.y > a.y ? b : a), null);
  const caption = `Mean of ${y.name} for each ${x.name} and ${down.name}.` + (best ? ` Largest: ${number(best.y)} at ${x.name} ${shown(best.x)}, ${down.name} ${shown(best.c)}.` : "");
  return { spec: { data: { values }, mark: { type: "rect", tooltip: true }, encoding }, caption, marks: values.length };
}

function distribution(trial, chosen) {
  const y = trial.columns[byName(trial, chosen.y)];
  const colour = chosen.colour ? trial.columns[byName(trial, chosen.colour)] : null;
  const rows = complete(trial, [y.name, ...(colour ? [colour.name] : [])]);
  const cs = rows.map((row) => row[1]);
  if (colour && new Set(cs).size > 12) return distribution(trial, { ...chosen, colour: "" });
  const values = rows.map((row) => ({ y: row[0], c: row[1] }));
  const found = rows.map((row) => row[0]).sort((a, b) => a - b);
  const quantile = (share) => found[Math.min(found.length - 1, Math.floor(share * found.length))];
  const counted = { aggregate: "count", title: "combinations", type: "quantitative", stack: "zero" };
  const encoding = { x: axis(y, "y", { bin: { maxbins: 30 } }), y: counted, ...(colour ? { color: colourOf(colour, cs) } : {}) };
  const caption = found.length ? `Distribution of ${y.name}${colour ? `, by ${colour.name}` : ""}, over ${found.length} combinations: smallest ${number(found[0])}, median ${number(quantile(0.5))}, largest ${number(found[found.length - 1])}.` : `${y.name}: no values.`;
  return { spec: { data: { values }, mark: { type: "bar", binSpacing: 1 }, encoding }, caption, marks: values.length && 200 };
}

// The scale of each axis is its own, from the bottom to the top of the figure.
function parallel(trial, chosen) {
  const axes = trial.columns.filter((column) => column.role === "param" && column.distinct > 1 && column.kind !== "text").slice(0, 8);
  const y = trial.columns[byName(trial, chosen.y)];
  let rows = complete(trial, [...axes.map((column) => column.name), y.name]);
  const all = rows.length;
  if (all > MOST_LINES) rows = rows.filter((_, at) => Math.floor((at * MOST_LINES) / all) !== Math.floor(((at - 1) * MOST_LINES) / all));
  const named = [...axes, y];
  const heights = named.map((column, at) => heightOf(rows.map((row) => row[at]), column.kind === "number"));
  const values = rows.flatMap((row, line) => named.map((column, at) => ({ line, axis: at, height: heights[at](row[at]), y: row[named.length - 1], value: shown(row[at]), name: column.name })));
  const marks = named.flatMap((column, at) => {
    const distinct = inOrder(rows.map((row) => row[at]));
    const labelled = distinct.length <= 6 ? distinct : column.kind === "number" ? [distinct[0], distinct[distinct.length - 1]] : distinct.slice(0, 6);
    return labelled.map((value) => ({ axis: at, height: heights[at](value), value: shown(column.kind === "number" ? Number(Number(value).toPrecision(3)) : value) }));
  });
  const across = { field: "axis", type: "ordinal", title: null, scale: { type: "point", padding: 0.3 }, axis: { labelAngle: 0, domain: false, ticks: false, grid: true, labelExpr: `${JSON.stringify(named.map((column) => column.name))}[datum.value]`, labelLimit: 90, labelOverlap: false } };
  const up = { field: "height", type: "quantitative", axis: null, scale: { domain: [0, 1] } };
  const layer = [
    { data: { values }, mark: { type: "line", opacity: rows.length > 300 ? 0.25 : 0.5, strokeWidth: 1.25, tooltip: false }, encoding: { x: across, y: up, detail: { field: "line" }, color: { field: "y", title: y.name, type: "quantitative", scale: { scheme: "viridis", zero: false }, legend: { orient: "right", gradientLength: 200 } } } },
    { data: { values: marks }, mark: { type: "text", align: "left", dx: 5, fontSize: 11, fontWeight: "bold", tooltip: false }, encoding: { x: across, y: up, text: { field: "value" } } },
  ];
  const cut = rows.length < all ? ` (${rows.length} of ${all} are drawn)` : "";
  const caption = `Each combination is a line through its values of ${axes.map((column) => column.name).join(", ")} and ${y.name}, coloured by ${y.name}${cut}.`;
  return { spec: { layer }, caption, marks: rows.length * named.length };
}

function heightOf(values, isNumber) {
  const distinct = inOrder(values);
  if (isNumber && !isGeometric(values) && distinct.length > 12) {
    const [low, high] = [distinct[0], distinct[distinct.length - 1]];
    return (value) => (high > low ? (value - low) / (high - low) : 0.5);
  }
  const places = new Map(distinct.map((value, at) => [value, distinct.length > 1 ? at / (distinct.length - 1) : 0.5]));
  return (value) => places.get(value);
}

const KINDS = { lines: ["Lines and points", lines], heat: ["Heat map", heat], distribution: ["Distribution", distribution], parallel: ["Parallel coordinates", parallel] };

// ---------------------------------------------------------------- figures whose axes the reader changes

function figure(trial, chosen, title) {
  const place = element("div", { className: "drawing" });
  const caption = element("figcaption");
  const fields = element("fieldset", { className: "axes" });
  fields.setAttribute("aria-label", `Axes of figure ${title} of ${trial.name}`);
  const made = element("figure", {}, fields, place, caption);
  const usable = trial.columns.filter((column) => column.role !== "status" && column.role !== "error");
  const numbers = usable.filter((column) => column.kind === "number");
  const values = numbers.filter((column) => column.role !== "param");
  const groups = usable.filter((column) => column.kind !== "text" && column.distinct > 1 && (column.role === "param" || column.kind === "category"));
  const axes = usable.filter((column) => column.kind !== "text" && column.distinct > 1);
  const set = (key, value) => {
    chosen[key] = value;
    if (key === "x") chosen.logX = suggestsLog(trial, value);
    if (key === "kind") settle(chosen, groups, axes);
    refresh();
    draw(drawing);
  };
  const controls = {
    kind: select("Figure", Object.entries(KINDS).map(([kind, [name]]) => [kind, name]), (value) => set("kind", value)),
    y: select("Value", (values.length ? values : numbers).map((column) => [column.name, column.name]), (value) => set("y", value)),
    x: select("Across", axes.map((column) => [column.name, column.name]), (value) => set("x", value)),
    colour: select("By", [["", "–"], ...axes.map((column) => [column.name, column.name])], (value) => set("colour", value)),
    logX: checkbox("log across", (value) => { chosen.logX = value; draw(drawing); }),
    logY: checkbox("log up", (value) => { chosen.logY = value; draw(drawing); }),
  };
  chosen.logX = suggestsLog(trial, chosen.x);
  chosen.logY = false;
  for (const { label } of Object.values(controls)) fields.append(label);
  const refresh = () => {
    for (const key of ["kind", "y", "x", "colour"]) controls[key].input.value = chosen[key];
    controls.logX.input.checked = chosen.logX;
    const kind = chosen.kind;
    controls.x.label.hidden = kind === "distribution" || kind === "parallel";
    controls.colour.label.hidden = kind === "parallel";
    controls.logX.label.hidden = kind !== "lines" || !isPositive(trial, chosen.x);
    controls.logY.label.hidden = kind !== "lines" || !isPositive(trial, chosen.y);
    if (controls.logY.label.hidden) chosen.logY = controls.logY.input.checked = false;
  };
  settle(chosen, groups, axes);
  refresh();
  const drawing = { place, caption, make: () => KINDS[chosen.kind][1](trial, chosen) };
  drawings.push(drawing);
  return { made, drawing };
}

// Fill in axes that a kind of figure needs.
function settle(chosen, groups, axes) {
  const names = axes.map((column) => column.name);
  if (!names.includes(chosen.x)) chosen.x = (groups[0] || axes[0] || { name: "" }).name;
  if (chosen.kind === "lines" && chosen.x === chosen.y && groups.length) chosen.x = groups[0].name;
  if (chosen.kind === "heat" && (!chosen.colour || chosen.colour === chosen.x)) {
    const other = groups.find((column) => column.name !== chosen.x) || axes.find((column) => column.name !== chosen.x);
    chosen.colour = other ? other.name : chosen.x;
  }
}

function isPositive(trial, name) {
  const at = byName(trial, name);
  return at >= 0 && trial.columns[at].kind === "number" && trial.values[at].every((value) => typeof value !== "number" || value > 0);
}

function suggestsLog(trial, name) {
  return isPositive(trial, name) && isGeometric(trial.values[byName(trial, name)].filter((value) => typeof value === "number"));
}

function select(name, options, changed) {
  const input = element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)));
  input.addEventListener("change", () => changed(input.value));
  return { input, label: element("label", {}, name, input) };
}

function checkbox(name, changed) {
  const input = element("input", { type: "checkbox" });
  input.addEventListener("change", () => changed(input.checked));
  return { input, label: element("label", {}, input, name) };
}

// ---------------------------------------------------------------- tables

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function asHtml(text) {
  return text.replace(/[&<>"']/g, (letter) => escapes[letter]);
}

function table(place, trial) {
  const { default: DataTable } = window.mlxTables;
  const lines = Array.from({ length: trial.rows }, (_, at) => trial.values.map((column) => column[at]));
  const columns = trial.columns.map((column, at) => ({
    title: asHtml(column.name),
    type: column.kind === "number" ? "number-or-gap" : "string",
    searchBuilderType: column.kind === "number" ? "num" : "string",
    className: column.kind === "number" ? "dt-right" : "dt-left",
    visible: column.shown && !(column.role === "error" && column.distinct === 0),
    data: (line, type) => cell(line[at], type, column),
  }));
  const made = element("table", { className: "display compact" });
  made.setAttribute("aria-label", `Results of ${trial.name}`);
  place.append(made);
  const statusAt = byName(trial, "status");
  // Gaps are last in both directions.
  const gaps = (a, b) => (a === null || Number.isNaN(a) ? 1 : 0) - (b === null || Number.isNaN(b) ? 1 : 0);
  DataTable.ext.type.order["number-or-gap-asc"] = (a, b) => gaps(a, b) || a - b;
  DataTable.ext.type.order["number-or-gap-desc"] = (a, b) => gaps(a, b) || b - a;
  const whole = new DataTable(made, {
    data: lines,
    columns,
    order: [],
    deferRender: true,
    autoWidth: false,
    pageLength: 10,
    lengthMenu: [10, 25, 100, 500],
    layout: {
      top2: trial.rows > 1 ? "searchBuilder" : null,
      topStart: trial.rows > 10 ? "pageLength" : null,
      topEnd: trial.rows > 1 ? "search" : null,
      bottomStart: "info",
      bottomEnd: trial.rows > 10 ? "paging" : null,
      bottom2Start: { buttons: [{ extend: "colvis", text: "Columns" }, { extend: "csvHtml5", text: "Download as CSV", filename: trial.name, exportOptions: { orthogonal: "export" } }] },
    },
    language: { searchBuilder: { title: { 0: "Filter", _: "Filter (%d)" }, add: "Add a condition" }, search: "Search", emptyTable: "No combinations" },
    createdRow: (row, line) => {
      for (const td of row.cells) if (td.textContent === line[statusAt] && ["failed", "missing"].includes(td.textContent)) td.classList.add(`status-${td.textContent}`);
    },
  });
  if (trial.rows > MOST_PRINTED) return;
  let length = whole.page.len();
  addEventListener("beforeprint", () => { length = whole.page.len(); whole.page.len(-1).draw(); });
  addEventListener("afterprint", () => whole.page.len(length).draw());
}

function cell(value, type, column) {
  if (type === "display") return asHtml(shown(value));
  if (value === null || value === undefined) return column.kind === "number" && type === "sort" ? null : "";
  if (type === "export") return String(value);
  if (column.kind === "number") return typeof value === "number" ? value : Number(value.replace("inf", "Infinity"));
  return String(value);
}

// ---------------------------------------------------------------- run times

function timeline(place) {
  const drawing = element("div", { className: "drawing" });
  const caption = element("figcaption");
  place.append(element("figure", {}, drawing, caption));
  const runs = data.runs.map((start) => new Date(start * 1000).toISOString().slice(0, 19).replace("T", " "));
  const values = data.bars.map(([run, lane, name, job, start, end]) => ({ run: runs[run], lane, name, job, start, end, seconds: end - start }));
  const lanes = Math.max(...values.map((value) => value.lane));
  const names = [...new Set(values.map((value) => value.name))];
  const make = () => {
    const encoding = {
      x: { field: "start", type: "quantitative", title: "seconds since the first job began", scale: { nice: false } },
      x2: { field: "end" },
      y: { field: "lane", type: "ordinal", title: "jobs at once", axis: { labelOverlap: true } },
      color: { field: "name", type: "nominal", title: null, sort: names, scale: { scheme: names.length > 8 ? "tableau20" : dark.matches ? "set2" : "dark2" } },
      tooltip: [{ field: "name", title: "function" }, { field: "job" }, { field: "seconds", format: ".3~g" }, { field: "start", format: ".3~g" }],
    };
    const bar = { mark: { type: "bar", cornerRadius: 1, minWidth: 1 }, encoding };
    const height = Math.min(400, Math.max(60, lanes * 22));
    const spec = runs.length > 1
      ? { data: { values }, height: Math.min(height, 150), ...bar, encoding: { ...encoding, row: { field: "run", type: "ordinal", title: null, header: { labelAngle: 0, labelAlign: "left", labelOrient: "top" } } }, resolve: { scale: { x: "independent", y: "independent" } } }
      : { data: { values }, height, ...bar };
    const when = runs.length > 1 ? `${runs.length} runs, which began at ${runs.join(", ")} (UTC)` : `It began at ${runs[0]} (UTC)`;
    const longest = values.reduce((a, b) => (!a || b.seconds > a.seconds ? b : a), null);
    return { spec, caption: `${values.length} jobs, at most ${lanes} at once. ${when}. Longest: ${longest.name} ${longest.job}, ${number(longest.seconds)} s.`, marks: values.length };
  };
  const made = { place: drawing, caption, make };
  drawings.push(made);
  return draw(made);
}

// ---------------------------------------------------------------- all of it

function copying() {
  for (const button of document.querySelectorAll(".copy")) {
    const command = button.parentElement.querySelector(".command");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(command);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
}

// A link to code opens it.
function opening() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
}

function themeTables() {
  document.documentElement.classList.toggle("dark", dark.matches && !printing.matches);
}

async function start() {
  addEventListener("hashchange", opening);
  opening();
  copying();
  themeTables();
  dark.addEventListener("change", themeTables);
  printing.addEventListener("change", themeTables);
  for (const place of document.querySelectorAll(".table")) table(place, data.trials[Number(place.dataset.trial)]);
  for (const place of document.querySelectorAll(".figures")) {
    const trial = data.trials[Number(place.dataset.trial)];
    // All have their places before any is drawn, since it is as wide as its place.
    const figures = trial.figures.map((chosen, at) => figure(trial, { ...chosen }, at + 1));
    place.append(...figures.map(({ made }) => made));
    for (const { drawing } of figures) await draw(drawing);
    if (!trial.figures.length) place.remove();
  }
  const times = document.getElementById("timeline");
  if (times) await timeline(times);
  document.documentElement.dataset.ready = "yes";
}

start();
