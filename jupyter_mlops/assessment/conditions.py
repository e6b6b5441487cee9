"""Conditions of CI systems, as far as constants decide them: `${{ always() && false }}`, `'a' == 'b'`, `!true`."""

from __future__ import annotations

import re
from typing import Any

from jupyter_mlops.project.patterns import lazy

_TOKEN = lazy(r"\s*(?:(&&|\|\||==|!=|[!()])|('(?:[^']|'')*')|([\w.*\[\]-]+(?:\([^()]*\))?)|(.))")
#: Stands for what depends on something else.
_OPEN = object()


def constant(condition: Any) -> bool | None:
    """What a condition always answers; None where that depends on something.

    Args:
        condition: as written, with or without `${{ }}`.
    """
    if isinstance(condition, bool) or condition is None:
        return condition
    text = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", str(condition), flags=re.DOTALL)
    if "${{" in text:
        return None
    value = _Reader(text).either()
    return None if value is _OPEN else _true(value)


def _true(value: Any) -> bool:
    return bool(value) and value != "0"


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [found.group().strip() for found in _TOKEN.finditer(text[:2000]) if found.group().strip()]
        self.at = 0
        self.depth = 0

    def either(self) -> Any:
        return self._chain("||", self._both)

    def _both(self) -> Any:
        return self._chain("&&", self._compared)

    def _chain(self, operator: str, inner: Any) -> Any:
        values = [inner()]
        while self._take(operator):
            values.append(inner())
        deciding = operator == "||"
        if any(value is not _OPEN and _true(value) is deciding for value in values):
            return deciding
        return _OPEN if any(value is _OPEN for value in values) else values[-1]

    def _compared(self) -> Any:
        left = self._single()
        for operator in ("==", "!="):
            if self._take(operator):
                right = self._single()
                if left is _OPEN or right is _OPEN:
                    return _OPEN
                return (str(left).lower() == str(right).lower()) is (operator == "==")
        return left

    def _single(self) -> Any:
        if self._take("!"):
            value = self._single() if self.depth < 20 else _OPEN
            return _OPEN if value is _OPEN else not _true(value)
        if self._take("("):
            self.depth += 1
            value = self.either() if self.depth < 20 else _OPEN
            self._take(")")
            return value
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lower() in ("true", "false"):
            return token.lower() == "true"
        if token == "null":  # noqa: S105
            return ""
        return int(token) if token.isdigit() and len(token) < 9 else _OPEN

    def _take(self, token: str) -> bool:
        there = self.at < len(self.tokens) and self.tokens[self.at] == token
        self.at += there
        return there
