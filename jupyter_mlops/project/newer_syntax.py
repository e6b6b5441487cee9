"""Newer Python rewritten so that the oldest supported interpreter can parse it, line for line.

What a project is worth must not depend on the interpreter that happens to run the assessment. The rewriting is for
reading only, and happens only where the text does not parse as it is.
"""

from __future__ import annotations

import re

from jupyter_mlops.project.patterns import lazy

_TYPE_PARAMETERS = lazy(
    r"^([ \t\f]*(?:async\s+)?(?:def|class)\s+\w+)\[[^\]\n]*(?:\[[^\]\n]*\][^\]\n]*)*\]", re.MULTILINE
)
_TYPE_ALIAS = lazy(r"^([ \t\f]*)type\s+(\w+)(?:\[[^\]\n]*\])?\s*=", re.MULTILINE)
_EXCEPT = lazy(r"^([ \t\f]*except\*?\s+)([\w.]+(?:\s*,\s*[\w.]+)+)(\s*:)", re.MULTILINE)
_PREFIX = lazy(r"(?<![\w])([fFtT][rR]?|[rR][fFtT])(\"\"\"|'''|\"|')")


def rewritten(code: str) -> str:
    """The code with type parameters dropped, exception groups in brackets, and quotes inside of f-strings told apart.

    Args:
        code: Python code.
    """
    code = _TYPE_PARAMETERS.sub(r"\1", code)
    code = _TYPE_ALIAS.sub(r"\1\2 =", code)
    code = _EXCEPT.sub(r"\1(\2)\3", code)
    return _format_strings(code)


def _format_strings(code: str) -> str:
    out: list[str] = []
    position = 0
    while True:
        start = _PREFIX.search(code, position)
        if start is None:
            return "".join((*out, code[position:]))
        out.append(code[position : start.start(1)])
        out.append("f" + start[1].lower().replace("t", "").replace("f", "") + start[2])
        text, position = _body(code, start.end(), start[2])
        out.append(text)


def _body(code: str, position: int, quote: str) -> tuple[str, int]:
    """The rest of a format string up to its closing quotes, with quotes of its own kind in fields replaced by the other."""
    other = "'" if quote[0] == '"' else '"'
    depth = 0
    text: list[str] = []
    while position < len(code):
        char = code[position]
        if depth == 0 and code.startswith(quote, position):
            text.append(quote)
            return "".join(text), position + len(quote)
        if char == "\n" and len(quote) == 1 and depth == 0:
            break
        if char == "\\" and depth == 0:
            text.append(code[position : position + 2])
            position += 2
            continue
        if code[position : position + 2] in ("{{", "}}") and depth == 0:
            text.append(code[position : position + 2])
            position += 2
            continue
        depth += (char == "{") - (char == "}")
        text.append(other if depth and char == quote[0] else char)
        position += 1
    return "".join(text), position
