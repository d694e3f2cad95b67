import json
import os

import pytest

from mlx2smk.emission.bundle import Bundle, Conflict
from mlx2smk.runtime.layout import MANIFEST

PROFILE = "workflow/profiles/default/config.yaml"
FILES = {"workflow/Snakefile": "rule all:\n", "workflow/rules/mlx.smk": "# größe\n"}
OLD = 1_000_000_000  # a time in seconds, long ago


def tree(folder):
    """Return all files but the manifest: path -> text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }


def write(folder, files, adjustable=()):
    bundle = Bundle(files, frozenset(adjustable))
    assert bundle.conflicts(folder) == {}
    bundle.write(folder)


def test_files_are_written_as_utf8_with_their_folders(tmp_path):
    write(tmp_path / "new", FILES)
    assert tree(tmp_path / "new") == FILES
    assert (tmp_path / "new/workflow/rules/mlx.smk").read_bytes() == "# größe\n".encode()


def test_the_manifest_lists_what_was_written(tmp_path):
    write(tmp_path, FILES)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert manifest["format"] == "mlx2smk-manifest"
    assert list(manifest["files"]) == sorted(FILES)


def test_a_second_write_changes_what_changed_and_no_other_times(tmp_path):
    write(tmp_path, FILES)
    for path in [*FILES, MANIFEST]:
        os.utime(tmp_path / path, (OLD, OLD))
    write(tmp_path, FILES)
    assert [(tmp_path / path).stat().st_mtime for path in [*FILES, MANIFEST]] == [OLD] * 3
    write(tmp_path, FILES | {"workflow/Snakefile": "rule any:\n"})
    assert (tmp_path / "workflow/Snakefile").read_text() == "rule any:\n"
    assert (tmp_path / "workflow/Snakefile").stat().st_mtime != OLD
    assert (tmp_path / "workflow/rules/mlx.smk").stat().st_mtime == OLD


# ------------------------------------------------------------------ whose files they are


def test_a_foreign_file_is_a_conflict(tmp_path):
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/Snakefile").write_text("rule mine:\n")
    assert Bundle(FILES).conflicts(tmp_path) == {"workflow/Snakefile": Conflict.FOREIGN}


def test_a_foreign_file_of_the_same_text_is_none(tmp_path):
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/Snakefile").write_text(FILES["workflow/Snakefile"])
    assert Bundle(FILES).conflicts(tmp_path) == {}


def test_an_edited_file_is_a_conflict(tmp_path):
    write(tmp_path, FILES)
    (tmp_path / "workflow/Snakefile").write_text("rule edited:\n")
    assert Bundle(FILES).conflicts(tmp_path) == {"workflow/Snakefile": Conflict.EDITED}


def test_a_deleted_file_is_written_again(tmp_path):
    write(tmp_path, FILES)
    (tmp_path / "workflow/Snakefile").unlink()
    write(tmp_path, FILES)
    assert tree(tmp_path) == FILES


def test_a_folder_in_the_place_of_a_file_is_a_conflict(tmp_path):
    (tmp_path / "workflow/Snakefile").mkdir(parents=True)
    assert Bundle(FILES).conflicts(tmp_path) == {"workflow/Snakefile": Conflict.FOREIGN}


def test_a_file_in_the_place_of_a_folder_is_a_conflict(tmp_path):
    (tmp_path / "workflow").write_text("mine")
    assert Bundle(FILES).conflicts(tmp_path) == {"workflow": Conflict.FOREIGN}
    assert Bundle(FILES).conflicts(tmp_path / "workflow") == {".": Conflict.FOREIGN}


def test_a_link_to_nowhere_in_the_place_of_a_folder_is_a_conflict(tmp_path):
    (tmp_path / "workflow").symlink_to("nowhere")
    assert Bundle(FILES).conflicts(tmp_path) == {"workflow": Conflict.FOREIGN}


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"format": "mlx2smk-manifest"}',
        '{"format": "mlx2smk-manifest", "files": ["workflow/Snakefile"]}',
        '{"format": "other", "files": {}}',
        "\udc80",
    ],
)
def test_nothing_is_known_from_a_broken_manifest(tmp_path, text):
    write(tmp_path, FILES)
    (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert Bundle(FILES).conflicts(tmp_path) == {}
    changed = Bundle(dict.fromkeys(FILES, "other"))
    assert changed.conflicts(tmp_path) == dict.fromkeys(FILES, Conflict.FOREIGN)


# ------------------------------------------------------------------ what the user may change


def test_an_edited_profile_is_kept(tmp_path):
    write(tmp_path, FILES | {PROFILE: "quiet: true\n"}, [PROFILE])
    (tmp_path / PROFILE).write_text("jobs: 5\n")
    for default in ("quiet: true\n", "quiet: false\n", "quiet: all\n"):
        write(tmp_path, FILES | {PROFILE: default}, [PROFILE])
        assert (tmp_path / PROFILE).read_text() == "jobs: 5\n"


def test_an_untouched_profile_is_renewed(tmp_path):
    write(tmp_path, {PROFILE: "quiet: true\n"}, [PROFILE])
    write(tmp_path, {PROFILE: "quiet: false\n"}, [PROFILE])
    assert tree(tmp_path) == {PROFILE: "quiet: false\n"}


def test_a_profile_that_was_there_before_is_kept(tmp_path):
    (tmp_path / PROFILE).parent.mkdir(parents=True)
    (tmp_path / PROFILE).write_text("jobs: 5\n")
    write(tmp_path, FILES | {PROFILE: "quiet: true\n"}, [PROFILE])
    assert tree(tmp_path) == FILES | {PROFILE: "jobs: 5\n"}


def test_an_edited_profile_that_is_edited_back_is_renewed_again(tmp_path):
    write(tmp_path, {PROFILE: "quiet: true\n"}, [PROFILE])
    (tmp_path / PROFILE).write_text("jobs: 5\n")
    write(tmp_path, {PROFILE: "quiet: true\n"}, [PROFILE])
    (tmp_path / PROFILE).write_text("quiet: true\n")
    write(tmp_path, {PROFILE: "quiet: false\n"}, [PROFILE])
    assert tree(tmp_path) == {PROFILE: "quiet: false\n"}


# ------------------------------------------------------------------ what is left over


def test_stale_files_and_their_empty_folders_are_removed(tmp_path):
    stale = {"workflow/experiments/old/plan.json": "{}", "workflow/experiments/old/s/t.py": ""}
    write(tmp_path, FILES | stale)
    write(tmp_path, FILES)
    assert tree(tmp_path) == FILES
    assert not (tmp_path / "workflow/experiments").exists()


def test_stale_files_that_were_edited_stay(tmp_path):
    write(tmp_path, FILES | {"workflow/old/a": "a", "workflow/old/b": "b"})
    (tmp_path / "workflow/old/b").write_text("mine")
    write(tmp_path, FILES)
    assert tree(tmp_path) == FILES | {"workflow/old/b": "mine"}


def test_folders_with_foreign_files_stay(tmp_path):
    write(tmp_path, FILES | {"workflow/old/a": "a"})
    (tmp_path / "workflow/old/notes.txt").write_text("mine")
    write(tmp_path, FILES)
    assert tree(tmp_path) == FILES | {"workflow/old/notes.txt": "mine"}


def test_a_stale_file_that_is_gone_already(tmp_path):
    write(tmp_path, FILES | {"workflow/old": "a"})
    (tmp_path / "workflow/old").unlink()
    write(tmp_path, FILES)
    assert tree(tmp_path) == FILES


# ------------------------------------------------------------------ failing


def test_nothing_is_written_when_one_file_cannot_be(tmp_path):
    write(tmp_path, FILES)
    bad = FILES | {"workflow/Snakefile": "new", "workflow/" + "x" * 300: "too long a name"}
    with pytest.raises(OSError, match="File name too long"):
        Bundle(bad).write(tmp_path)
    assert tree(tmp_path) == FILES
    write(tmp_path, FILES)


def test_nothing_is_written_when_a_text_cannot_be_encoded(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        Bundle(FILES | {"workflow/bad": "\udc80"}).write(tmp_path)
    assert tree(tmp_path) == {}


def test_a_file_is_replaced_not_overwritten(tmp_path):
    write(tmp_path, FILES)
    with (tmp_path / "workflow/Snakefile").open() as reading:
        write(tmp_path, FILES | {"workflow/Snakefile": "rule other:\n" * 100})
        assert reading.read() == FILES["workflow/Snakefile"]
