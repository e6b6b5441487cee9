"""The same scan in the terms of other maturity models: one file a model, found by being here; each has a `MODEL`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from jupyter_mlops.assessment.api import UnitAssessment
from jupyter_mlops.assessment.crosswalk.model import Model, Standing, stand

__all__ = ["Model", "Standing", "all_models", "as_dicts", "crosswalk"]


@cache
def all_models() -> tuple[Model, ...]:
    """All models, by title."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = [module.MODEL for module in modules if hasattr(module, "MODEL")]
    return tuple(sorted(found, key=lambda model: model.title))


def crosswalk(unit: UnitAssessment) -> tuple[Standing, ...]:
    """Where a unit stands in every model."""
    return tuple(stand(model, unit.results, unit.unit) for model in all_models())


def as_dicts(standings: tuple[Standing, ...]) -> list[dict[str, Any]]:
    """The JSON form: model, standing, and every item with its state."""
    return [
        {
            "model": standing.model.id,
            "title": standing.model.title,
            "source": standing.model.source,
            "reached": standing.reached,
            "score": standing.score,
            "next": standing.next,
            "items": [
                {
                    "group": seen.group,
                    "text": seen.item.text,
                    "state": seen.state,
                    "criteria": [name.partition("/")[0] for name in seen.item.shown_by],
                }
                for seen in standing.items
            ],
        }
        for standing in standings
    ]
