"""Installs that a cell's Python asks for: `subprocess.run([sys.executable, "-m", "pip", "install", …])` and its like."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_mlops_converters.source.secrets import parsed

#: The last two names of what runs a command, and those of pip itself.
_RUNNERS = frozenset(
    {
        ("os", "system"),
        ("os", "popen"),
        *(("subprocess", name) for name in ("run", "call", "check_call", "check_output", "getoutput", "Popen")),
    }
)
_PIP = frozenset({("pip", "main"), ("_internal", "main")})
#: Stands for a word that the code makes.
_MADE = "{made}"


@dataclass(frozen=True)
class CommandCall:
    """A statement that runs a command, and nothing else.

    Attributes:
        first: 0-based line of the cell at which it begins.
        last: at which it ends.
        words: of the command; what the code makes of something else stands in braces.
    """

    first: int
    last: int
    words: list[str]


def command_calls(lines: list[str]) -> Iterator[CommandCall]:
    """The statements of a cell that run a command, from its end to its beginning.

    Args:
        lines: of the cell.
    """
    code = parsed("\n".join(lines))
    if code is None:
        return
    text = code.text.split("\n")
    found = [node for node in ast.walk(code.tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    for node in sorted(found, key=lambda node: -node.lineno):
        assert isinstance(node.value, ast.Call)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        words = _words(node.value)
        own = slice(node.lineno - 1, node.end_lineno)
        first = code.first_line + node.lineno - 1
        last = first + node.end_lineno - node.lineno
        # What IPython has rewritten may stand elsewhere; what shares its line with more is left.
        if words and lines[first : last + 1] == text[own] and _is_alone(node, lines[first], lines[last]):
            yield CommandCall(first, last, words)


def _is_alone(node: ast.Expr, first: str, last: str) -> bool:
    before = first.encode()[: node.col_offset]
    after = last.encode()[node.end_col_offset :].strip()
    return not before.strip() and (after in {b"", b";"} or after.startswith(b"#"))


def _words(call: ast.Call) -> list[str]:
    name = _names(call.func)[-2:]
    if not call.args:
        return []
    first = call.args[0]
    if tuple(name) in _PIP:
        return ["pip", *_listed(first)]
    if tuple(name) not in _RUNNERS and name not in (["check_call"], ["check_output"], ["system"]):
        return []
    if isinstance(first, ast.List | ast.Tuple):
        return _listed(first)
    # `"pip install a".split()`
    if isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr == "split":
        first = first.func.value
    try:
        return shlex.split(_text(first))
    except ValueError:
        return []


def _listed(node: ast.expr) -> list[str]:
    return [_text(each) for each in node.elts] if isinstance(node, ast.List | ast.Tuple) else []


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) for each in node.values)
    if isinstance(node, ast.FormattedValue):
        return _text(node.value)
    return "python" if _names(node) == ["sys", "executable"] else _MADE


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Attribute):
        return [*_names(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []
