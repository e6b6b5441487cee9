"""Tells on what a cell failed: where in the cells, and what the names that are used there stand for.

The text of this module runs in the notebook's kernel, whose environment need not have this package: only the standard library
is imported here.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

_MOST_COLUMNS = 2000
#: Kinds of labels that a number in brackets was looked up among, and not counted off.
_NUMBERS = ("integer", "mixed-integer", "floating", "mixed-integer-float", "complex", "interval", "boolean")


def tell(asked: str, answer: str) -> None:
    """Write down what is known of the last error in this kernel.

    Args:
        asked: a file with the cells that ran: JSON, pairs of index and source.
        answer: a file for what is known.
    """
    name = sys.modules["IPython"].get_ipython().compile.get_code_name
    sources = json.loads(pathlib.Path(asked).read_text(encoding="utf-8"))
    files = {name(source, source, 0): cell for cell, source in sources}
    error = getattr(sys, "last_value", None)
    try:
        told = json.dumps(frames(error, files))
    except Exception:  # noqa: BLE001 - the values are the user's; without knowing them nothing is repaired
        told = "[]"
    pathlib.Path(answer).write_text(told, encoding="utf-8")


def frames(error: BaseException | None, files: dict[str, int]) -> list[dict[str, Any]]:
    """Where in the cells an error was raised, the outermost call first.

    Args:
        error: which.
        files: name of the file that code says it is from → index of the cell.
    """
    found: list[dict[str, Any]] = []
    trace = error.__traceback__ if error is not None else None
    was_cell = False
    while trace is not None:
        frame = trace.tb_frame
        cell = files.get(frame.f_code.co_filename)
        if cell is not None:
            names = {*frame.f_code.co_names, *frame.f_code.co_varnames, *frame.f_code.co_freevars}
            values = {**frame.f_globals, **frame.f_locals}
            seen = {name: described(values[name]) for name in sorted(names) if name in values}
            found.append({"cell": cell, "span": _span(trace), "names": seen, "of": None})
        elif was_cell and "self" in frame.f_locals:
            found[-1]["of"] = described(frame.f_locals["self"])
        # What stands around a method, `wrapper(*args, **kwargs)`, is passed over.
        was_cell = cell is not None or (was_cell and "args" in frame.f_locals and "self" not in frame.f_locals)
        trace = trace.tb_next
    if was_cell and isinstance(error, AttributeError) and hasattr(error, "obj"):
        found[-1]["of"] = described(error.obj)
    return found


def _span(trace: Any) -> list[int]:
    """Line, column, last line and column of what failed; columns are -1 where Python does not know."""
    line = trace.tb_lineno
    if hasattr(trace.tb_frame.f_code, "co_positions"):
        positions = list(trace.tb_frame.f_code.co_positions())[trace.tb_lasti // 2]
        if None not in positions:
            return [positions[0], positions[2], positions[1], positions[3]]
    return [line, -1, line, -1]


def described(value: Any) -> dict[str, Any]:
    """What kind of thing a value is, as the table of changes names kinds, and what matters of its labels."""
    try:
        return _described(value)
    except Exception:  # noqa: BLE001 - it is the user's, and may raise anything
        return {"kind": ""}


def _described(value: Any) -> dict[str, Any]:
    if isinstance(value, (str, bool, int, float, list, dict, set)):
        kind = {"str": "text", "list": "list", "dict": "dict", "set": "set"}.get(type(value).__name__)
        plain = isinstance(value, list) and not any(hasattr(each, "__len__") for each in value)
        long: dict[str, Any] = {"rank": 1, "size": len(value)} if plain else {}  # type: ignore[arg-type]
        return {"kind": kind or ("number" if isinstance(value, (int, float)) else ""), **long}
    classes = [each for each in type(value).__mro__ if each is not object]
    known = {f"{each.__module__.partition('.')[0]}.{each.__name__}" for each in classes}
    if "pandas.DataFrame" in known:
        columns = value.columns[:_MOST_COLUMNS]
        types = value.dtypes.iloc[:_MOST_COLUMNS]
        texts = [str(columns[place]) for place, kind in enumerate(types) if _is_text(kind)]
        return {"kind": "frame", "numbered": _numbered(value.columns), "counted": _counted(value.index), "texts": texts}
    if "pandas.Series" in known:
        labels = _numbered(value.index)
        text = [str(value.name)] if _is_text(value.dtype) else []
        return {
            "kind": "series" if labels else "row",
            "numbered": labels,
            "counted": _counted(value.index),
            "texts": text,
            "rank": 1,
            "size": len(value),
        }
    if known & {"pandas.GroupBy", "pandas.BaseWindow", "pandas.Resampler"}:
        of = _described(getattr(value, "_selected_obj", value.obj))
        return {**of, "kind": "groupby" if of["kind"] == "frame" else ""}
    if "pandas.ExtensionArray" in known and _is_text(value.dtype):
        return {"kind": "texts", "rank": 1}
    if "pandas.Index" in known:
        return {"kind": "index"}
    if "numpy.ndarray" in known:
        axes = value.dtype == object and value.size and type(value.flat[0]).__module__.startswith("matplotlib")
        size = len(value) if value.ndim else 0
        fixed = not value.flags.writeable
        return {"kind": "axes-array" if axes else "array", "rank": value.ndim, "size": size, "fixed": fixed}
    if "matplotlib.Axes" in known:
        return {"kind": "axes"}
    if "matplotlib.Figure" in known:
        return {"kind": "figure"}
    module = ".".join(part for part in type(value).__module__.split(".") if not part.startswith("_"))
    if module.partition(".")[0] in ("sklearn", "statsmodels", "scipy"):
        return {"kind": f"@{module}.{type(value).__name__}()", "size": int(getattr(value, "n_features_in_", 0))}
    return {"kind": ""}


def _is_text(kind: Any) -> bool:
    return getattr(kind, "kind", "O") in "OUST" or str(kind) in ("str", "string", "category")


def _numbered(labels: Any) -> bool:
    first = labels.get_level_values(0) if labels.nlevels > 1 else labels
    return first.inferred_type in _NUMBERS


def _counted(labels: Any) -> bool:
    return type(labels).__name__ == "RangeIndex"
