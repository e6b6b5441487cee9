"""One file a format, found by being here; each has an `EXPORT`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.roadmap.export import Export


@cache
def formats() -> tuple[str, ...]:
    """Names of the formats, sorted."""
    return tuple(sorted(module.name.removesuffix("_export") for module in iter_modules(__path__)))


def export_named(name: str) -> Export:
    """The export of that format.

    Raises:
        MlopsError: ``unknown-format`` when there is none.
    """
    if name not in formats():
        raise MlopsError("unknown-format", f"There is no format {name!r}. Choose one of: {', '.join(formats())}.")
    export: Export = import_module(f"{__name__}.{name}_export").EXPORT
    return export
