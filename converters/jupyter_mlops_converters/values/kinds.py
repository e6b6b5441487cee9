"""What a type is called, where it comes from, and the form in which a value is taken apart."""

from __future__ import annotations

import functools
import sys
import sysconfig
from typing import Any, Iterable, NamedTuple  # noqa: UP035

PLAIN = frozenset((type(None), bool, int, float, str, bytes))
NAN = float("nan")
_MODULE_OF = type.__dict__["__module__"]
_DISPLAY_MODULES = (
    "matplotlib.artist",
    "matplotlib.figure",
    "matplotlib.container",
    "matplotlib.animation",
    "matplotlib.backend_bases",
    "IPython.core.display",
    "IPython.lib.display",
    "ipywidgets.",
    "seaborn.axisgrid",
)


class Unfingerprintable(Exception):  # noqa: N818 - it is an answer about a value, and reads as one
    """The value has nothing that could be written to a file and be equal in another process.

    Args:
        reason: what in it stands in the way, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class View(NamedTuple):
    """A value taken apart: all that it is, is its kind, its facts, its data and its parts.

    Attributes:
        kind: qualified type name.
        facts: named plain values.
        data: bytes-like content, or None.
        parts: (path suffix, child); the suffix reads well after the value's own path.
    """

    kind: str
    facts: tuple[tuple[str, Any], ...] = ()
    data: Any = None
    parts: Iterable[tuple[str, Any]] = ()


class Strings(NamedTuple):
    """A column of strings: compared item by item, hashed as a whole."""

    array: Any
    offsets: Any
    characters: Any


def type_name(kind: type) -> str:
    """Qualified name of a type; the module is left out for builtins and for the project's own types."""
    module = module_of(kind)
    return kind.__qualname__ if module == "builtins" or is_local(module) else module + "." + kind.__qualname__


def module_of(kind: type) -> str:
    """A type's module, past whatever its metaclass or body made of `__module__`."""
    module: object = _MODULE_OF.__get__(kind)
    return module if isinstance(module, str) else "builtins"


@functools.lru_cache(maxsize=4096)
def is_local(module: str) -> bool:
    """Whether a module is the notebook or a file of the project, not something that is installed."""
    if module in ("__main__", "__mp_main__"):
        return True
    loaded = sys.modules.get(module)
    if loaded is None:
        return module.partition(".")[0] not in sys.modules
    file = getattr(loaded, "__file__", None)
    if not isinstance(file, str):
        return False
    paths = sysconfig.get_paths()
    roots = tuple(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))
    return "site-packages" not in file and "dist-packages" not in file and not file.startswith(roots)


def is_a(kind: type, module: str, name: str) -> bool:
    """Whether a type is, or derives from, a class that its loaded module calls `name`."""
    owner = sys.modules.get(module)
    wanted = getattr(owner, name, None) if owner is not None else None
    return isinstance(wanted, type) and wanted in kind.__mro__


def is_display(kind: type) -> bool:
    return any(module_of(base).startswith(_DISPLAY_MODULES) for base in kind.__mro__)
