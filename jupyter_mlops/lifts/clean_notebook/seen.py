"""Where a run stopped and on what: what makes a repair sure that the code alone does not."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops.lifts.clean_notebook.known import Kind
from jupyter_mlops.project.notebook import Notebook


@dataclass(frozen=True)
class Value:
    """What a value was, as far as repairs ask.

    Attributes:
        kind: as the code's expressions have them.
        numbered: whether its labels, or the names of its columns, are numbers.
        counted: whether its rows are labelled by their numbers.
        texts: names of its columns of text.
        rank: dimensions of an array, a column or a plain list; 0 of what is none.
        size: how long that is; of a fitted model, how many columns it takes.
        fixed: whether an array cannot be changed.
    """

    kind: Kind = ""
    numbered: bool = False
    counted: bool = False
    texts: frozenset[str] = frozenset()
    rank: int = 0
    size: int = 0
    fixed: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Value:
        """From what the kernel told."""
        return cls(
            told["kind"],
            told.get("numbered", False),
            told.get("counted", False),
            frozenset(told.get("texts", ())),
            told.get("rank", 0),
            told.get("size", 0),
            told.get("fixed", False),
        )


@dataclass(frozen=True)
class Frame:
    """Code of a cell that was running.

    Attributes:
        cell: its index.
        span: first line in the cell, column in bytes, last line and column; columns are -1 where they are not known.
        names: what the names that are used there stood for.
        of: what the attribute, or the item, was of that failed; None where that is not known.
    """

    cell: int
    span: tuple[int, int, int, int]
    names: Mapping[str, Value]
    of: Value | None


@dataclass(frozen=True)
class Stop:
    """A run that stopped.

    Attributes:
        error: kind and text, one line.
        frames: the outermost call first.
    """

    error: str
    frames: tuple[Frame, ...]

    @classmethod
    def of(cls, error: str, told: Iterable[Mapping[str, Any]]) -> Stop:
        """From an error and what the kernel told of it."""
        frames = []
        for one in told:
            line, column, last, end = one["span"]
            names = {name: Value.of(each) for name, each in one["names"].items()}
            frames.append(
                Frame(one["cell"], (line, column, last, end), names, Value.of(one["of"]) if one["of"] else None)
            )
        return cls(error, tuple(frames))


@dataclass
class Seen:
    """A frame of a stop, in the code of the notebook.

    Attributes:
        error: what it stopped with.
        statement: the innermost one that was running.
        node: the expression that failed; None where that is not known.
        values: id of an expression of the statement → what it was.
    """

    error: str
    statement: ast.stmt
    node: ast.expr | None = None
    values: dict[int, Value] = field(default_factory=dict)

    def kinds(self) -> dict[int, Kind]:
        """What expressions were."""
        return {key: value.kind for key, value in self.values.items() if value.kind}

    @property
    def numbered(self) -> bool:
        """Whether a table there has numbers for labels."""
        return any(value.numbered for value in self._tables())

    @property
    def counted(self) -> bool:
        """Whether the rows of all tables there are labelled by their numbers."""
        return all(value.counted for value in self._tables())

    @property
    def texts(self) -> frozenset[str]:
        """Columns of text of the tables there."""
        return frozenset(name for value in self._tables() for name in value.texts)

    def _tables(self) -> list[Value]:
        return [value for value in self.values.values() if value.kind in ("frame", "series", "row", "groupby")]


def seen_in(notebook: Notebook, stop: Stop, frame: Frame) -> Seen | None:
    """A frame in the code of the notebook that ran; None where it is not found there.

    Args:
        notebook: as it ran.
        stop: of that run.
        frame: of the stop.
    """
    before = 0
    for cell in notebook.parsed_cells:
        if cell.index == frame.cell:
            break
        before += cell.python[0].count("\n") + 1
    else:
        return None
    first, column, last, end = frame.span
    first, last = first + before, last + before
    statement: ast.stmt | None = None
    for node in ast.walk(notebook.tree):
        if isinstance(node, ast.stmt) and node.lineno <= first and last <= (node.end_lineno or node.lineno):
            statement = node  # those inside come later
    if statement is None:
        return None
    seen = Seen(stop.error, statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in frame.names:
            seen.values[id(node)] = frame.names[node.id]
        if isinstance(node, ast.expr) and (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == (
            first,
            column,
            last,
            end,
        ):
            seen.node = seen.node or node
    receiver = _receiver(seen.node)
    if receiver is not None and frame.of is not None:
        seen.values[id(receiver)] = frame.of
    return seen


def _receiver(node: ast.expr | None) -> ast.expr | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value
    return node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else None
