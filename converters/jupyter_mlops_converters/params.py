"""Changing `params.yaml` as a person would: only the value, comments kept, types kept."""

from __future__ import annotations

import ast
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.emit.yaml_text import editor, plain
from jupyter_mlops_converters.errors import MlopsError

FILE = "params.yaml"
#: What Ploomber reads: a link to `params.yaml`, or a copy where links do not exist.
_COPY = "env.yaml"


def read(folder: Path) -> dict[str, Any]:
    """The parameters of the pipeline in `folder`, JSON-like.

    Raises:
        MlopsError: ``invalid-params`` when `params.yaml` is not a YAML mapping.
    """
    return dict(_load(folder / FILE))


def change(folder: Path, assignments: Mapping[str, str]) -> None:
    """Give parameters new values in the pipeline's `params.yaml`.

    Args:
        folder: the pipeline's.
        assignments: name → value as it was typed; it gets the type of the value that is there.

    Raises:
        MlopsError: ``unknown-parameter`` or ``invalid-parameter``; nothing is written then.
    """
    if not assignments:
        return
    path, copy = folder / FILE, folder / _COPY
    document = _load(path)
    for name, text in assignments.items():
        if name not in document:
            known = ", ".join(sorted(document)) or "none"
            raise MlopsError("unknown-parameter", f"There is no parameter {name!r}. Known are: {known}.", path=FILE)
        document[name] = plain(_typed(name, text, document[name]))
    follows = copy.is_file() and not copy.is_symlink()
    buffer = io.StringIO()
    editor().dump(document, buffer)
    for file in (path, *([copy] if follows else [])):
        file.write_text(buffer.getvalue(), encoding="utf-8", newline="\n")


def _load(path: Path) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        document = editor().load(path.read_text(encoding="utf-8")) if path.exists() else None
    except (YAMLError, UnicodeDecodeError) as error:
        raise MlopsError("invalid-params", f"params.yaml is not valid YAML: {error}", path=str(path)) from None
    document = {} if document is None else document
    if not isinstance(document, Mapping):
        raise MlopsError("invalid-params", "params.yaml should hold one `name: value` a line.", path=str(path))
    return document


def _typed(name: str, text: str, present: Any) -> Any:
    """The text as a value of the present one's type; anything where that is null."""
    if isinstance(present, str):
        return text
    value = _value(text)
    if isinstance(present, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if present is None or value is None:
        return value
    for kind in (bool, int, float, list, dict):
        if isinstance(present, kind):
            if isinstance(value, kind) and isinstance(value, bool) == isinstance(present, bool):
                return value
            break
    raise MlopsError(
        "invalid-parameter",
        f"{name} is {present!r} now, and {text!r} is of another type. Edit params.yaml to change the type.",
        path=FILE,
    )


def _value(text: str) -> Any:
    """What was typed, read as a Python literal, or as YAML where that says nothing."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _json_like(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        pass
    try:
        # YAML 1.2, in which 1e-5 is a number.
        return _json_like(YAML(typ="safe", pure=True).load(text))
    except (YAMLError, TypeError):
        return text


def _json_like(value: Any) -> Any:
    """The value with lists for tuples. Raises TypeError when YAML and JSON have no word for it."""
    if isinstance(value, dict):
        return {key: _json_like(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_like(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(type(value).__name__)
