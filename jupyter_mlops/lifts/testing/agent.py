"""Runs in a process of its own, on a copy of the project: notes what functions were given, and what they give.

    python agent.py watch SPEC      runs a script; writes each call of the project's functions that can be written down
    python agent.py call SPEC       makes such calls; writes what they give

SPEC is a JSON file with `root`, `output`, and what the command needs. It needs nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import json
import math
import os
import runpy
import sys
from pathlib import Path
from typing import Any

#: Calls of a function that are looked at, and different ones that are kept.
_LOOKED_AT, _KEPT = 40, 3
#: Elements of a container, characters of a text, columns and rows of a table that can be written down.
_ITEMS, _CHARACTERS, _COLUMNS, _ROWS = 12, 80, 12, 5


class CannotBeWrittenError(Exception):
    """A value that is no short Python expression."""


def written(value: Any, *, cut: bool, depth: int = 0) -> str:
    """A value as a Python expression that gives the same again.

    Args:
        value: the value.
        cut: tables and arrays may be cut to their first rows.
        depth: of containers around it.

    Raises:
        CannotBeWrittenError: there is no short one.
    """
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series)):
        return _table(pandas, value, cut=cut)
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _array(numpy, value, cut=cut)
    if pandas is not None and isinstance(value, pandas.Timestamp) and value.tz is None:
        return f'pd.Timestamp("{value.isoformat()}")'
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if value is None or type(value) in (bool, int):
        return repr(value)
    if type(value) is float:
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if type(value) is str and len(value) <= _CHARACTERS:
        return json.dumps(value, ensure_ascii=False)
    if type(value) in (list, tuple, dict) and len(value) <= _ITEMS and depth < 3:
        if isinstance(value, dict):
            pairs = (
                f"{written(key, cut=cut, depth=3)}: {written(item, cut=cut, depth=depth + 1)}"
                for key, item in value.items()
            )
            return "{" + ", ".join(pairs) + "}"
        inside = ", ".join(written(item, cut=cut, depth=depth + 1) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    raise CannotBeWrittenError


def _table(pandas: Any, value: Any, *, cut: bool) -> str:
    if cut:
        value = value.head(_ROWS).reset_index(drop=True)
    series = isinstance(value, pandas.Series)
    if len(value) > 2 * _ROWS or (not series and len(value.columns) > _COLUMNS):
        raise CannotBeWrittenError
    index = list(value.index)
    where = "" if index == list(range(len(value))) else f", index={_list(index)}"
    if series:
        name = "" if value.name is None else f", name={written(value.name, cut=False)}"
        text = f"pd.Series({_list(value.tolist())}{where}{name})"
    else:
        columns = ", ".join(
            f"{written(name, cut=False)}: {_list(value.iloc[:, place].tolist())}"
            for place, name in enumerate(value.columns)
        )
        text = f"pd.DataFrame({{{columns}}}{where})"
    check = pandas.testing.assert_series_equal if series else pandas.testing.assert_frame_equal
    try:
        check(read(text), value)
    except Exception:  # noqa: BLE001 - whatever differs
        raise CannotBeWrittenError from None
    return text


def _array(numpy: Any, value: Any, *, cut: bool) -> str:
    if cut and value.ndim:
        value = value[:_ROWS]
    if value.size > 4 * _ITEMS or value.dtype.kind not in "biufU":
        raise CannotBeWrittenError
    text = f"np.array({_nested(value.tolist())})"
    again = read(text)
    if again.dtype != value.dtype or not numpy.array_equal(again, value, equal_nan=value.dtype.kind == "f"):
        raise CannotBeWrittenError
    return text


def _list(values: list[Any]) -> str:
    return "[" + ", ".join(written(each, cut=False, depth=3) for each in values) + "]"


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_nested(each) for each in values) + "]"
    return written(values, cut=False)


def read(text: str) -> Any:
    """The value of an expression that `written` made."""
    return eval(text, {"pd": sys.modules.get("pandas"), "np": sys.modules.get("numpy")})  # noqa: S307 - our own text


class _Watch:
    """Notes calls of functions that the project's modules define at their top."""

    def __init__(self, root: str, modules: dict[str, str]) -> None:
        self.root = root
        self.modules = modules
        self.calls: dict[tuple[str, str], list[list[list[str]]]] = {}
        self._known: dict[Any, tuple[str, str] | None] = {}
        self._left: dict[Any, int] = {}

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code not in self._known:
            self._known[code] = self._function(frame)
            self._left[code] = _LOOKED_AT
        function = self._known[code]
        if function is None or not self._left[code]:
            return
        self._left[code] -= 1
        sys.setprofile(None)
        try:
            given = [
                [name, written(frame.f_locals[name], cut=True)]
                for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            ]
        except Exception:  # noqa: BLE001 - whatever a value of the user's does when it is looked at
            given = None
        finally:
            sys.setprofile(self)
        kept = self.calls.setdefault(function, [])
        if given is not None and given not in kept and len(kept) < _KEPT and self.root not in str(given):
            kept.append(given)

    def _function(self, frame: Any) -> tuple[str, str] | None:
        code = frame.f_code
        module = self.modules.get(os.path.realpath(code.co_filename))
        found = frame.f_globals.get(code.co_name)
        plain = getattr(found, "__code__", None) is code
        odd = code.co_flags & (
            inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR | inspect.CO_COROUTINE
        )
        if module is None or not plain or odd or code.co_name.startswith("_") or code.co_posonlyargcount:
            return None
        return module, code.co_name


