"""One file a technology, found by being here; each has a `PROBE`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.probe import Probe


@cache
def all_probes() -> tuple[Probe, ...]:
    """All probes, by id."""
    found = [import_module(f"{__name__}.{module.name}").PROBE for module in iter_modules(__path__)]
    return tuple(sorted(found, key=lambda probe: probe.id))
