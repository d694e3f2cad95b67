"""Profiles and software environments, in what is written and in what Snakemake makes of it."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_warnings import BrokenProfile, UnusedEnvironment
from mlx2smk.emission.deployment import profile_names
from tests.support import warm_snakemake

EXPERIMENT = """\
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {"a": 1}

@trial(1, {"n": [1, 2]}, resources={"gpus": 2, "mem_mb": 700, "slurm_partition": "big"})
def train(n):
    return n

@verify(["train"])
def check(results):
    return True
"""
DEFAULT = {"scheduler", "keep-going", "rerun-incomplete", "max-checksum-file-size", "quiet"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    return tmp_path


def compiled(*options):
    assert main(["compile", "exp.py", *options]) == 0


def profile(folder, name):
    return folder / "workflow" / "profiles" / name / "config.yaml"


def rules(folder):
    """Return the text of each rule of the Snakefile by its name."""
    blocks = (folder / "workflow" / "Snakefile").read_text().split("\n\n\n")
    heads = ("rule ", "checkpoint ")
    found = {}
    for block in blocks:
        for line in block.splitlines():
            if line.startswith(heads):
                found[line.split()[1].rstrip(":")] = block
    return found


def snakemake(folder, *options, status=0):
    done = warm_snakemake.run(
        [sys.executable, "-m", "snakemake", *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_names():
    assert profile_names() == ["cluster-generic", "kubernetes", "slurm", "slurm-sacct"]


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_is_put_in_place_beside_the_default(folder, name):
    compiled("--profile", name)
    settings = yaml.safe_load(profile(folder, name).read_text())
    assert settings["executor"] == name.removesuffix("-sacct")
    assert settings["retries"] == 1
    assert settings["default-resources"]["mem_mb"] == "1000 * attempt"
    # It stands in for the default profile, so what that says must be in it too.
    default = yaml.safe_load(profile(folder, "default").read_text())
    assert {key: settings[key] for key in DEFAULT} == {key: default[key] for key in DEFAULT}
    assert "cores" not in settings


def test_profiles_stay_with_the_changes_made_to_them(folder):
    compiled("--profile", "slurm", "--profile", "kubernetes")
    changed = profile(folder, "slurm").read_text() + "group: none\n"
    profile(folder, "slurm").write_text(changed)
    kept = profile(folder, "kubernetes").read_text()
    for options in ([], ["--profile", "slurm"]):
        compiled(*options)
        assert profile(folder, "slurm").read_text() == changed
        assert profile(folder, "kubernetes").read_text() == kept


def test_a_profile_that_was_removed_stays_away(folder):
    compiled("--profile", "slurm")
    profile(folder, "slurm").unlink()
    compiled()
    assert not profile(folder, "slurm").exists()


def test_a_profile_of_the_users_own_is_left_alone(folder):
    profile(folder, "slurm").parent.mkdir(parents=True)
    profile(folder, "slurm").write_text("executor: slurm\n")
    compiled("--profile", "slurm")
    assert profile(folder, "slurm").read_text() == "executor: slurm\n"


def test_unknown_profiles_are_wrong_usage(folder, capsys):
    assert main(["compile", "exp.py", "--profile", "slrum"]) == 2
    said = capsys.readouterr().err
    assert "slrum" in said
    assert "cluster-generic, kubernetes, slurm, slurm-sacct" in said
    assert not (folder / "workflow").exists()


@pytest.mark.slow
def test_snakemake_takes_the_profile_instead_of_the_default(folder):
    compiled("--profile", "cluster-generic")
    profile(folder, "default").write_text("no-such-setting: 1\n")
    said = snakemake(folder, "--workflow-profile", "cluster-generic", "-n")
    assert "setup_init" in said


def test_resources_reach_the_rules(folder):
    compiled()
    rule = rules(folder)["trial_train"]
    resources = rule.split("resources:\n")[1].split("    params:")[0]
    # Snakemake's executors for clusters know GPUs as `gpu`.
    expected = ["gpus=2,", "mem_mb=700,", 'slurm_partition="big",', "gpu=2,"]
    assert resources.split() == expected
    assert 'options=mlx.options("exp", "train"),' in rule


def test_no_environment_unless_asked_for(folder):
    compiled()
    text = (folder / "workflow" / "Snakefile").read_text()
    assert "conda:" not in text
    assert "container:" not in text
    assert "deployment" not in profile(folder, "default").read_text()


def test_user_code_runs_in_the_environment(folder):
    (folder / "env.yaml").write_text("dependencies:\n  - python\n")
    compiled("--conda", "env.yaml", "--container", "docker://python:3.12", "--profile", "slurm")
    found = rules(folder)
    inside = {name for name in found if name.startswith(("setup_", "trial_", "verify_"))}
    assert inside == {"setup_init", "trial_train", "verify_check"}
    expected = '    conda:\n        "../env.yaml"\n    container:\n        "docker://python:3.12"\n'
    for name in found.keys() - {"all"}:
        assert (expected in found[name]) == (name in inside)
        # The steps between need no environment: they run Snakemake's own Python.
        assert ("worker=mlx.own_worker," in found[name]) == (name not in inside)
    methods = ["conda", "apptainer"]
    for name in ("default", "slurm"):
        settings = yaml.safe_load(profile(folder, name).read_text())
        assert settings["software-deployment-method"] == methods


@pytest.mark.parametrize(
    ("options", "python"), [([], "python"), (["--python", "/opt/py3"], "/opt/py3")]
)
def test_the_interpreter_of_an_environment(folder, options, python):
    (folder / "image.sif").touch()
    compiled("--container", "image.sif", *options)
    text = (folder / "workflow" / "Snakefile").read_text()
    assert f'config.setdefault("mlx_python", "{python}")' in text


def test_the_environments_file_is_found_from_another_folder(folder):
    (folder / "env.yaml").write_text("dependencies: []\n")
    compiled("--conda", "env.yaml", "--directory", "deep/down")
    text = (folder / "deep" / "down" / "workflow" / "Snakefile").read_text()
    assert '        "../../../env.yaml"\n' in text


def test_the_container_is_found_from_another_folder(folder):
    image = folder / "image.sif"
    image.touch()
    url = "docker://python:3.12"
    for given, found in [("image.sif", "../../image.sif"), (str(image), image), (url, url)]:
        compiled("--container", given, "--directory", "deep/down")
        text = (folder / "deep" / "down" / "workflow" / "Snakefile").read_text()
        assert f'    container:\n        "{found}"\n' in text


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--conda", "env.yaml"], "--conda: there is no file env.yaml"),
        (["--container", "image.sif"], "--container: there is no file image.sif"),
        (["--python", "bin/python"], "--python: there is no file bin/python"),
        (["--python", "./bin"], "--python: ./bin is no program that can be started"),
        (["--python", "./exp.py"], "--python: ./exp.py is no program that can be started"),
        (["--python", "./link"], "--python: there is no file ./link"),
    ],
)
def test_an_environment_that_is_not_there_is_wrong_usage(folder, capsys, options, complaint):
    (folder / "bin").mkdir()
    (folder / "link").symlink_to("nowhere")
    assert main(["compile", "exp.py", *options]) == 2
    assert capsys.readouterr().err == f"mlx: {complaint}\n"
    assert not (folder / "workflow").exists()


@pytest.mark.parametrize(
    ("python", "directory", "found"),
    [
        ("bin/python", ".", "bin/python"),
        ("./python", ".", "./python"),
        ("bin/python", "out", "../bin/python"),
        ("bin/python", "bin", "./python"),
        ("python3.12", "out", "python3.12"),
        (sys.executable, "out", sys.executable),
    ],
)
def test_an_interpreter_is_found_from_another_folder(folder, python, directory, found):
    (folder / "bin").mkdir()
    for place in (folder, folder / "bin"):
        (place / "python").symlink_to(sys.executable)
    compiled("--python", python, "--directory", directory)
    text = (folder / directory / "workflow" / "Snakefile").read_text()
    assert f'config.setdefault("mlx_python", "{found}")' in text


@pytest.mark.slow
def test_environments_are_formatted_and_planned(folder):
    (folder / "env.yaml").write_text("dependencies:\n  - python\n")
    compiled("--conda", "env.yaml", "--container", "docker://python:3.12")
    snakefmt = [sys.executable, "-m", "snakefmt", "--check", "workflow/Snakefile"]
    subprocess.run(snakefmt, cwd=folder, check=True, capture_output=True)
    said = snakemake(folder, "--lint", status=1)
    assert set(re.findall(r"Lints for rule (\w+)", said)) == {
        *("context_train", "collect_train", "context_check", "report")
    }


def test_a_changed_profile_that_leaves_environments_unused(folder, capsys):
    (folder / "env.yaml").write_text("dependencies: []\n")
    compiled("--profile", "slurm")
    profile(folder, "default").write_text("cores: 2\n# conda\n")
    capsys.readouterr()
    compiled("--conda", "env.yaml")
    said = capsys.readouterr().err
    # The one for Slurm has not been changed, so it has got the setting.
    assert said.count("warning: ") == said.count(UnusedEnvironment.code) == 1
    assert said.startswith("workflow/profiles/default/config.yaml: ")
    assert "software-deployment-method: [conda]" in said
    compiled()
    assert UnusedEnvironment.code not in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "cores: 2\n",
        "",
        "software-deployment-method: []\n",
        "set-resources:\n  conda:\n    mem_mb: 1\n",
        "conda-prefix: envs/conda\n",
        "use-conda: false\n",
        'config: ["sdm=conda"]\n',
        "executor: slurm  # sdm: conda\n",
        "sdm: apptainer\n",
    ],
)
def test_a_word_elsewhere_in_a_profile_uses_nothing(folder, capsys, text):
    (folder / "env.yaml").write_text("dependencies: []\n")
    compiled()
    profile(folder, "default").write_text(text)
    capsys.readouterr()
    compiled("--conda", "env.yaml")
    assert f"{UnusedEnvironment.code} warning: " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["a: [", "executor slurm\n", "- sdm\n", "a: b: c\n", "\t- x"])
def test_a_profile_that_is_none(folder, capsys, text):
    (folder / "env.yaml").write_text("dependencies: []\n")
    compiled()
    profile(folder, "default").write_text(text)
    capsys.readouterr()
    compiled("--conda", "env.yaml")
    said = capsys.readouterr().err
    start = "workflow/profiles/default/config.yaml: "
    assert said.startswith(
        f"{start}{BrokenProfile.code} warning: snakemake cannot read this profile"
    )
    compiled()
    assert BrokenProfile.code not in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "software-deployment-method:\n  - conda\n  - apptainer\n",
        "sdm: [conda, apptainer]\n",
        "use-conda: true\nuse-singularity: true\n",
        "deployment: conda apptainer\n",
        '"--sdm": "Conda"\nuse-apptainer: "yes"\n',
        "__use_yte__: true\n?if True:\n  sdm: [conda, apptainer]\n",
    ],
)
def test_a_changed_profile_that_uses_environments(folder, capsys, text):
    (folder / "env.yaml").write_text("dependencies: []\n")
    compiled()
    profile(folder, "default").write_text(text)
    capsys.readouterr()
    compiled("--conda", "env.yaml", "--container", "docker://python:3.12")
    assert UnusedEnvironment.code not in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "wanted", "given", "status"),
    [
        (["--conda", "env.yaml"], "conda", [], 1),
        (["--container", "image.sif"], "apptainer", [], 1),
        (["--container", "image.sif"], "apptainer", ["--sdm", "conda"], 1),
        (["--conda", "env.yaml"], "conda", ["--sdm", "conda"], 0),
        (["--container", "image.sif"], "apptainer", ["--sdm", "apptainer"], 0),
        ([], "", [], 0),
    ],
)
def test_what_was_compiled_for_an_environment_runs_in_no_other(
    folder, options, wanted, given, status
):
    (folder / "env.yaml").write_text("dependencies: []\n")
    (folder / "image.sif").touch()
    compiled(*options)
    said = snakemake(folder, "--list", "--workflow-profile", "none", *given, status=status)
    assert ("trial_train" in said.split()) == (not status)
    assert (f"snakemake --sdm {wanted}`" in said) == bool(status)
    assert (f"software-deployment-method: [{wanted}]" in said) == bool(status)


@pytest.mark.slow
def test_the_host_gives_no_results_for_a_container(folder):
    (folder / "image.sif").touch()
    compiled("--container", "image.sif")
    snakemake(folder, "-j1", "--workflow-profile", "none", status=1)
    assert not (folder / "results").exists()
    assert not (folder / ".mlx" / "store").exists()


FAKE_APPTAINER = """\
#!/bin/sh
# Runs what it is given, outside of any container, and says so.
case "$1" in
--version) echo "apptainer version 1.3.0" ;;
*)
    echo "$*" >> "$FAKE_LOG"
    while [ "$1" != /bin/bash ] && [ "$1" != bash ] && [ "$1" != sh ]; do shift; done
    exec "$@"
    ;;
