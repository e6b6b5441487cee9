"""One file a level, found by being here; each has a tuple `CRITERIA`, required ones first."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jupyter_mlops.assessment.criterion import Criterion
from jupyter_mlops.errors import MlopsError


@cache
def all_criteria() -> tuple[Criterion, ...]:
    """All criteria, by level, required ones first."""
    found: list[Criterion] = []
    for module in iter_modules(__path__):
        found += import_module(f"{__name__}.{module.name}").CRITERIA
    return tuple(sorted(found, key=lambda criterion: (criterion.level, not criterion.required)))


def criterion_named(name: str) -> Criterion:
    """The criterion of that id.

    Raises:
        MlopsError: ``unknown-criterion`` when there is none.
    """
    for criterion in all_criteria():
        if criterion.id == name:
            return criterion
    from difflib import get_close_matches

    near = get_close_matches(name, [criterion.id for criterion in all_criteria()], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise MlopsError("unknown-criterion", f"There is no criterion {name!r}.{hint} `jupyter mlops criteria` lists them.")
