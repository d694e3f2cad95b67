import errno
from pathlib import Path

import pytest

from mlx2smk.diagnostics.about_files import (
    FolderGiven,
    MissingFile,
    UndecodableFile,
    UnknownEncoding,
    UnreadableFile,
)
from mlx2smk.diagnostics.diagnostic import Diagnostic
from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.reader import read_source


@pytest.fixture
def file(tmp_path):
    """Write bytes to a file and read it as an experiment."""

    def write(data):
        path = tmp_path / "exp.py"
        path.write_bytes(data)
        return read_source(str(path))

    return write


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("x = 'ä'\n".encode(), "x = 'ä'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe4'\n", "# -*- coding: latin-1 -*-\nx = 'ä'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
    ],
)
def test_text_is_decoded_as_python_would(file, data, text):
    expected = "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'" if text is None else text
    assert file(data).text == expected


def test_path_stays_as_given(tmp_path, monkeypatch):
    (tmp_path / "exp.py").write_text("x = 1")
    monkeypatch.chdir(tmp_path)
    assert read_source("./exp.py") == Source("./exp.py", "x = 1")


@pytest.mark.parametrize("name", ["decorators.py", "decorators/__init__.py"])
def test_own_decorators_beside_the_file_are_seen(tmp_path, name):
    (tmp_path / "exp.py").touch()
    assert not read_source(str(tmp_path / "exp.py")).own_decorators
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert read_source(str(tmp_path / "exp.py")).own_decorators


def test_missing_file_has_a_suggestion(tmp_path):
    (tmp_path / "train.py").touch()
    path = str(tmp_path / "trian.py")
    found = read_source(path)
    assert type(found) is MissingFile
    assert (found.path, found.span) == (path, None)
    assert found.hint == f"did you mean '{tmp_path / 'train.py'}'?"


def test_missing_folder_is_said(tmp_path):
    assert (
        read_source(str(tmp_path / "no" / "x.py")).hint
        == f"there is no folder '{tmp_path / 'no'}' either"
    )


def test_folder(tmp_path):
    assert type(read_source(str(tmp_path))) is FolderGiven


def test_forbidden_file(monkeypatch):
    def refuse(_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = read_source("exp.py")
    assert type(found) is UnreadableFile
    assert found.message == "the file cannot be read: Permission denied"


def test_paths_that_no_system_accepts():
    assert type(read_source("a\0b.py")) is UnreadableFile
    assert type(read_source("a" * 5000 + ".py")) is UnreadableFile


def test_file_in_place_of_a_folder(tmp_path):
    (tmp_path / "exp.py").touch()
    assert type(read_source(str(tmp_path / "exp.py" / "x.py"))) is UnreadableFile


@pytest.mark.parametrize(
    ("data", "span"),
    [
        (b"x = '\xe4'\n", Span(1, 6, 1, 7)),
        (b"a = 1\nb = 2\ny = '\xc3\xa4\xff'\n", Span(3, 7, 3, 8)),
        ("x = 1\n".encode("utf-16"), Span(1, 1, 1, 2)),
    ],
)
def test_bytes_that_are_no_utf_8(file, data, span):
    found = file(data)
    assert type(found) is UndecodableFile
    assert found.span == span


def test_byte_is_named(file):
    assert file(b"'\xe4'").message == "the file is not utf-8: byte 0xe4 is invalid here"


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: no-such-thing\n",
        b"# coding: hex\nx = 1\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
    ],
)
def test_encodings_that_cannot_be_used(file, data):
    found = file(data)
    assert isinstance(found, Diagnostic)
    assert type(found) is UnknownEncoding
