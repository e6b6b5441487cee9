"""Which of several notebooks comes first: the files that one writes and others read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.analysis.files import file_mentions
from jupyter_mlops_converters.errors import MlopsError


@dataclass(frozen=True)
class FilesUsed:
    """What a notebook does to files. Paths are relative to the project's root; a guess may hold `*`.

    Attributes:
        reads: files it reads before it has written them itself.
        writes: files it writes.
    """

    reads: frozenset[str]
    writes: frozenset[str]


@dataclass(frozen=True)
class Join:
    """A file that joins notebooks.

    Attributes:
        path: of the file, as the writer names it.
        writer: number of the notebook that writes it.
        reader: number of a notebook that reads it.
    """

    path: str
    writer: int
    reader: int


def named_files(analysis: Analysis, workdir: str) -> FilesUsed:
    """The files that a notebook's code names, relative to the project's root.

    Args:
        analysis: of the notebook.
        workdir: its folder, relative to the root.
    """
    reads: set[str] = set()
    writes: set[str] = set()
    for mention in file_mentions(analysis):
        path = from_root(mention.path, workdir)
        if mention.writes:
            writes.add(path)
        elif path not in writes:
            reads.add(path)
    return FilesUsed(frozenset(reads), frozenset(writes))


def from_root(path: str, workdir: str) -> str:
    """A path that code in `workdir` names, relative to the project's root; absolute ones (of any system) as they are."""
    is_absolute = path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path)
    return path if is_absolute else posixpath.normpath(posixpath.join(workdir, path))


def find_joins(used: Sequence[FilesUsed]) -> list[Join]:
    """The files that one notebook writes and another reads.

    Who reads a file without changing it reads what is left in the end. Several that change the same file, reading and
    writing it, do so in the order in which they are given.

    Args:
        used: for each notebook.

    Returns:
        The joins, sorted.
    """
    found = {
        Join(written, writer, reader)
        for writer, one in enumerate(used)
        for reader, other in enumerate(used)
        if writer != reader
        for written in one.writes
        for read in other.reads
        if _same(written, read) and (writer < reader or not (written in one.reads and read in other.writes))
    }
    return sorted(found, key=lambda join: (join.writer, join.reader, join.path))


def _same(written: str, read: str) -> bool:
    if "*" not in written and "*" not in read:
        return written == read
    return fnmatchcase(written, read) or fnmatchcase(read, written)


def in_order(count: int, joins: Iterable[Join]) -> list[int] | None:
    """An order in which every notebook comes after those whose files it reads.

    Args:
        count: number of notebooks; where the files leave a choice, their own order is kept.
        joins: between them.

    Returns:
        The numbers in that order, or None when they read each other's files in a circle.
    """
    before: dict[int, set[int]] = {number: set() for number in range(count)}
    for join in joins:
        before[join.reader].add(join.writer)
    order: list[int] = []
    while len(order) < count:
        ready = next((n for n in range(count) if n not in order and before[n] <= set(order)), None)
        if ready is None:
            return None
        order.append(ready)
    return order


def circle(count: int, joins: Sequence[Join]) -> list[Join]:
    """Joins that form a circle; nothing when there is none."""
    for start in range(count):
        paths: list[list[Join]] = [[join] for join in joins if join.writer == start]
        seen: set[int] = set()
        while paths:
            path = paths.pop(0)
            here = path[-1].reader
            if here == start:
                return path
            if here not in seen:
                seen.add(here)
                paths += [[*path, join] for join in joins if join.writer == here]
    return []


def refuse_circle(joins: Sequence[Join], names: Sequence[str]) -> None:
    """Say which notebooks read each other's files in a circle, if any do.

    Args:
        joins: between the notebooks.
        names: of the notebooks, for the message.

    Raises:
        MlopsError: ``notebooks-in-a-circle``.
    """
    found = circle(len(names), joins)
    if found:
        steps = "; ".join(
            f"{names[join.reader]} reads {join.path}, which {names[join.writer]} writes" for join in found
        )
        raise MlopsError(
            "notebooks-in-a-circle",
            f"None of these notebooks can run first: {steps}. Move what one needs of the other into a notebook of its "
            "own, or convert them apart.",
            path=names[found[0].writer],
        )


def refuse_ambiguous(used: Sequence[FilesUsed], names: Sequence[str]) -> None:
    """Say which file several notebooks write, each from scratch, and another one reads.

    Args:
        used: for each notebook.
        names: of the notebooks, for the message.

    Raises:
        MlopsError: ``ambiguous-file``.
    """
    for path, writers in written_from_scratch(used).items():
        readers = [names[number] for number, one in enumerate(used) if path in one.reads]
        if readers:
            listed = " and ".join(names[number] for number in writers)
            raise MlopsError(
                "ambiguous-file",
                f"{listed} write {path}, and {readers[0]} reads it: nothing tells whose it is to read. Let one of them write a "
                "file of another name, or convert them apart.",
                path=names[writers[-1]],
            )


def written_from_scratch(used: Sequence[FilesUsed]) -> dict[str, list[int]]:
    """Files that more than one notebook writes without having read them → numbers of those notebooks."""
    writers: dict[str, list[int]] = {}
    for number, one in enumerate(used):
        for path in one.writes - one.reads:
            writers.setdefault(path, []).append(number)
    return {path: numbers for path, numbers in sorted(writers.items()) if len(numbers) > 1}
