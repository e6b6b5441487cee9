"""One file a format, found by being here; each has a `REPORT`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.portfolio.model import PortfolioReport
from jupyter_mlops.errors import MlopsError


@cache
def formats() -> tuple[str, ...]:
    """Names of the formats, sorted."""
    return tuple(sorted(module.name.removesuffix("_report") for module in iter_modules(__path__)))


def report_named(name: str) -> PortfolioReport:
    """The report of that format.

    Raises:
        MlopsError: ``unknown-format`` when several repositories cannot be written in it.
    """
    if name not in formats():
        known = ", ".join(formats())
        raise MlopsError("unknown-format", f"Several repositories are not written as {name!r}. Choose one of: {known}.")
    report: PortfolioReport = import_module(f"{__name__}.{name}_report").REPORT
    return report