esac
"""


@pytest.mark.slow
def test_jobs_go_through_the_container(folder, monkeypatch, capsys):
    fake = folder / "bin" / "apptainer"
    fake.parent.mkdir()
    fake.write_text(FAKE_APPTAINER)
    fake.chmod(0o755)
    (fake.parent / "python").symlink_to(sys.executable)
    (folder / "image.sif").touch()
    (folder / "exp.py").write_text(EXPERIMENT.replace('"gpus": 2, ', ""))
    compiled("--container", "image.sif")
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_LOG", str(folder / "said"))
    snakemake(folder, "-j2")
    said = (folder / "said").read_text()
    assert (folder / "results" / "exp" / "report.json").exists()
    assert said.count("worker.py trial train") == 2
    assert "worker.py setup init" in said
    assert "worker.py verify check" in said
    assert "worker.py collect" not in said
    # `python` is what an environment has anyway, not a choice that results belong to.
    record = json.loads((folder / "results/exp/setup/init.json").read_text())
    assert record["made_from"]["environment"] == [None, "image.sif"]
    capsys.readouterr()
    main(["explain", "exp.py", "--container", "image.sif"])
    explained = capsys.readouterr().out
    assert explained.count("nothing to do") == 3
    main(["explain", "exp.py", "--container", "image.sif", "--python", "python3"])
    assert "its interpreter, conda environment or container" in capsys.readouterr().out
