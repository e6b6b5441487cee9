"""One file a format, found by being here; each has a `REPORT`. Plug-ins add more."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.report import Report
from jupyter_mlops.errors import MlopsError


@cache
def formats() -> tuple[str, ...]:
    """Names of the formats, sorted."""
    return tuple(sorted(module.name.removesuffix("_report") for module in iter_modules(__path__)))


def report_named(name: str) -> Report:
    """The report of that format.

    Raises:
        MlopsError: ``unknown-format`` when there is none.
    """
    if name not in formats():
        from jupyter_mlops.assessment.plugins import plugin_report, report_formats

        if (added := plugin_report(name)) is not None:
            return added
        known = ", ".join((*formats(), *report_formats()))
        raise MlopsError("unknown-format", f"There is no format {name!r}. Choose one of: {known}.")
    report: Report = import_module(f"{__name__}.{name}_report").REPORT
    return report
