# Files on disk pass from a lower order to a higher one, even where no data of the run does.
import pathlib

from decorators import trial, verify

FOLDER = pathlib.Path("world_files_made")


@trial(1, {"n": [1, 2, 3], "__parallel__": 3})
def write(n):
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{n}.txt").write_text(str(n * n))


@trial(2, {"n": [0]})
def read(n):
    return sorted(int(path.read_text()) for path in FOLDER.glob("*.txt"))


@verify(["read"])
def check(results):
    return (FOLDER / "3.txt").read_text() == "9" and results["read"][0]["result"] == [1, 4, 9]
