"""Notebooks, read as plain JSON: cells, their code made parseable, and what the file says about its last run."""

from __future__ import annotations

import ast
import json
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent
from typing import Any, NamedTuple

from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.newer_syntax import rewritten
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.yaml_reader import DocumentError

#: What the names of clean copies end with.
CLEAN = "_clean"
_ASSIGNED_ESCAPE = lazy(r"^(\s*)([\w.,\s\[\]'\"]+=\s*)([!%].*)$")
#: Cell magics whose body is Python of the notebook.
_PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "matplotlib", "px", "debug"})


class Escape(NamedTuple):
    """A magic or shell line.

    Attributes:
        cell: 0-based among all cells.
        line: 1-based in the cell.
        kind: "!" for a shell line, "%" for a line magic, "%%" for a cell magic.
        text: what follows the escape.
        body: for a cell magic, the rest of the cell.
    """

    cell: int
    line: int
    kind: str
    text: str
    body: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        index: 0-based among all cells.
        kind: "code", "markdown" or "raw".
        source: its text.
        tags: its tags.
        execution_count: of its last run; None when it was not run.
        outputs: as in the file.
    """

    index: int
    kind: str
    source: str
    tags: tuple[str, ...]
    execution_count: int | None
    outputs: list[Any]

    @cached_property
    def python(self) -> tuple[str, tuple[Escape, ...]]:
        """Its code with magics replaced by `pass`, line for line, and those magics."""
        return _python_of(self)

    @cached_property
    def syntax_error(self) -> tuple[int, str] | None:
        """Line (1-based) and message of what keeps it from parsing by itself; None when it parses."""
        try:
            parse(self.python[0])
        except SyntaxError as error:
            return error.lineno or 1, error.msg
        except (ValueError, RecursionError, MemoryError) as error:
            return 1, str(error) or "too deeply nested"
        return None


@dataclass(frozen=True)
class Notebook:
    """A notebook.

    Attributes:
        path: as the project names it.
        cells: all cells, in order.
        language: of its kernel, in lower case; "python" when the file does not say.
        kernel: name of its kernel; "" when the file does not say.
    """

    path: str
    cells: tuple[Cell, ...]
    language: str
    kernel: str

    @cached_property
    def code_cells(self) -> tuple[Cell, ...]:
        """Code cells with anything in them."""
        return tuple(cell for cell in self.cells if cell.kind == "code" and cell.source.strip())

    @cached_property
    def _parsed(self) -> tuple[tuple[Cell, ...], ast.Module]:
        """The cells that are valid Python, and all of them as one module. Most often one parse does for all cells."""
        cells = self.code_cells
        try:
            return cells, parse(_joined(cells))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            valid = tuple(cell for cell in cells if cell.syntax_error is None)
        try:
            return valid, parse(_joined(valid))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return (), ast.Module([], [])

    @property
    def parsed_cells(self) -> tuple[Cell, ...]:
        """Code cells that are valid Python."""
        return self._parsed[0]

    @property
    def tree(self) -> ast.Module:
        """The code of those cells as one module; `place` says where its lines are."""
        return self._parsed[1]

    @cached_property
    def code(self) -> str:
        """The code of those cells as one text."""
        return _joined(self.parsed_cells)

    def statements(self) -> Iterator[tuple[Cell, list[ast.stmt]]]:
        """Each of those cells with its statements, whose lines are those of `tree`."""
        pending = list(reversed(self.tree.body))
        ends = [*self._starts[1:], float("inf")]
        for cell, end in zip(self.parsed_cells, ends, strict=False):
            found = []
            while pending and pending[-1].lineno < end:
                found.append(pending.pop())
            yield cell, found

    @cached_property
    def _starts(self) -> list[int]:
        starts = []
        line = 1
        for cell in self.parsed_cells:
            starts.append(line)
            line += cell.python[0].count("\n") + 1
        return starts

    def place(self, line: int) -> tuple[int, int]:
        """Cell index and line in the cell of a line of `code`."""
        position = max(bisect_right(self._starts, line) - 1, 0)
        return self.parsed_cells[position].index, line - self._starts[position] + 1

    @cached_property
    def escapes(self) -> tuple[Escape, ...]:
        """All magics and shell lines."""
        return tuple(escape for cell in self.code_cells for escape in cell.python[1])


def read_notebook(path: str, text: str) -> Notebook:
    """A notebook of format 4 or 3.

    Args:
        path: as the project names it.
        text: the file's content.

    Raises:
        DocumentError: when it is not a notebook.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise DocumentError(f"not valid JSON: {error.msg}", error.lineno) from None
    except (RecursionError, ValueError):
        raise DocumentError("nested too deeply, or numbers too long, to be read as JSON") from None
    if not isinstance(data, dict):
        raise DocumentError("not a notebook: the file holds no JSON object")
    cells = data.get("cells")
    if cells is None:
        sheets = sequence(data.get("worksheets"))
        cells = mapping(sheets[0]).get("cells") if sheets else None
    if not isinstance(cells, list):
        raise DocumentError("not a notebook: it has no cells")
    metadata = mapping(data.get("metadata"))
    kernel = mapping(metadata.get("kernelspec"))
    language = mapping(metadata.get("language_info")).get("name") or kernel.get("language") or "python"
    return Notebook(
        path=path,
        cells=tuple(_cell(index, mapping(cell)) for index, cell in enumerate(cells)),
        language=str(language).lower(),
        kernel=str(kernel.get("name") or ""),
    )


