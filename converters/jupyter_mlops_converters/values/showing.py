"""A value in a few words, for people."""

# ruff: noqa: B905 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import itertools
import sys
from typing import Any

from .kinds import PLAIN, is_a, module_of, type_name


def is_shown(kind: type) -> bool:
    """Whether a type's own text is safe to ask for and says something."""
    package = module_of(kind).split(".")[0]
    return kind in PLAIN or package in ("numpy", "pandas", "datetime", "decimal", "fractions", "pathlib", "uuid")


def show(value: Any) -> str:
    """A short text for a value: Python's own where the type is known, its type elsewhere."""
    kind = type(value)
    text: str
    if kind is str:
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    elif kind is tuple:
        text = "(" + ", ".join(show(item) for item in value[:6]) + (", …)" if len(value) > 6 else ")")
    elif kind in PLAIN:
        text = repr(value)
    elif is_shown(kind) and not hasattr(value, "shape"):
        text = str(value)
    elif is_shown(kind) and getattr(value, "shape", None) == ():
        text = repr(value.item()) if hasattr(value, "item") and value.dtype.kind in "biufcUS" else str(value)
    else:
        text = "<" + type_name(kind) + ">"
    return text if len(text) <= 120 else text[:117] + "…"


def describe(value: Any, limit: int = 60) -> dict[str, Any]:
    """A short description of a value that can be written as JSON.

    Args:
        value: anything.
        limit: columns named at most.

    Returns:
        ``type`` (qualified), ``bytes`` (an estimate), and where they mean something ``length``, ``shape``, ``dtype``,
        ``columns`` (name → dtype, in order) and ``columns_left_out``.
    """
    kind = type(value)
    about: dict[str, Any] = {"type": type_name(kind), "bytes": _bytes(value)}
    try:
        if kind in (str, bytes, bytearray, list, tuple, dict, set, frozenset, range):
            about["length"] = len(value)
        if is_a(kind, "pandas", "DataFrame"):
            about["shape"] = [int(size) for size in value.shape]
            pairs = list(zip(value.columns[:limit], value.dtypes[:limit].tolist()))
            about["columns"] = [[show(label) if type(label) is not str else label, str(of)] for label, of in pairs]
            about["columns_left_out"] = max(0, len(value.columns) - limit)
        elif is_a(kind, "numpy", "ndarray") or is_a(kind, "torch", "Tensor") or is_a(kind, "pandas", "Series"):
            about["shape"] = [int(size) for size in value.shape]
            about["dtype"] = str(value.dtype)
    except Exception:  # noqa: BLE001, S110 - a subclass that breaks its own promises is described by its type alone
        pass
    return about


def _bytes(value: Any, seen: set[int] | None = None) -> int:
    """About how many bytes a value takes: exact for arrays and frames, from a sample for containers.

    Objects that refer to one another (a figure and its axes) are counted once, and not beyond some thousands.
    """
    seen = set() if seen is None else seen
    if id(value) in seen or len(seen) > 5_000:
        return 0
    seen.add(id(value))
    kind = type(value)
    try:
        if is_a(kind, "pandas", "DataFrame"):
            return int(value.memory_usage(index=True, deep=False).sum())
        if is_a(kind, "pandas", "Series") or is_a(kind, "pandas", "Index"):
            return int(value.memory_usage(deep=False))
        if is_a(kind, "numpy", "ndarray"):
            return int(value.nbytes)
        if is_a(kind, "torch", "Tensor"):
            return int(value.element_size() * value.nelement())
        size = sys.getsizeof(value)
        if kind in (list, tuple, set, frozenset, dict) and value:
            sample = list(itertools.islice(value.items() if kind is dict else value, 50))
            size += len(value) * sum(_bytes(item, seen) for item in sample) // len(sample)
        elif kind.__module__ != "builtins" and type(getattr(value, "__dict__", None)) is dict:
            size += sum(_bytes(item, seen) for item in list(vars(value).values())[:200])
    except Exception:  # noqa: BLE001
        return 0
    return size
