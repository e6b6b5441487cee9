"""Statements of Python 2, which Python 3 does not read, as those of Python 3."""

from __future__ import annotations

import io
import tokenize
from dataclasses import replace
from itertools import pairwise

from jupyter_mlops.lifts.clean_notebook.edits import Draft, Repair
from jupyter_mlops.project.notebook import Cell

_STARTS = (":", ";")
_Edits = list[tuple[tuple[int, int], tuple[int, int], str]]


def mend_python_2(draft: Draft) -> None:
    """Rewrite cells that are not valid where they are with `print` and the like as Python 3 has them.

    Args:
        draft: the notebook.
    """
    for cell in draft.notebook.code_cells:
        if cell.syntax_error is None:
            continue
        new = _rewritten(cell)
        if new is None or replace(cell, source=new).syntax_error is not None:
            continue
        line = next(
            (n for n, (a, b) in enumerate(zip(cell.source.split("\n"), new.split("\n"), strict=False), 1) if a != b), 1
        )
        draft.put(cell.index, new)
        draft.repairs.append(
            Repair(
                "python-2",
                cell.index,
                line,
                "statements of Python 2 are those of Python 3",
                "Python 3 does not read them, and `/` of whole numbers gives fractions in it",
                "Python 3.0",
            )
        )


def _rewritten(cell: Cell) -> str | None:
    source = cell.source.replace("\r\n", "\n")
    rows = source.split("\n")
    python = cell.python[0].split("\n")
    if len(rows) != len(python):
        return None
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(python) + "\n").readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    edits: _Edits = []
    for statement in _statements(tokens):
        edits += (
            _print(statement, python) or _except(statement) or _raise(statement, python) or _exec(statement, python)
        )
    edits += _unequal(tokens)
    untouched = list(rows)
    for start, end, text in sorted(edits, reverse=True):
        first, last = start[0] - 1, end[0] - 1
        if last >= len(untouched) or any(untouched[n] != python[n] for n in (first, last)):
            return None
        rows[first : last + 1] = (rows[first][: start[1]] + text + rows[last][end[1] :]).split("\n")
    return "\n".join(rows) if edits else None


def _unequal(tokens: list[tokenize.TokenInfo]) -> _Edits:
    """`a <> b`."""
    found = [(token.start, token.end, "!=") for token in tokens if token.string == "<>"]
    pairs = pairwise(tokens)
    return found + [(a.start, b.end, "!=") for a, b in pairs if (a.string, b.string) == ("<", ">") and a.end == b.start]


def _statements(tokens: list[tokenize.TokenInfo]) -> list[list[tokenize.TokenInfo]]:
    """Simple statements and heads of blocks, as lists of tokens."""
    found: list[list[tokenize.TokenInfo]] = [[]]
    depth = 0
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    for token in tokens:
        if token.type in skipped:
            continue
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        ends = token.type == tokenize.NEWLINE or (depth == 0 and token.string in _STARTS)
        if not ends or token.string == ":":
            found[-1].append(token)
        if ends:
            found.append([])
    return [each for each in found if each]


def _text(tokens: list[tokenize.TokenInfo], rows: list[str]) -> str:
    (first, start), (last, end) = tokens[0].start, tokens[-1].end
    lines = rows[first - 1 : last]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    return "\n".join(lines)


def _print(tokens: list[tokenize.TokenInfo], rows: list[str]) -> _Edits:
    if tokens[0].string != "print" or (len(tokens) > 1 and tokens[1].string in ("=", ".")):
        return []
    head, rest = tokens[0], tokens[1:]
    if not rest:
        return [(head.start, head.end, "print()")]
    if rest[0].string == "(" and _closes(rest) == len(rest) - 1:
        return []
    file = ""
    if rest[0].string == ">>":
        comma = next((n for n, token in enumerate(rest) if token.string == "," and _depth(rest[:n]) == 0), None)
        target = rest[1:comma]
        if not target:
            return []
        file = f", file={_text(target, rows)}"
        rest = rest[comma + 1 :] if comma is not None else []
        if not rest:
            return [(head.start, tokens[-1].end, f"print({file[2:]})")]
    end = ""
    if rest[-1].string == ",":
        rest, end = rest[:-1], ', end=" "'
    return [(head.start, tokens[-1].end, f"print({_text(rest, rows)}{end}{file})")]


def _depth(tokens: list[tokenize.TokenInfo]) -> int:
    return sum((token.string in ("(", "[", "{")) - (token.string in (")", "]", "}")) for token in tokens)


def _closes(tokens: list[tokenize.TokenInfo]) -> int:
    """The position of the bracket that closes the first."""
    for position in range(len(tokens)):
        if _depth(tokens[: position + 1]) == 0:
            return position
    return -1


def _except(tokens: list[tokenize.TokenInfo]) -> _Edits:
    """`except Error, error:`."""
    if tokens[0].string != "except" or len(tokens) < 5 or tokens[-1].string != ":":
        return []
    comma, name = tokens[-3], tokens[-2]
    plain = comma.string == "," and name.type == tokenize.NAME and _depth(tokens[:-3]) == 0
    return [(comma.start, comma.end, " as")] if plain else []


def _raise(tokens: list[tokenize.TokenInfo], rows: list[str]) -> _Edits:
    """`raise Error, "text"`."""
    if tokens[0].string != "raise":
        return []
    commas = [n for n, token in enumerate(tokens) if token.string == "," and _depth(tokens[:n]) == 0]
    if len(commas) != 1 or commas[0] < 2 or commas[0] == len(tokens) - 1:
        return []
    error, value = _text(tokens[1 : commas[0]], rows), _text(tokens[commas[0] + 1 :], rows)
    return [(tokens[1].start, tokens[-1].end, f"{error}({value})")]


def _exec(tokens: list[tokenize.TokenInfo], rows: list[str]) -> _Edits:
    if (
        tokens[0].string != "exec"
        or len(tokens) < 2
        or tokens[1].string in ("(", "=", ".")
        or any(token.string == "in" for token in tokens)
    ):
        return []
    return [(tokens[0].start, tokens[-1].end, f"exec({_text(tokens[1:], rows)})")]