def copy_of(path: str) -> str:
    """Where a notebook's clean copy is."""
    return f"{path.removesuffix('.ipynb')}{CLEAN}.ipynb"


def clean_copy_of(document: object) -> str:
    """The notebook that another one is a clean copy of, by its metadata; "" where it is none.

    Args:
        document: its file, as JSON-like data.
    """
    ours = mapping(mapping(mapping(document).get("metadata")).get("jupyter_mlops"))
    return str(ours.get("clean_copy_of") or "")


def _cell(index: int, data: dict[Any, Any]) -> Cell:
    source = data.get("source", data.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    count = data.get("execution_count", data.get("prompt_number"))
    tags = mapping(data.get("metadata")).get("tags")
    return Cell(
        index=index,
        kind=str(data.get("cell_type", "raw")),
        source=source if isinstance(source, str) else "",
        tags=tuple(tag for tag in sequence(tags) if isinstance(tag, str)),
        execution_count=count if isinstance(count, int) and not isinstance(count, bool) else None,
        outputs=sequence(data.get("outputs")),
    )


def _joined(cells: tuple[Cell, ...]) -> str:
    return "".join(f"{cell.python[0]}\n" for cell in cells)


def parse(code: str) -> ast.Module:
    """The syntax tree of code, without the warnings that old code gives.

    Raises:
        SyntaxError: when it is no Python 3 of any version up to 3.14.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except SyntaxError as error:
            try:
                return ast.parse(rewritten(code))
            except SyntaxError:
                raise error from None


def _python_of(cell: Cell) -> tuple[str, tuple[Escape, ...]]:
    source = cell.source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    if source.lstrip().startswith("%%"):
        return _cell_magic(cell.index, source)
    if source[:1] in (" ", "\t"):
        source = dedent(source)
    if not any(mark in source for mark in ("%", "!", "?", "\n;")):
        return source, ()
    try:
        parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _without_line_magics(cell.index, source)
    return source, ()


def _cell_magic(index: int, source: str) -> tuple[str, tuple[Escape, ...]]:
    before = len(source) - len(source.lstrip())
    line = source[:before].count("\n") + 1
    head, _, body = source.lstrip().partition("\n")
    text = head[2:].strip()
    escape = Escape(index, line, "%%", text, body)
    if text.split(" ")[0] not in _PYTHON_CELL_MAGICS:
        return "", (escape,)
    code, more = _without_line_magics(index, "\n" * line + body)
    return code, (escape, *more)


def _without_line_magics(index: int, source: str) -> tuple[str, tuple[Escape, ...]]:
    lines = source.split("\n")
    escapes = []
    continued = False
    for position, line in enumerate(lines):
        stripped = line.lstrip()
        indent = line[: len(line) - len(stripped)]
        assigned = _ASSIGNED_ESCAPE.match(line)
        if continued:
            lines[position] = ""
        elif stripped.startswith("! ") or (stripped[:1] in ("!", "%") and stripped[1:2] not in ("", "=", " ")):
            escapes.append(Escape(index, position + 1, stripped[0], stripped.lstrip("!%").strip()))
            lines[position] = f"{indent}pass"
        elif assigned and not continued:
            escapes.append(Escape(index, position + 1, assigned[3][0], assigned[3][1:].strip()))
            lines[position] = f"{assigned[1]}{assigned[2]}None"
        elif _shown_only(stripped.rstrip()):
            lines[position] = f"{indent}pass"
        else:
            continue
        continued = line.rstrip().endswith("\\")
    return "\n".join(lines), tuple(escapes)


def _shown_only(line: str) -> bool:
    """Whether a line asks for help, or is a `;` alone, which IPython takes for an empty text."""
    return line == ";" or line.startswith("?") or (line.endswith("?") and "#" not in line)
