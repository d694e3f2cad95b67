"""Random projects in the style of real code: local modules, tables, registries, closures, classes, helpers.

Beside ``random_programs``, which knows a few forms and all their combinations, these have many forms. A ``Project`` is made
of pieces that use each other. It can be printed as files, and asked what a run depends on. Nothing here is taken from the
compiler. Projects are drawn from a seed alone, so that a number is all that has to be written down of a failure.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from tests.support.project_forms import (
    ANYWHERE,
    CALLS,
    EARLY,
    EFFECTS,
    FILES,
    HELPERS,
    LIBRARIES,
    MIXING,
    NO_USES,
    OWN_FILES,
    READERS,
    SETUPS,
    TEXTS,
    UPDATES,
)

KEYS = ("a", "b", "c")
NAMES = ("u", "v", "w")
"""What tables, registries, modules and packages have under a name: each a salt of its own."""


@dataclass(frozen=True)
class Piece:
    """A definition in a form of ``project_forms``. ``salts``: numbers that edits change."""

    name: str
    form: str
    file: str
    salts: tuple[int, ...]
    uses: tuple[str, ...] = ()
    key: str = "a"


@dataclass(frozen=True)
class Job:
    """A setup, trial or verification, by the first letter of its name.

    ``style`` is how a trial updates the context; ``values`` its names. A setup returns ``style`` numbers.
    """

    name: str
    salt: int
    uses: tuple[str, ...]
    values: tuple[str, ...] = ()
    style: int = 0
    key: str = "a"
    parallel: int | None = None


@dataclass(frozen=True)
class Project:
    """Pieces and what uses them. ``imports`` says how ``exp`` imports each module, ``alias`` how SETUP is named."""

    pieces: tuple[Piece, ...]
    jobs: tuple[Job, ...]
    imports: int = 0
    alias: int = 0
    noise: int = 0

    def __getitem__(self, name: str) -> Piece:
        return next(piece for piece in self.pieces if piece.name == name)


# ---------------------------------------------------------------- drawing


def drawn_project(seed: int) -> Project:
    """Draw a project; the same seed gives the same one."""
    chance = random.Random(seed)  # noqa: S311
    pieces: list[Piece] = []
    for number in range(chance.randint(2, 9)):
        pieces.append(_drawn_piece(chance, f"P{number}", pieces))
    pieces.sort(key=lambda piece: -_file_number(piece.file))
    names = [piece.name for piece in pieces]
    jobs = [_drawn_job(chance, "s0", names)] if chance.random() < 0.8 else []
    jobs += [_drawn_job(chance, f"t{n}", names) for n in range(chance.randint(1, 3))]
    jobs += [_drawn_job(chance, "v0", names)] if chance.random() < 0.5 else []
    return Project(tuple(pieces), tuple(jobs), chance.randrange(3), chance.randrange(4))


def _file_number(file: str) -> int:
    return FILES.index(file) if file in FILES else len(FILES)


def _drawn_piece(chance: random.Random, name: str, before: list[Piece]) -> Piece:
    form = chance.choice([*TEXTS, *OWN_FILES * 2])
    file = name.lower() if form in OWN_FILES else chance.choice(FILES)
    usable = [one.name for one in before if _may_use(file, one)]
    uses = chance.sample(usable, min(len(usable), chance.choice([0, 1, 1, 2])))
    salts = (*(chance.randrange(100) for _ in range(5)),)
    return Piece(
        name, form, file, salts, tuple(() if form in NO_USES else uses), chance.choice(KEYS)
    )


def _may_use(file: str, other: Piece) -> bool:
    if other.form == "settings" and file not in FILES:
        return False
    return _file_number(file) <= _file_number(other.file) and (file in FILES)


def _drawn_job(chance: random.Random, name: str, names: list[str]) -> Job:
    uses = chance.sample(names, min(len(names), chance.choice([1, 2, 3])))
    values = chance.sample(NAMES, chance.randint(1, 3))
    return Job(
        name,
        chance.randrange(100),
        tuple(uses),
        tuple(values),
        chance.randrange(len(UPDATES)),
        chance.choice(KEYS),
        chance.choice([None, None, 2]),
    )


def drawn_edit(project: Project, seed: int) -> Project:
    """Draw one edit and apply it."""
    chance = random.Random(seed)  # noqa: S311
    how = chance.choice(["piece"] * 6 + ["job"] * 3 + ["imports", "alias", "noise"])
    if how == "piece":
        return _with_piece(project, _edited_piece(chance, chance.choice(project.pieces)))
    if how == "job":
        return _with_job(project, _edited_job(chance, chance.choice(project.jobs)))
    changed: dict[str, Any] = {how: chance.randrange(100 if how == "noise" else 3)}
    return replace(project, **changed)


def _with_piece(project: Project, piece: Piece) -> Project:
    pieces = tuple(piece if one.name == piece.name else one for one in project.pieces)
    return replace(project, pieces=pieces)


def _with_job(project: Project, job: Job) -> Project:
    return replace(
        project, jobs=tuple(job if one.name == job.name else one for one in project.jobs)
    )


def _edited_piece(chance: random.Random, piece: Piece) -> Piece:
    if piece.form in READERS and chance.random() < 0.3:
        return replace(piece, key=chance.choice(KEYS))
    if piece.uses and chance.random() < 0.15:
        return replace(piece, uses=piece.uses[1:])
    salts = list(piece.salts)
    salts[chance.randrange(5)] += 101
    return replace(piece, salts=tuple(salts))


def _edited_job(chance: random.Random, job: Job) -> Job:
    how = chance.choice(["salt", "values", "style", "key"])
    if how == "salt":
        return replace(job, salt=job.salt + 101)
    if how == "values":
        return replace(job, values=tuple(chance.sample(NAMES, chance.randint(1, 3))))
    if how == "key":
        return replace(job, key=chance.choice(KEYS))
    return replace(job, style=chance.randrange(len(UPDATES)))


# ---------------------------------------------------------------- printing


def files_of(project: Project) -> dict[str, str]:
    """Return the experiment, as exp.py, and its local modules."""
    files = {"mixing.py": MIXING, "exp.py": _experiment(project)}
    for file in FILES[1:]:
        helpers = [HELPERS] if file == "tools" else []
        files[f"{file}.py"] = "\n\n".join(
            [_module_header(project, file), *helpers, *_texts(project, file)]
        )
    for piece in project.pieces:
        files |= _own_files(piece)
    return files


def _own_files(piece: Piece) -> dict[str, str]:
    home, (salt, other, *salts) = piece.file, piece.salts
    head = "from mixing import mix\n\n\n"
    runs = {
        name: f"def {{}}(x):\n    return mix({one}, x)\n"
        for name, one in zip(NAMES, salts, strict=True)
    }
    if piece.form == "members":
        return {f"{home}.py": head + "\n\n".join(text.format(name) for name, text in runs.items())}
    if piece.form == "package":
        return {f"{home}/__init__.py": f"VERSION = {salt}\n"} | {
            f"{home}/{name}.py": head + text.format("run") for name, text in runs.items()
        }
    if piece.form == "starred":
        star = f'__all__ = ["{piece.name}_all"]\n'
        return {
            f"{home}/__init__.py": f"from .inner import *\n\nUNUSED = {other}\n",
            f"{home}/inner.py": f"{head}{star}\n\ndef {piece.name}_all(x):\n    return mix({salt}, x)\n",
        }
    return {}


def _module_header(project: Project, file: str) -> str:
    lines = [LIBRARIES, "from mlx2smk import SETUP\n"]
    lines += _imports(project, file)
    return "".join([*lines, "\nLOG = []\n"])


def _imports(project: Project, file: str) -> list[str]:
    """Return the imports of the modules that a file may use, in one of three ways; only what there is."""
    lines = []
    for other in FILES[FILES.index(file) + 1 :]:
        if _way(project, file) == 0:
            lines.append(f"import {other}\n")
        elif _way(project, file) == 1:
            lines.append(f"import {other}\nfrom {other} import *\n")
        else:
            names = [one.name for one in project.pieces if one.file == other and _is_bound(one)]
            lines.append(f"import {other}\n")
            lines += [f"from {other} import {', '.join(names)}\n"] if names else []
    for piece in project.pieces:
        if piece.form == "members":
            lines.append(f"import {piece.file} as {piece.name}\n")
        if piece.form == "starred":
            lines.append(f"from {piece.file} import {piece.name}_all\n")
    return lines


def _way(project: Project, file: str) -> int:
    return project.imports if file == "exp" else 0


def _is_bound(piece: Piece) -> bool:
    return piece.form not in (*EFFECTS, *OWN_FILES, "subclasses")


def _texts(project: Project, file: str) -> list[str]:
    return [_text(project, piece) for piece in project.pieces if piece.file == file]


def _text(project: Project, piece: Piece) -> str:
    salt, other, u, v, w = piece.salts
    early = piece.form in EARLY
    uses = "".join(f", {_use(project, piece.file, name)}" for name in piece.uses)
    if early:
        uses = uses.replace("(x", "(0")
    return TEXTS[piece.form].format(
        name=piece.name,
        salt=salt,
        other=other,
        u=u,
        v=v,
        w=w,
        uses=uses.replace("k, (0", "k, (x"),
        inner=uses.replace("(x", "(self.x"),
        inner0=uses.replace("(x", "(0"),
        key=piece.key,
    )


def _use(project: Project, file: str, name: str, given: str = '"u"') -> str:
    piece = project[name]
    module = "" if piece.file == file or piece.form in OWN_FILES else f"{piece.file}."
    bare = _is_bound(piece) and _way(project, file)
    it = name if not module or bare else f"{module}{name}"
    call = CALLS.get(piece.form, "{it}(x)")
    if piece.form == "package" and given == '"u"':
        return f'importlib.import_module("{piece.file}.u").run(x)'
    it0 = piece.file if piece.form == "package" else name
    return call.format(it=it, it0=it0, module=module, name=given)


def _experiment(project: Project) -> str:
    blocks = [SETUPS[project.alias] + LIBRARIES + "import tools\n" + "from tools import *\n"]
    blocks[0] += "".join(_imports(project, "exp")) + "\nLOG = []\n"
    blocks.append(
        "def ran(name, given):\n"
        '    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:\n'
        "        print(name, given, file=file)\n"
    )
    blocks.append(f"# A comment, {project.noise}.\n")
    blocks += _texts(project, "exp")
    blocks += [_job(project, job) for job in project.jobs]
    return "\n\n".join(blocks)


def _job(project: Project, job: Job) -> str:
    return {"s": _setup, "t": _trial, "v": _verify}[job.name[0]](project, job)


def _mixed(project: Project, job: Job, given: str = '"u"') -> str:
    uses = "".join(f", {_use(project, 'exp', name, given)}" for name in job.uses)
    text = f"mix({job.salt}, x{uses})"
    return text.replace("SETUP", "CFG") if project.alias == 2 else text


def _setup(project: Project, job: Job) -> str:
    pairs = "".join(
        f'"{key}": mix({job.salt + at}, mixed), ' for at, key in enumerate(KEYS[: job.style % 4])
    )
    return (
        f'@setup()\ndef {job.name}():\n    ran("{job.name}", ())\n    x = 0\n'
        f"    mixed = {_mixed(project, job)}\n    return {{{pairs}}}\n"
    )


def _trial(project: Project, job: Job) -> str:
    values: dict[str, object] = {"name": list(job.values)}
    if job.parallel:
        values["__parallel__"] = job.parallel
    return (
        f"@trial({job.name[1:]}, {values!r})\ndef {job.name}(name):\n"
        f'    ran("{job.name}", [name])\n    x = name\n'
        f"    value = {_mixed(project, job, 'name')}\n"
        f"    return {UPDATES[job.style].format(key=job.key)}\n"
    )


def _verify(project: Project, job: Job) -> str:
    return (
        f"@verify([])\ndef {job.name}(results):\n"
        f'    ran("{job.name}", ())\n    x = 0\n'
        "    seen = [run.get('result') for runs in results.values() for run in runs]\n"
        f"    return mix(seen, {_mixed(project, job)}) % 2 == 0\n"
    )


# ---------------------------------------------------------------- what runs depend on


def texts_behind(project: Project, job: Job, name: str) -> tuple[str, ...]:
    """Return all that a run of a trial with this name may depend on, beside the context: texts and salts.

    More than it does depend on where a form hides it: registries, effects, ways to import.
    """
    found: dict[str, object] = {}
    for use in (*job.uses, *(one.name for one in project.pieces if _counts_anywhere(project, one))):
        _behind(project, use, name if use in job.uses else "u", found)
    ways = (project.alias, project.imports, job.salt, job.style, job.key, job.uses, job.parallel)
    return (*map(repr, ways), *(repr(pair) for pair in sorted(found.items())))


def _counts_anywhere(project: Project, piece: Piece) -> bool:
    """Tell whether a piece may count for every run: it has effects, or calls at once what a library may bring."""
    behind: dict[str, object] = {}
    _behind(project, piece.name, "u", behind)
    forms = {project[chosen.split()[0]].form for chosen in behind}
    return piece.form in ANYWHERE or (piece.form in EARLY and "fallback" in forms)


def _behind(project: Project, use: str, name: str, found: dict[str, object]) -> None:
    piece = project[use]
    salts: tuple[int, ...] = piece.salts
    chosen = f"{use} {name}"
    if piece.form in ("table", "members", "package", "through"):
        salts = (*salts[:2], salts[2 + NAMES.index(name)])
    if chosen in found:
        return
    found[chosen] = (salts, piece.uses, piece.key)
    for other in piece.uses:
        _behind(project, other, "u", found)
