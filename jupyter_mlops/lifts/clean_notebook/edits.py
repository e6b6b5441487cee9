"""Replacements in the code of a notebook's cells: every other character, magics and shell lines included, stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from jupyter_mlops.project.notebook import Cell, Notebook, parse


class Span(NamedTuple):
    """A piece of code.

    Attributes:
        line: 1-based first line in the notebook's code.
        column: 0-based, in characters.
        end_line: 1-based last line.
        end_column: 0-based, exclusive.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Edit(NamedTuple):
    """A replacement.

    Attributes:
        span: what is replaced; empty to put something in.
        text: what stands there then.
    """

    span: Span
    text: str


class Repair(NamedTuple):
    """What is done to a notebook, and why.

    Attributes:
        kind: of repair, in a word: "api", "path", "secret", "seed", "import", "order", "python-2".
        cell: 0-based index among all cells.
        line: 1-based line in the cell as it was.
        what: was done, one sentence.
        why: one sentence.
        version: of the library in which what stood there stopped working, "pandas 2.0"; "" where none did.
        seen: the error of the run that made it sure; "" where the code alone does.
    """

    kind: str
    cell: int
    line: int
    what: str
    why: str
    version: str = ""
    seen: str = ""


class Open(NamedTuple):
    """Something that no repair is sure for.

    Attributes:
        cell: 0-based index among all cells.
        line: 1-based line in the cell as it was.
        what: that needs a person, as a noun phrase.
        why: one sentence, with what to do.
        version: as that of a repair.
    """

    cell: int
    line: int
    what: str
    why: str
    version: str = ""


@dataclass
class Proposal:
    """Edits that belong together, for one reason.

    Attributes:
        edits: none of them, or all, are made.
        repair: the reason; its place is that of the first edit where it has none.
    """

    edits: list[Edit]
    repair: Repair


State = tuple[Notebook, list[Repair], dict[int, list[int]]]


