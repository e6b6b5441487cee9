"""Imports without what takes longest in them and is hardly ever used."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_GRAMMAR = "rfc3987_syntax"


def prepare_nbformat() -> None:
    """Import what nbformat validates with, `jsonschema`, and put off compiling its grammar of international addresses.

    The grammar takes longer than all the rest of the import, and notebooks have nothing that is checked by it. Whoever
    checks such an address in this process has it compiled then.
    """
    if {"jsonschema", _GRAMMAR} & set(sys.modules) or find_spec(_GRAMMAR) is None:
        return
    later = ModuleType(_GRAMMAR)
    later.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[_GRAMMAR] = later
    try:
        import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMAR]


def _is_valid_syntax(*arguments: Any) -> Any:
    return import_module(_GRAMMAR).is_valid_syntax(*arguments)
