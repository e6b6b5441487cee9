"""Lines for `.gitignore` and `.gitattributes`: added under a comment that says why, where nothing says them already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def with_lines(text: str, groups: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A file with lines added at its end, in groups.

    Args:
        text: the file as it is; "" for none.
        groups: comment without its mark, and lines.

    Returns:
        The file, the same when nothing is missing. Its line ends are kept.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    present = {_plain(line) for line in text.splitlines()}
    added: list[str] = []
    for comment, lines in groups:
        missing = [line for line in lines if _plain(line) not in present]
        present |= {_plain(line) for line in missing}
        if not missing:
            continue
        heading = f"# {comment}"
        if heading in text.splitlines():
            text = _below(text, heading, missing, end)
        else:
            added += [*([""] if added else []), heading, *missing]
    if not added:
        return text
    start = text if not text or text.endswith("\n") else text + end
    return start + (end if start.strip() else "") + end.join(added) + end


def _below(text: str, heading: str, lines: list[str], end: str) -> str:
    """The lines at the end of the block that begins with a heading."""
    rows = text.splitlines()
    at = rows.index(heading) + 1
    while at < len(rows) and rows[at].strip():
        at += 1
    return end.join([*rows[:at], *lines, *rows[at:]]) + end


def _plain(line: str) -> str:
    """What a pattern covers, whichever of the usual ways it is written in."""
    plain = line.strip().removeprefix("**/")
    return plain.removesuffix("/") if plain != "/" else plain


def escaped(path: str) -> str:
    """A path as a pattern that matches just it, anchored to the file's folder."""
    return "/" + re.sub(r"([\\*?\[\]!# ])", r"\\\1", path)