def watch(spec: dict[str, Any]) -> list[Any]:
    """Run a script, or a notebook's code, and tell the calls."""
    watching = _Watch(spec["root"], spec["modules"])
    sys.argv = [spec["script"], *spec["arguments"]]
    sys.path.insert(0, str(Path(spec["script"]).parent))
    sys.setprofile(watching)
    try:
        if spec.get("code") is not None:
            exec(compile(spec["code"], spec["script"], "exec"), {"__name__": "__main__"})  # noqa: S102
        else:
            runpy.run_path(spec["script"], run_name="__main__")
    except BaseException as error:  # noqa: BLE001 - what was seen until then is true all the same
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.setprofile(None)
    return [
        [module, function, given]
        for (module, function), calls in sorted(watching.calls.items())
        for given in sorted(calls, key=lambda each: len(str(each)))
    ]


def call(spec: dict[str, Any]) -> list[Any]:
    """Make calls, each with values of its own, and tell what they give; None for what cannot be written down."""
    with contextlib.suppress(ImportError):
        import numpy  # noqa: F401, ICN001
        import pandas  # noqa: F401, ICN001
    return [_called(*each) for each in spec["calls"]]


def _called(module: str, function: str, given: list[list[str]]) -> list[str] | None:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            called = getattr(importlib.import_module(module), function)
            result = called(**{name: read(text) for name, text in given})
        return [written(result, cut=False), _kind(result)]
    except BaseException:  # noqa: BLE001 - a call that fails is no test
        return None


def _kind(value: Any) -> str:
    """How a value is compared."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return "frame"
    if pandas is not None and isinstance(value, pandas.Series):
        return "series"
    if numpy is not None and isinstance(value, numpy.ndarray):
        return "array"
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(each, float) for each in items) and all(isinstance(each, (int, float)) for each in items):
        return "numbers"
    return "nothing" if value is None else "nested" if "." in repr(value) and not isinstance(value, str) else "exact"


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    # Its own folder has modules whose names the project may have, too.
    sys.path[0] = asked["root"]
    sys.path[1:1] = asked.get("path", [])
    answer = watch(asked) if sys.argv[1] == "watch" else call(asked)
    Path(asked["output"]).write_text(json.dumps(answer), "utf-8")
