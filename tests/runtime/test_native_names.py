"""Which arguments of a library's function count as files that it reads or writes."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import pytest

from mlx2smk.runtime.native import NativeFiles


class Noted:
    """Notes what is read and written, in place of what observes a job."""

    def __init__(self):
        self.seen = []

    def path(self, name):
        return os.path.relpath(name)

    def reads(self, path, _kind):
        self.seen.append(("reads", path))

    def writes(self, path, _how):
        self.seen.append(("writes", path))

    def tell(self, *fields):
        raise AssertionError(fields)

    def look_away(self, _away):
        pass

    def also_handle(self, _handlers):
        pass


def noted(monkeypatch, folder, name, **functions):
    """Return a module of functions, named as a library, and what its calls read and write."""
    monkeypatch.chdir(folder)
    observer = Noted()
    native = NativeFiles(observer)
    native._began = 2e10
    module = ModuleType(name)
    vars(module).update(functions)
    native._wrap_all(module)
    return module, observer.seen


def nothing(*_given, **_named):
    return None


READ = [
    (("a.txt",), ["a.txt"]),
    ((["a.txt", "b.txt"],), ["a.txt", "b.txt"]),
    (("folder",), ["folder/c.txt"]),
    (("*.txt",), ["a.txt", "b.txt"]),
    (("absent.txt",), ["absent.txt"]),
    (("file://{here}/a%20b",), ["a b"]),
    (("select * from 'a.txt' join 'gone.csv'",), ["a.txt", "gone.csv"]),
    (("select 'x' where y = '1.5'",), []),
    ((["label"] * 3,), []),
    ((["label", "a.txt"],), []),
    (("s3://bucket/a.txt",), []),
    (
        ("select regexp_extract(x, '[a-z]+'), y similar to '.*' or z glob '[0-9]*' from 'a.txt'",),
        ["a.txt"],
    ),
    (("<_io.BytesIO object at 0x7f0012345678>",), []),
    ((b"<h5.File object at 0x7f0012345678>",), []),
    (("x.bam",), ["x.bam", "x.bam.bai", "x.bam.csi"]),
]


@pytest.mark.parametrize(("given", "read"), READ)
def test_names_that_are_read(monkeypatch, tmp_path, given, read):
    (tmp_path / "folder").mkdir()
    for name in ("a.txt", "b.txt", "a b", "folder/c.txt"):
        (tmp_path / name).write_text("1")
    module, seen = noted(monkeypatch, tmp_path, "duckdb", query=nothing)
    module.query(*[g.format(here=tmp_path) if isinstance(g, str) else g for g in given])
    assert sorted(seen) == [("reads", name) for name in read]


def test_a_folder_that_a_writer_fills(monkeypatch, tmp_path):
    def write(folder):
        Path(folder, "in").mkdir(parents=True, exist_ok=True)
        for name in ("in/new.bin", "changed.bin"):
            Path(folder, name).write_text("longer")

    (tmp_path / "out").mkdir()
    for name in ("changed.bin", "other.bin"):
        (tmp_path / "out" / name).write_text("1")
    module, seen = noted(monkeypatch, tmp_path, "deltalake", write_deltalake=write)
    module.write_deltalake("out")
    assert sorted(seen) == [("writes", "out/changed.bin"), ("writes", "out/in/new.bin")]
    seen.clear()
    module.write_deltalake("made")
    assert sorted(seen)[1:] == [("writes", "made/changed.bin"), ("writes", "made/in/new.bin")]


def test_the_folder_in_which_the_run_is_belongs_to_others_too(monkeypatch, tmp_path):
    def write(_folder):
        (tmp_path / "of another run").write_text("1")

    module, seen = noted(monkeypatch, tmp_path, "deltalake", write_deltalake=write)
    module.write_deltalake(".")
    assert seen == []


SPECS = [
    {"driver": "zarr", "kvstore": {"driver": "file", "path": "store/"}},
    {
        "driver": "zarr",
        "kvstore": {"driver": "ocdbt", "base": "file://{here}/store/", "path": "x/"},
    },
    "file://{here}/store/|zarr3",
]


@pytest.mark.parametrize("spec", SPECS)
def test_descriptions_of_arrays(monkeypatch, tmp_path, spec):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "0").write_text("1")
    module, seen = noted(monkeypatch, tmp_path, "tensorstore", open=nothing)
    text = repr(spec).replace("{here}", str(tmp_path))
    module.open(eval(text), open=True)  # noqa: S307 - one of the above
    module.open(eval(text))  # noqa: S307
    assert seen == [("reads", "store/0")]


TRAINING = [
    (("--input=a.txt,b.txt --model_prefix=m",), {}),
    ((), {"input": ["a.txt", "b.txt"], "model_prefix": "m"}),
    ((), {"input": "a.txt,b.txt", "model_prefix": "m"}),
]


@pytest.mark.parametrize(("given", "named"), TRAINING)
def test_options_that_name_files(monkeypatch, tmp_path, given, named):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("1")
    trainer = type("Trainer", (), {"Train": staticmethod(nothing)})
    module, seen = noted(monkeypatch, tmp_path, "sentencepiece", SentencePieceTrainer=trainer)
    module.SentencePieceTrainer.Train(*given, **named)
    read = [("reads", "a.txt"), ("reads", "b.txt")]
    assert sorted(seen) == [*read, ("writes", "m.model"), ("writes", "m.vocab")]


@pytest.mark.parametrize(
    ("flags", "how"), [(0, "reads"), (1, "writes"), (2, "reads"), (17, "writes")]
)
def test_a_number_that_says_whether_it_writes(monkeypatch, tmp_path, flags, how):
    (tmp_path / "a.yml").write_text("1")
    module, seen = noted(
        monkeypatch, tmp_path, "cv2", FileStorage=type("FileStorage", (), {"open": nothing})
    )
    module.FileStorage().open("a.yml", flags)
    assert seen == [(how, "a.yml")]


def test_names_that_a_function_returns(monkeypatch, tmp_path):
    model = type("Model", (), {"save": lambda _self, folder, name: [f"{folder}/{name}.json"]})
    module, seen = noted(monkeypatch, tmp_path, "tokenizers.models", Model=model)
    assert module.Model().save(".", "v") == ["./v.json"]
    assert seen == [("writes", "v.json")]
