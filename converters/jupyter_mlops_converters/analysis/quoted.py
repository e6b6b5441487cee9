"""Names that code looks up from within a text: `df.query("age > @limit")`, `ols("np.log(y) ~ x", df)`, `timeit("f()")`.

What is not seen here (a text in a variable) shows in the proof, which tells the name that a stage lacks.
"""

from __future__ import annotations

import ast
import re

#: Functions and methods that run Python which they are given as text.
_RUN = frozenset({"eval", "exec", "run", "runctx", "timeit", "repeat", "Timer"})
_QUERIES = frozenset({"query", "eval"})
_AT = re.compile(r"@([A-Za-z_]\w*)")


def quoted_names(call: ast.Call) -> set[str]:
    """Names that a call looks up because of texts among its arguments.

    Args:
        call: its syntax tree.

    Returns:
        The names. Some may mean something else, such as a column of a table.
    """
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [
        argument.value
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    found: set[str] = set()
    for text in texts:
        if name in _QUERIES and isinstance(call.func, ast.Attribute):
            found |= set(_AT.findall(text))
        if name in _RUN:
            found |= _loaded(_parsed(text))
        if "~" in text and len(text) < 1000:
            found |= _functions(_parsed("(" + text.replace("~", ")+(", 1) + ")"))
    return found


def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _loaded(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _functions(formula: ast.AST) -> set[str]:
    """What a formula calls: other names in it are columns, as a rule."""
    found = set()
    for node in ast.walk(formula):
        if isinstance(node, ast.Call):
            function: ast.AST = node.func
            while isinstance(function, ast.Attribute):
                function = function.value
            if isinstance(function, ast.Name):
                found.add(function.id)
    return found
