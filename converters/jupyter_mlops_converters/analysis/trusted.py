"""Libraries whose functions leave alone what they are given, but for the few that are told apart where that matters."""

from __future__ import annotations

_TRUSTED = frozenset({"pandas", "numpy", "matplotlib", "seaborn", "sklearn", "scipy", "statsmodels", "plotly"})


def is_trusted(module: str, more: frozenset[str]) -> bool:
    """Whether a module is, or is a part of, a library that changes nothing it is given.

    Args:
        module: dotted; empty for none.
        more: further libraries of which that holds for what the caller judges.
    """
    # By its whole name: a module `math_helpers` of the project is not `math`.
    return module.partition(".")[0] in _TRUSTED | more
