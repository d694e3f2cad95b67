"""Two versions of a function's pieces -> what changed, where, and how the function depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from mlx2smk.forecast.reasons import CodeChanged, CodeReordered, CodeUnknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.analysis.slicing import Piece
    from mlx2smk.forecast.past import Past
    from mlx2smk.forecast.reasons import Reason

    Key = tuple[str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Code:
    """The pieces of the experiment's current functions, by their digests, and the modules' paths."""

    pieces: Mapping[str, tuple[Piece, ...]]
    files: Mapping[str | None, str]


def code_reasons(now: str, before: str, past: Past, code: Code) -> tuple[Reason, ...]:
    """Return the differences between the code with one digest and that with another."""
    if now == before:
        return ()
    pieces = past.archive.pieces(before)
    if pieces is None:
        return (CodeUnknown(),)
    return code_changes(pieces, code.pieces[now], code.files)


def code_changes(
    old: Sequence[Piece], new: Sequence[Piece], files: Mapping[str | None, str]
) -> tuple[Reason, ...]:
    """Return the changes, nearest to the function first; ``files`` are the modules' paths."""
    before, after = _by_key(old), _by_key(new)
    changes: list[tuple[int, Reason]] = []
    for key in dict.fromkeys((*after, *before)):
        for was, now in _unlike(before.get(key, []), after.get(key, [])):
            pieces, piece = (old, was) if now is None else (new, now)
            if piece is not None:
                path = _path(pieces, piece)
                changes.append((len(path), _change(was, now, files, path)))
    changes.sort(key=lambda change: change[0])
    return tuple(reason for _, reason in changes) or (CodeReordered(),)


def _by_key(pieces: Sequence[Piece]) -> dict[Key, list[Piece]]:
    by_key: dict[Key, list[Piece]] = {}
    for piece in pieces:
        by_key.setdefault((piece.module, piece.names), []).append(piece)
    return by_key


def _unlike(
    before: Sequence[Piece], after: Sequence[Piece]
) -> Iterator[tuple[Piece | None, Piece | None]]:
    """Pair the pieces of the same names that have no equal on the other side."""
    yield from zip_longest(_minus(before, after), _minus(after, before))


def _minus(pieces: Sequence[Piece], others: Sequence[Piece]) -> list[Piece]:
    digests = [piece.digest for piece in others]
    left = []
    for piece in pieces:
        if piece.digest in digests:
            digests.remove(piece.digest)
        else:
            left.append(piece)
    return left


def _change(
    was: Piece | None, now: Piece | None, files: Mapping[str | None, str], path: tuple[str, ...]
) -> CodeChanged:
    piece = now or was
    assert piece is not None  # noqa: S101 - a pair has at least one side
    module = piece.module or ""
    return CodeChanged(
        change="added" if was is None else "removed" if now is None else "changed",
        kind=piece.kind,
        name=", ".join(piece.names),
        file=files.get(piece.module, f"{module.replace('.', '/')}.py"),
        line=piece.line,
        old=was.value if was else None,
        new=now.value if now else None,
        path=path,
    )


def _path(pieces: Sequence[Piece], piece: Piece) -> tuple[str, ...]:
    """Return the names on the way to a piece, without imports."""
    names: list[str] = []
    at = piece.reached_from
    while at is not None:
        step = pieces[at]
        if step.kind != "import":
            names.insert(0, step.names[0] if step.names else f"line {step.line}")
        at = step.reached_from
    return tuple(names)
