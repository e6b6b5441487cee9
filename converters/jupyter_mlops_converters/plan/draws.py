"""Where a notebook draws random numbers that no seed starts."""

from __future__ import annotations

from jupyter_mlops_converters.plan.program import Program


def free_draws(program: Program) -> dict[int, tuple[str, ...]]:
    """The generators that cells draw from before anything has seeded them.

    Args:
        program: the notebook's; without an observation nothing is known.

    Returns:
        Index of a cell → names of generators, as in `GENERATORS`.
    """
    found: dict[int, tuple[str, ...]] = {}
    previous: dict[str, str] = {}
    # Libraries draw from `random` for themselves, some of them when they are imported.
    own_random = any(module.split(".")[0] == "random" for module in program.analysis.modules.values())
    for step in program.steps:
        states = step.observed.random if step.observed is not None else {}
        drawn = [
            name
            for name, state in states.items()
            if previous.get(name, state) != state and name not in step.writes and (name != "<random>" or own_random)
        ]
        previous.update(states)
        if drawn:
            found[step.index] = tuple(sorted(drawn))
    return found
