"""One file a level, found by being here; each has a tuple `CRITERIA`, required ones first. Plug-ins add recommended ones."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.criterion import Criterion
from jupyter_mlops.errors import MlopsError


@cache
def built_in() -> tuple[Criterion, ...]:
    """The criteria of the model, by level, required ones first."""
    found: list[Criterion] = []
    for module in iter_modules(__path__):
        found += import_module(f"{__name__}.{module.name}").CRITERIA
    return _sorted(found)


def all_criteria(plugins: tuple[str, ...] = ()) -> tuple[Criterion, ...]:
    """All criteria, by level, required ones first.

    Args:
        plugins: plug-ins whose criteria are taken in.
    """
    if not plugins:
        return built_in()
    from jupyter_mlops.assessment.plugins import plugin_criteria

    return _sorted([*built_in(), *plugin_criteria(plugins)])


def _sorted(found: list[Criterion]) -> tuple[Criterion, ...]:
    return tuple(sorted(found, key=lambda criterion: (criterion.level, not criterion.required)))


def criterion_named(name: str, plugins: tuple[str, ...] = ()) -> Criterion:
    """The criterion of that id.

    Args:
        name: its id.
        plugins: plug-ins whose criteria are looked through, too.

    Raises:
        MlopsError: ``unknown-criterion`` when there is none.
    """
    for criterion in all_criteria(plugins):
        if criterion.id == name:
            return criterion
    from difflib import get_close_matches

    near = get_close_matches(name, [criterion.id for criterion in all_criteria(plugins)], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise MlopsError("unknown-criterion", f"There is no criterion {name!r}.{hint} `jupyter mlops criteria` lists them.")
