"""The tables that the project reads, and how it reads them."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.training_data import is_derived, relevant_reads
from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.scene import Scene

#: Ending of a file's name → function of pandas that reads it, and packages that this needs.
READERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    ".csv": ("read_csv", ()),
    ".csv.gz": ("read_csv", ()),
    ".csv.zip": ("read_csv", ()),
    ".tsv": ("read_table", ()),
    ".txt": ("read_csv", ()),
    ".data": ("read_csv", ()),
    ".parquet": ("read_parquet", ("pyarrow",)),
    ".feather": ("read_feather", ("pyarrow",)),
    ".xlsx": ("read_excel", ("openpyxl",)),
}
#: Arguments that say how a file is written, and so belong to its contract.
_HOW = frozenset(
    {"sep", "delimiter", "header", "names", "encoding", "index_col", "skiprows", "na_values", "decimal", "thousands"}
    | {"sheet_name", "comment", "quotechar", "compression", "skipinitialspace", "delim_whitespace", "keep_default_na"}
)
#: Larger files would make slow tests.
_LARGEST = 100_000_000
#: More tables than this are no longer tables of which each has a meaning of its own.
_MOST = 12


@dataclass(frozen=True)
class Table:
    """A data file.

    Attributes:
        path: from the root.
        reader: function of pandas.
        how: keyword arguments that it gets.
        needs: packages besides pandas.
    """

    path: str
    reader: str
    how: Mapping[str, Any]
    needs: tuple[str, ...] = ()


def tables(scene: Scene) -> tuple[list[Table], list[Refusal]]:
    """The tables that the project's code reads, those it makes itself aside; and those that get no contract.

    Args:
        scene: the project.
    """
    found: dict[str, Table] = {}
    refused: list[Refusal] = []
    for path, source in _paths(scene):
        reader, needs = _reader(path)
        if path in found or not reader:
            continue
        size = (scene.root / path).stat().st_size
        if size > _LARGEST:
            refused.append(Refusal(f"a contract for {path}", f"it has {size / 1e6:.0f} MB: too much for a test", path))
        elif len(found) == _MOST:
            refused.append(Refusal(f"a contract for {path}", f"{_MOST} tables have one already", path))
        else:
            called = source.site.call.attribute if source is not None else ""
            if called.startswith("read_") and called in {name for name, _needs in READERS.values()}:
                reader = called
            found[path] = Table(path, reader, _how(source) if source is not None else {}, needs)
    return list(found.values()), refused


def _paths(scene: Scene) -> Iterator[tuple[str, Source | None]]:
    """Data files that are there, with what reads them; where only a run could tell which, all that look like data."""
    unit = scene.unit
    sources = [source for source in relevant_reads(unit) if not is_derived(unit, source)]
    known = [source for source in sources if source.kind == "file"]
    there = [file.path for file in unit.files if file.special is None]
    for source in known:
        if "*" in source.where:
            yield from ((path, source) for path in there if fnmatchcase(path, source.where))
        elif not source.where.startswith(("/", "~", "..")) and scene.project.kind(source.where) == "file":
            yield source.where, source
    if not known and any(source.kind == "unknown" for source in sources):
        for path in there:
            if is_data_file(path) and not unit.aside(path) and not unit.is_test(path):
                yield path, None


def _reader(path: str) -> tuple[str, tuple[str, ...]]:
    name = posixpath.basename(path).lower()
    ending = next((ending for ending in sorted(READERS, key=len, reverse=True) if name.endswith(ending)), None)
    return READERS[ending] if ending is not None else ("", ())


def _how(source: Source) -> dict[str, Any]:
    """The arguments of the call that tell how the file is written, as far as they are plain values."""
    given = {}
    for keyword in source.site.call.node.keywords:
        if keyword.arg in _HOW:
            try:
                given[keyword.arg] = ast.literal_eval(keyword.value)
            except ValueError:
                continue
    second = source.site.call.argument(1)
    if source.site.call.attribute == "read_csv" and isinstance(second, ast.Constant) and isinstance(second.value, str):
        given["sep"] = second.value
    return given
