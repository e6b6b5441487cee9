"""Texts in a notebook's code that may be paths, and how each is used."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from jupyter_mlops.assessment.written_files import WRITERS

Use = Literal["whole", "read", "written", "folder", "part"]
#: Calls whose arguments are parts of a text, or no path at all.
_JOINERS = frozenset({"join", "joinpath", "format", "replace", "split", "startswith", "endswith", "print"})
#: Calls whose first argument is a file that is read, beside `read_csv` and the like.
_READERS = frozenset({"loadtxt", "genfromtxt", "loadmat"})


class Text(NamedTuple):
    """A text that may be a path.

    Attributes:
        node: the text.
        value: what it says.
        use: whether it is surely read, may be, is written, a folder that others are joined to, or part of something that cannot
            be told.
        joined: of a folder, what is joined to it.
    """

    node: ast.expr
    value: str
    use: Use
    joined: tuple[str, ...] = ()


def texts_of(tree: ast.Module) -> Iterator[Text]:
    """All of them.

    Args:
        tree: the notebook's code.
    """
    parts, saved = _names_given_to(tree)
    ends = _joined_to(tree)
    later = _read_later(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name_of(node)
            for position, argument in enumerate((*node.args, *(each.value for each in node.keywords))):
                if (value := _text_of(argument)) is not None:
                    rest = later[id(node)] if id(node) in later else _rest_of(node, name, position)
                    yield Text(argument, value, _use_in_call(node, name, position), rest)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            value = _text_of(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {each.id for each in targets if isinstance(each, ast.Name)}
            if value is not None and names:
                use: Use = "folder" if names & parts else "written" if names & saved else "whole"
                yield Text(node.value, value, use, tuple(end for name in sorted(names) for end in ends[name]))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            for side in (node.left, node.right):
                if (value := _text_of(side)) is not None:
                    before = side is node.left and value.endswith(("/", "\\"))
                    end = _text_of(node.right) if before else None
                    yield Text(side, value, "folder" if before else "part", (end,) if end is not None else ())


def _read_later(tree: ast.Module) -> dict[int, tuple[str, ...]]:
    """`os.chdir(…)`, by its id → relative paths that are read after it, and before the next one."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    calls.sort(key=lambda node: (node.lineno, node.col_offset))
    found: dict[int, tuple[str, ...]] = {}
    there: int | None = None
    for call in calls:
        name, first = _name_of(call), _text_of(call.args[0])
        if name == "chdir":
            there = id(call)
            found[there] = ()
        elif there is not None and first is not None and _use_in_call(call, name, 0) == "read" and ":" not in first:
            found[there] += (first,) if not first.startswith(("/", "~", "..", "\\")) else ()
    return {key: tuple(dict.fromkeys(names)) for key, names in found.items()}


def _text_of(node: ast.AST) -> str | None:
    """A text that is short enough for a path; None for everything else."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    return node.value if 1 < len(node.value) < 400 and "\n" not in node.value else None


def _name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _use_in_call(call: ast.Call, name: str, position: int) -> Use:
    if name in ("join", "joinpath"):
        return "folder" if position == 0 else "part"
    if name in ("chdir", "listdir", "scandir", "walk"):
        return "folder"
    if name in _JOINERS:
        return "part"
    if name == "open":
        named = next((each.value for each in call.keywords if each.arg == "mode"), None)
        mode = call.args[1] if len(call.args) > 1 else named
        return "written" if isinstance(mode, ast.Constant) and str(mode.value)[:1] in ("w", "a", "x") else "read"
    if position == 0 and (name in _READERS or name.startswith("read_")):
        return "read"
    return "written" if name in WRITERS or name.startswith(("to_", "save", "write")) else "whole"


def _rest_of(call: ast.Call, name: str, position: int) -> tuple[str, ...]:
    """What is joined to the first argument of `os.path.join`."""
    rest = [_text_of(each) for each in call.args[1:]] if name == "join" and position == 0 else []
    texts = [each for each in rest if each is not None]
    return ("/".join(texts),) if texts and len(texts) == len(rest) else ()


def _joined_to(tree: ast.Module) -> dict[str, list[str]]:
    """Name → texts that are joined to it: `folder + "a.csv"`, `join(folder, "a.csv")`, `f"{folder}/a.csv"`."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)) and isinstance(node.left, ast.Name):
            if (end := _text_of(node.right)) is not None:
                found[node.left.id].append(end)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Name):
            found[node.args[0].id] += _rest_of(node, _name_of(node), 0)
        elif isinstance(node, ast.JoinedStr) and len(node.values) == 2:
            first, second = node.values
            end = _text_of(second)
            if isinstance(first, ast.FormattedValue) and isinstance(first.value, ast.Name) and end is not None:
                found[first.value.id].append(end)
    return found


def _names_given_to(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Names whose text is a part of a longer one somewhere, and those that something is written to."""
    joined, saved = set(), set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div, ast.Mod)):
            parts = [node.left, node.right]
        elif isinstance(node, ast.FormattedValue):
            parts = [node.value]
        elif isinstance(node, ast.Call):
            name = _name_of(node)
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            if name in _JOINERS:
                parts = [*node.args, *owner]
            elif _use_in_call(node, name, 0) == "written":
                saved |= {each.id for each in node.args if isinstance(each, ast.Name)}
        joined |= {part.id for part in parts if isinstance(part, ast.Name)}
    return joined, saved
