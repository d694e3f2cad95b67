import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.analysis.slicing import Piece
from mlx2smk.diagnostics.source import Source
from mlx2smk.emission.archive import archived, code_path, read_code
from mlx2smk.emission.bundle import Bundle
from mlx2smk.language.parser import parse

EXPERIMENT = """\
from mlx2smk import setup, trial, verify

RATE = 0.9

@setup()
def init(): ...

@trial(1, {"n": [1]})
def train(n):
    return RATE

@verify(["train"])
def check(results): ...
"""


@pytest.fixture(name="analysis")
def _analysis():
    experiment = parse(Source("exp.py", EXPERIMENT)).experiment
    return analyse_files(experiment, MemoryFiles({"exp.py": EXPERIMENT}))


def test_every_function_is_kept_by_its_digest(analysis, tmp_path):
    texts = archived(analysis)
    digests = [analysis[name].slice.digest for name in ("init", "train", "check")]
    assert list(texts) == [f".mlx/code/{digest}.json" for digest in digests]
    Bundle({}, archive=texts).write(tmp_path)
    train, rate = read_code(tmp_path, digests[1])
    assert train == Piece(None, ("train",), "function", 9, train.digest, None, None)
    assert rate == Piece(None, ("RATE",), "constant", 3, rate.digest, "0.9", 0)


def test_what_is_there_is_kept(analysis, tmp_path):
    texts = archived(analysis)
    path = tmp_path / next(iter(texts))
    path.parent.mkdir(parents=True)
    path.write_text("from an earlier compile, with other lines")
    bundle = Bundle({"a.txt": "a"}, archive=texts)
    assert bundle.conflicts(tmp_path) == {}
    bundle.write(tmp_path)
    assert path.read_text() == "from an earlier compile, with other lines"
    Bundle({"a.txt": "a"}).write(tmp_path)
    assert len(list(path.parent.iterdir())) == 3


def test_a_file_in_the_place_of_the_folder_is_a_conflict(analysis, tmp_path):
    (tmp_path / ".mlx").write_text("mine")
    assert list(Bundle({}, archive=archived(analysis)).conflicts(tmp_path)) == [".mlx"]


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "[]", '{"format": "mlx2smk-code", "version": 2}'),
        *(
            '{"format": "mlx2smk-code", "version": 1}',
            '{"format": "mlx2smk-code", "version": 1, "pieces": [1]}',
        ),
    ],
)
def test_what_cannot_be_read_is_unknown(tmp_path, text):
    path = tmp_path / code_path("0123")
    path.parent.mkdir(parents=True)
    if text is not None:
        path.write_text(text)
    assert read_code(tmp_path, "0123") is None
