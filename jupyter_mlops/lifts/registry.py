"""Finds lifts: one folder each here, and those of other packages under the entry point group `jupyter_mlops.lifts`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import jupyter_mlops.lifts as here
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.lift import Lift

GROUP = "jupyter_mlops.lifts"


@cache
def all_lifts() -> tuple[Lift, ...]:
    """Every lift, by level, each after those that make sense before it.

    Raises:
        MlopsError: `invalid-plugin` for one of another package that cannot be loaded or has a name that is taken.
    """
    found: dict[str, Lift] = {}
    for info in iter_modules(here.__path__):
        module = import_module(f"{here.__name__}.{info.name}") if info.ispkg else None
        lift = getattr(module, "LIFT", None)
        if isinstance(lift, Lift):
            found[lift.name] = lift
    for lift in _of_others():
        if lift.name in found:
            raise MlopsError("invalid-plugin", f"There are two lifts {lift.name!r}; a plug-in must use its own names.")
        found[lift.name] = lift
    return tuple(_ordered(sorted(found.values(), key=lambda lift: (lift.level, lift.name))))


def lift_named(name: str) -> Lift:
    """The lift of that name.

    Raises:
        MlopsError: `unknown-lift`.
    """
    for lift in all_lifts():
        if lift.name == name:
            return lift
    from difflib import get_close_matches

    near = get_close_matches(name, [lift.name for lift in all_lifts()], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise MlopsError("unknown-lift", f"There is no lift {name!r}.{hint} `jupyter mlops lifts` lists them.")


def _of_others() -> list[Lift]:
    from importlib.metadata import entry_points

    found = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.value):
        try:
            lift = entry.load()
        except Exception as error:
            raise MlopsError(
                "invalid-plugin", f"The lift {entry.value} cannot be loaded: {type(error).__name__}: {error}."
            ) from error
        if not isinstance(lift, Lift):
            raise MlopsError("invalid-plugin", f"{entry.value} gives a {type(lift).__name__} instead of a Lift.")
        found.append(lift)
    return found


def _ordered(lifts: list[Lift]) -> list[Lift]:
    """In the same order, but each after those that it names."""
    placed: list[Lift] = []
    waiting = list(lifts)
    while waiting:
        names = {lift.name for lift in waiting}
        following = next((lift for lift in waiting if not names & set(lift.after)), waiting[0])
        placed.append(following)
        waiting.remove(following)
    return placed
