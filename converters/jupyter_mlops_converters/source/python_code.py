"""A cell's text as a Python syntax tree: magics and shell lines become what they do to names.

The user's text is never changed by this; the tree is for analysis only.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.trees import copied

#: Line and cell magics whose argument or body is Python that runs in the notebook's namespace.
_RUNS_PYTHON = frozenset(
    {"time", "prun", "mprun", "lprun", "memit", "mlflow", "debug", "snakeviz", "memory", "pyinstrument"}
)
#: Magics that run Python but keep its names to themselves.
_RUNS_PYTHON_APART = frozenset({"timeit"})
#: Cell magics whose body is another language or a file.
_FOREIGN = frozenset(
    {
        "bash", "sh", "script", "cmd", "powershell", "perl", "ruby", "html", "HTML", "javascript", "js", "latex", "svg",
        "SVG", "markdown", "writefile", "file", "sql", "R", "cython", "python2", "pypy", "system", "sx", "!",
    }
)  # fmt: skip
_SHELL_NAMES = re.compile(r"\{([A-Za-z_]\w*)[^{}]*\}|(?<![\\$])\$([A-Za-z_]\w*)")


@dataclass(frozen=True)
class Magic:
    """A magic or a shell call found in a cell.

    Attributes:
        name: `matplotlib`, `time`, …; `!` for a shell line.
        argument: the rest of its line.
        body: of a cell magic.
        line: 1-based line in the cell.
        nested: inside another statement (`x = !ls`, or in an `if`).
    """

    name: str
    argument: str
    body: str | None = None
    line: int = 1
    nested: bool = False


@dataclass(frozen=True)
class PythonCode:
    """What a cell runs.

    Attributes:
        tree: the syntax tree with magics replaced by their Python, if any.
        text: the Python text that the tree's line numbers refer to.
        first_line: line of the cell at which `text` starts, 0-based (leading blank lines are dropped).
        magics: all magics in order.
    """

    tree: ast.Module
    text: str
    first_line: int = 0
    magics: tuple[Magic, ...] = field(default=())


@lru_cache(maxsize=1)
def _transformer() -> Any:
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager()


def parse_cell(source: str, *, cell: int, path: str | None = None) -> PythonCode:
    """Parse a cell.

    Args:
        source: the cell's text.
        cell: its index, for messages.
        path: the notebook, for messages.

    Returns:
        Its code.

    Raises:
        MlopsError: ``syntax-error`` with cell and line.
    """
    text = source.replace("\r\n", "\n")
    try:
        return _parsed(text)
    except (SyntaxError, ValueError) as error:
        raise _syntax_error(error, text, cell, path) from None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> PythonCode:
    """The code of a text; the passes ask for the same cells again and again."""
    if _needs_transforming(text):
        transformed = _transformer().transform_cell(text)
        stripped = len(text) - len(text.lstrip("\n"))
        first_line = text[:stripped].count("\n") if not text.lstrip().startswith("%%") else 0
    else:
        transformed, first_line = text, 0
    tree = ast.parse(transformed)
    replacer = _MagicReplacer()
    if "get_ipython" in transformed:
        tree = replacer.visit(tree)
        ast.fix_missing_locations(tree)
    return PythonCode(tree=tree, text=transformed, first_line=first_line, magics=tuple(replacer.magics))


def _needs_transforming(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return True
    return False


def _syntax_error(error: Exception, text: str, cell: int, path: str | None) -> MlopsError:
    line = getattr(error, "lineno", None)
    message = getattr(error, "msg", None) or str(error)
    if re.search(
        r"^\s*print\s+[^\s(=]|\bexcept\s+\w+\s*,\s*\w+\s*:|\braise\s+\w+\s*,|\bexec\s+['\"]", text, re.MULTILINE
    ):
        message += ". This looks like Python 2: convert it first (for example with `2to3`)"
    shown = text.splitlines()[line - 1].strip() if line and line <= len(text.splitlines()) else ""
    return MlopsError(
        "syntax-error",
        f"The cell is not valid Python: {message}{f': `{shown[:80]}`' if shown else ''}. Correct it, or tag the cell `skip`.",
        cell=cell,
        line=line,
        path=path,
    )


class _MagicReplacer(ast.NodeTransformer):
    """Replaces `get_ipython().run_line_magic(…)` and its like by the Python that they run."""

    def __init__(self) -> None:
        self.magics: list[Magic] = []

    def visit_Expr(self, node: ast.Expr) -> Any:
        call = _ipython_call(node.value)
        if call is None:
            return self.generic_visit(node)
        return self._statements(call, node) or ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node: ast.Call) -> Any:
        call = _ipython_call(node)
        if call is None:
            return self.generic_visit(node)
        # An assignment from a magic or a shell line, as in `files = !ls {folder}`.
        kind, arguments = call
        name = "!" if kind in {"getoutput", "system"} else arguments[0]
        text = arguments[-1] if arguments else ""
        self.magics.append(Magic(name, text, line=node.lineno, nested=True))
        if kind == "run_line_magic" and name == "pwd":
            return ast.copy_location(ast.parse("os.getcwd()", mode="eval").body, node)
        if kind == "run_line_magic" and name in _RUNS_PYTHON | _RUNS_PYTHON_APART:
            try:
                return ast.copy_location(ast.parse(_without_options(text), mode="eval").body, node)
            except (SyntaxError, ValueError):
                pass
        names = _shell_names(text)
        return ast.copy_location(
            ast.Call(ast.Name("str", ast.Load()), [ast.Name(used, ast.Load()) for used in names], []), node
        )

    def _statements(self, call: tuple[str, list[str]], node: ast.Expr) -> list[ast.stmt]:
        kind, arguments = call
        if kind in {"getoutput", "system"}:
            self.magics.append(Magic("!", arguments[0] if arguments else "", line=node.lineno))
            return _uses(_shell_names(arguments[0] if arguments else ""), node)
        name, argument = arguments[0], arguments[1] if len(arguments) > 1 else ""
        body = arguments[2] if kind == "run_cell_magic" and len(arguments) > 2 else None
        self.magics.append(Magic(name, argument, body, line=node.lineno))
        if body is not None:
            return self._cell_magic(name, argument, body, node)
        if name in _RUNS_PYTHON:
            return self._nested(_without_options(argument), node)
        if name in _RUNS_PYTHON_APART:
            return _uses(_names_in(_without_options(argument)), node)
        if name in {"pinfo", "pinfo2", "psource", "pdoc", "pfile", "store", "who", "whos"}:
            return _uses(re.findall(r"[A-Za-z_]\w*", argument)[:1], node) if name.startswith("p") else []
        return _uses(_shell_names(argument), node)

    def _cell_magic(self, name: str, argument: str, body: str, node: ast.Expr) -> list[ast.stmt]:
        if name in _FOREIGN:
            statements = _uses(_shell_names(argument), node)
            target = re.search(r"--out\s+(\w+)", argument)
            return statements + (_binds(target.group(1), node) if target else [])
        if name in _RUNS_PYTHON_APART:
            return _uses(_names_in(_without_options(argument) + "\n" + body), node)
        try:
            statements = self._nested(body, node)
        except (SyntaxError, ValueError):
            if name in _RUNS_PYTHON or name == "capture":
                raise
            # A magic of the notebook's own or of an extension, for another language.
            return _uses(_shell_names(argument), node)
        if name == "capture":
            words = [word for word in argument.split() if not word.startswith("-")]
            statements += _binds(words[0], node) if words else []
        elif name == "time" and argument.strip():
            statements = self._nested(_without_options(argument), node) + statements
        return statements

    def _nested(self, text: str, node: ast.Expr) -> list[ast.stmt]:
        if not text.strip():
            return []
        code = _parsed(textwrap.dedent(text))
        self.magics.extend(code.magics)
        tree = copied(code.tree)
        for inner in ast.walk(tree):
            if isinstance(inner, ast.stmt | ast.expr):
                inner.lineno = inner.end_lineno = node.lineno
        return tree.body


def _ipython_call(node: ast.AST) -> tuple[str, list[str]] | None:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"run_line_magic", "run_cell_magic", "magic", "system", "getoutput"}
        and isinstance(node.func.value, ast.Call)
        and isinstance(node.func.value.func, ast.Name)
        and node.func.value.func.id == "get_ipython"
    ):
        arguments = [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
        if node.func.attr == "magic" and arguments:
            first, _, rest = arguments[0].partition(" ")
            return "run_line_magic", [first.lstrip("%"), rest]
        if arguments:
            return node.func.attr, arguments
    return None


def _without_options(text: str) -> str:
    # Those that take a value: -n 3, -T file, -s cumulative.
    return re.sub(r"^\s*(?:-[lsTDfmu]\s+\S+\s+|-[a-zA-Z]+\s*(?:\d+\s+)?)*", "", text)


def _shell_names(text: str) -> list[str]:
    return [first or second for first, second in _SHELL_NAMES.findall(text)]


def _names_in(text: str) -> list[str]:
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError):
        return []
    return sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)})


def _uses(names: list[str], node: ast.stmt) -> list[ast.stmt]:
    return [ast.copy_location(ast.Expr(ast.Name(name, ast.Load())), node) for name in names]


def _binds(name: str, node: ast.stmt) -> list[ast.stmt]:
    if not name.isidentifier():
        return []
    return [ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)), node)]