@dataclass
class Draft:
    """A notebook under repair.

    Attributes:
        notebook: as it is now.
        repairs: what was done.
        open: what was not.
        secrets: environment variables that it reads now, with values that nothing may show.
        order: its cells in the order in which they are put; as they are where it is empty.
        raising: cells that fail as they did when they were last run, and may.
    """

    notebook: Notebook
    repairs: list[Repair] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    raising: set[int] = field(default_factory=set)
    _lines: dict[int, list[int]] = field(default_factory=dict)
    _first: Notebook | None = None

    def __post_init__(self) -> None:
        self._first = self.notebook

    @property
    def touched(self) -> bool:
        """Whether it is not as it was."""
        return bool(self.changed() or self.order or self.raising)

    @property
    def ordered(self) -> Notebook:
        """The notebook with its cells in the order in which they are put."""
        cells = tuple(self.notebook.cells[index] for index in self.order)
        return replace(self.notebook, cells=cells) if cells else self.notebook

    def state(self) -> State:
        """What it is now, to come back to."""
        return self.notebook, list(self.repairs), dict(self._lines)

    def back(self, state: State) -> None:
        """Take back what was done since."""
        self.notebook, self.repairs, self._lines = state[0], list(state[1]), dict(state[2])

    def changed(self) -> dict[int, str]:
        """Cell → its source, of the cells that are not as they were."""
        assert self._first is not None
        pairs = zip(self._first.cells, self.notebook.cells, strict=True)
        return {new.index: new.source for old, new in pairs if old.source != new.source}

    def original(self, cell: int, line: int) -> int:
        """The line of a cell, as it was, that a line of it comes from."""
        lines = self._lines.get(cell)
        return lines[min(line, len(lines)) - 1] if lines else line

    def apply(self, proposals: Iterable[Proposal]) -> int:
        """Make the edits of proposals that do not touch one another; those that come first win.

        Returns:
            How many proposals were carried out.
        """
        taken: list[tuple[Edit, Proposal]] = []
        kept: list[Proposal] = []
        for proposal in proposals:
            if any(_touch(edit.span, other.span) for edit in proposal.edits for other, _ in taken):
                continue
            taken += [(edit, proposal) for edit in proposal.edits]
            kept.append(proposal)
        results = self._results(kept)
        if results is None:
            # One of them does not fit: each is tried with those before it.
            fitting: list[Proposal] = []
            for proposal in kept:
                if self._results([*fitting, proposal]) is not None:
                    fitting.append(proposal)
            kept, results = fitting, self._results(fitting) or {}
        for proposal in kept:
            self.note(proposal)
        for cell, (source, lines) in results.items():
            self.put(cell, source, lines)
        return len(kept)

    def _results(self, proposals: list[Proposal]) -> dict[int, tuple[str, list[int]]] | None:
        """Cell → its source then, and where its lines come from; None where one would not be valid."""
        by_cell: dict[int, list[Edit]] = {}
        for edit in (edit for proposal in proposals for edit in proposal.edits):
            by_cell.setdefault(self.notebook.place(edit.span.line)[0], []).append(edit)
        results = {}
        for cell, edits in by_cell.items():
            result = self._with_edits(self.notebook.cells[cell], edits)
            if result is None:
                return None
            results[cell] = result
        return results

    def note(self, proposal: Proposal) -> None:
        """Remember why something was done."""
        repair = proposal.repair
        if repair.cell < 0:
            cell, line = self.notebook.place(min(edit.span.line for edit in proposal.edits))
            repair = repair._replace(cell=cell, line=self.original(cell, line))
        if repair not in self.repairs:
            self.repairs.append(repair)

    def put(self, cell: int, source: str, lines: list[int] | None = None) -> None:
        """Give a cell another source.

        Args:
            cell: its index.
            source: the new one.
            lines: for each of its lines, the line of the cell as it was that it comes from; the same where None.
        """
        cells = list(self.notebook.cells)
        cells[cell] = replace(cells[cell], source=source)
        if lines is not None:
            self._lines[cell] = lines
        self.notebook = replace(self.notebook, cells=tuple(cells))

    def _with_edits(self, cell: Cell, edits: list[Edit]) -> tuple[str, list[int]] | None:
        start = self._start_of(cell.index)
        # Other line ends stay what they are: rows are those of "\n", as notebooks have them.
        rows = cell.source.replace("\r\n", "\n").split("\n")
        python = cell.python[0].split("\n")
        if len(rows) != len(python):
            return None
        lines = [self.original(cell.index, number) for number in range(1, len(rows) + 1)]
        for edit in sorted(edits, key=lambda one: one.span, reverse=True):
            first, last = edit.span.line - start, edit.span.end_line - start
            if not 0 <= first <= last < len(rows):
                return None
            shifts = []
            for number in range(first, last + 1):
                # A cell that is indented as a whole is read without that; a magic is not read at all.
                if not rows[number].endswith(python[number]) or rows[number].strip() != python[number].strip():
                    return None
                shifts.append(len(rows[number]) - len(python[number]))
            head = rows[first][: edit.span.column + shifts[0]]
            tail = rows[last][edit.span.end_column + shifts[-1] :]
            indent = rows[first][: shifts[0]]
            first_row, *more = (head + edit.text + tail).split("\n")
            put = [first_row, *(indent + row for row in more)]
            rows[first : last + 1] = put
            python[first : last + 1] = [row[len(indent) :] for row in put]
            lines[first : last + 1] = [lines[first]] * len(put)
        source = "\n".join(rows)
        made = replace(cell, source=source)
        if made.syntax_error is not None:
            return None
        return source, lines

    def _start_of(self, cell: int) -> int:
        """The line of the notebook's code on which a cell begins."""
        line = 1
        for each in self.notebook.parsed_cells:
            if each.index == cell:
                return line
            line += each.python[0].count("\n") + 1
        return line


def _touch(one: Span, other: Span) -> bool:
    start, end = (one.line, one.column), (one.end_line, one.end_column)
    first, last = (other.line, other.column), (other.end_line, other.end_column)
    if start == end or first == last:
        return first <= start <= last or start <= first <= end
    return start < last and first < end


class Code:
    """The code of a notebook, by positions.

    Args:
        notebook: whose code it is.
    """

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.tree = notebook.tree
        self.rows = notebook.code.split("\n")

    def span(self, node: ast.AST) -> Span:
        """Where a node stands."""
        line, end = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        return Span(line, self._column(line, node.col_offset), end, self._column(end, node.end_col_offset))  # type: ignore[attr-defined]

    def _column(self, line: int, offset: int) -> int:
        """Characters before an offset in bytes, which is what the parser counts."""
        row = self.rows[line - 1] if line <= len(self.rows) else ""
        return offset if row.isascii() else len(row.encode()[:offset].decode("utf-8", "replace"))

    def text(self, node: ast.AST) -> str:
        """The code of a node, as it is written."""
        return self.between(self.span(node))

    def between(self, span: Span) -> str:
        """The code in a span."""
        rows = self.rows[span.line - 1 : span.end_line]
        if not rows:
            return ""
        rows[-1] = rows[-1][: span.end_column]
        rows[0] = rows[0][span.column :]
        return "\n".join(rows)

    def is_itself(self, node: ast.expr) -> bool:
        """Whether the code at a node's place is that node: in format strings, older parsers say where it is not."""
        try:
            found = parse(f"({self.text(node)})").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return len(found) == 1 and isinstance(found[0], ast.Expr) and ast.unparse(found[0].value) == ast.unparse(node)
