"""A project of which `mlx explain` foresees what the next run does, and a run that shows it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import warm_snakemake

TRIAL_JOB = re.compile(r"^Finished jobid: \d+ \(Rule: trial_(\w+)\)$", re.MULTILINE)


@dataclass
class Project:
    """An experiment in a folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def edit(self, old, new, name="exp.py"):
        path = self.folder / name
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    def mlx(self, *words):
        return self._call("mlx2smk.cli", *words).stdout

    def explain(self, *options):
        """Return the forecast of each function by its name, and the forecast itself."""
        forecast = json.loads(self.mlx("explain", "exp.py", "--format", "json", *options))
        outlooks = [*forecast["setups"], *forecast["trials"], *forecast["verifications"]]
        return {outlook["name"]: outlook for outlook in outlooks}, forecast

    def run(self, *options):
        """Compile and run; return what ran and what Snakemake started, by names."""
        trace = Path(self.environment.get("MLX_TEST_TRACE", self.folder / "ran.txt"))
        trace.unlink(missing_ok=True)
        self.mlx("compile", "exp.py", *options)
        said = self._call("snakemake", "-j2").stderr
        lines = trace.read_text().splitlines() if trace.exists() else []
        return Counter(line.split()[0] for line in lines), Counter(TRIAL_JOB.findall(said))

    def _call(self, *command):
        trace = {"MLX_TEST_TRACE": str(self.folder / "ran.txt")}
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **trace, **self.environment}
        environment.pop("MLX_PARALLEL", None)
        done = warm_snakemake.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def foresee_and_run(self, expected, *options):
        """Check a forecast, given as {name: runs or (at least, at most)}, and that it comes true."""
        outlooks, forecast = self.explain(*options)
        bounds = {name: (o["run"], o["may_run"]) for name, o in outlooks.items()}
        wanted = {n: v if isinstance(v, tuple) else (v, v) for n, v in expected.items()}
        assert {name: bound for name, bound in bounds.items() if bound != (0, 0)} == wanted
        ran, started = self.run(*options)
        for name, (least, most) in bounds.items():
            assert least <= ran[name] <= most, name
        for outlook in forecast["trials"]:
            assert outlook["jobs"] <= started[outlook["name"]] <= outlook["may_jobs"], outlook
        return outlooks, ran
