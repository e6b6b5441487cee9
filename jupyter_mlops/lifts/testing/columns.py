"""What a column has to be like, inferred from the values that are there, with room to spare."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops_converters.emit.literals import Code, literal

#: Categories at most that are listed, and rows that each of them needs on average to be one.
_CATEGORIES = 20
_EACH = 10
#: Names of columns that tell rows apart.
_ID = re.compile(r"(^|[_ ])(id|uuid|guid|key|index)$|^id[_ ]|Id$|ID$|^Unnamed: 0$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
#: From so many columns on, columns of a type share a rule.
WIDE = 120


def rules(frame: Any) -> list[tuple[list[str], Code]]:
    """The columns of a table and their rules, as Python; several names to one rule where the table is very wide.

    Args:
        frame: a data frame whose column names are texts.
    """
    if len(frame.columns) <= WIDE:
        return [([name], rule(frame[name])) for name in frame.columns]
    groups: dict[str, list[str]] = {}
    for name in frame.columns:
        groups.setdefault(f"{frame[name].dtype}{bool(frame[name].isna().any())}", []).append(name)
    return [(names, _shared(frame[names])) for names in groups.values()]


def _shared(frame: Any) -> Code:
    kind = _kind(frame.iloc[:, 0])
    given = [kind] if kind else []
    if kind in ("int", "float") and not frame.isna().all(axis=None):
        given.append(_range(float(frame.min().min()), float(frame.max().max()), whole=kind == "int"))
    if frame.isna().any(axis=None):
        given.append("nullable=True")
    return Code(f"Column({', '.join(given)})")


def rule(column: Any) -> Code:
    """The rule of one column, as Python.

    Args:
        column: a series of pandas.
    """
    kind = _kind(column)
    checks = list(_checks(column, kind)) if column.notna().any() else []
    missing = float(column.isna().mean())
    if 0 < missing < 1:
        checks.append(f"present({_floor(1 - min(1.0, missing * 1.5))})")
    given = [kind] if kind else []
    if checks:
        given.append(checks[0] if len(checks) == 1 else f"[{', '.join(checks)}]")
    if missing:
        given.append("nullable=True")
    if kind in ("int", "str") and _is_id(column):
        given.append("unique=True")
    return Code(f"Column({', '.join(given)})")


def _kind(column: Any) -> str:
    """The type as pandera takes it; "" where it says nothing."""
    if column.isna().all():
        return ""
    code = column.dtype.kind
    if code in "iu" and str(column.dtype) in ("int64", "uint64"):
        return "int"
    if code == "f" and str(column.dtype) == "float64":
        return "float"
    if code == "b" and str(column.dtype) == "bool":
        return "bool"
    if str(column.dtype) in ("object", "str", "string") and all(isinstance(each, str) for each in column.dropna()):
        return "str"
    return "" if str(column.dtype) == "object" else literal(str(column.dtype))


def _is_id(column: Any) -> bool:
    return len(column) >= 10 and bool(_ID.search(str(column.name))) and column.notna().all() and bool(column.is_unique)


def _checks(column: Any, kind: str) -> Iterator[str]:
    values = column.dropna()
    different = values.nunique()
    few = different <= _CATEGORIES and len(values) >= _EACH * different
    if kind == "str":
        if few:
            yield f"Check.isin({literal(sorted(values.unique().tolist()))})"
        elif all(_DATE.fullmatch(each) for each in values):
            yield r'Check.str_matches(r"^\d{4}-\d{2}-\d{2}$")'
    elif kind in ("int", "float"):
        if few and different == 2 and all(float(each).is_integer() for each in values.unique()):
            yield f"Check.isin({literal(sorted(int(each) for each in values.unique()))})"
        elif _is_id(column):
            # Numbers of new rows go on.
            if values.min() >= 0:
                yield "Check.ge(0)"
        else:
            yield _range(float(values.min()), float(values.max()), whole=kind == "int")


def _range(lowest: float, highest: float, *, whole: bool) -> str:
    """Half the range beyond what was seen; what never was below zero is not expected there, and likewise above."""
    room = (highest - lowest) / 2 or max(abs(highest) / 2, 1.0)
    low = max(0.0, lowest - room) if lowest >= 0 else lowest - room
    high = min(0.0, highest + room) if highest <= 0 else highest + room
    return f"Check.in_range({_rounded(low, lowest, whole=whole)}, {_rounded(high, highest, whole=whole)})"


def _rounded(value: float, seen: float, *, whole: bool) -> str:
    """A bound with three digits, which never shuts out what was seen."""
    short = float(f"{value:.3g}")
    if (value <= seen and short > seen) or (value >= seen and short < seen):
        short = value
    if whole:
        return str(math.floor(short) if value <= seen else math.ceil(short))
    return str(int(short)) if short.is_integer() and abs(short) < 1e15 else repr(short)


def _floor(share: float) -> float:
    return int(share * 100) / 100
