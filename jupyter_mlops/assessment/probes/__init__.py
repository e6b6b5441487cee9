"""One file a technology, found by being here; each has a `PROBE`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.probe import Probe


@cache
def all_probes(plugins: tuple[str, ...] = ()) -> tuple[Probe, ...]:
    """All probes, by id.

    Args:
        plugins: plug-ins whose probes are taken in.
    """
    found = [import_module(f"{__name__}.{module.name}").PROBE for module in iter_modules(__path__)]
    if plugins:
        from jupyter_mlops.assessment.plugins import plugin_probes

        found += plugin_probes(plugins)
    return tuple(sorted(found, key=lambda probe: probe.id))
