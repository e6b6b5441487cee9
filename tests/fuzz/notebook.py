"""Composes a notebook from blocks."""

from __future__ import annotations

import random

from fuzz import blocks as _blocks  # noqa: F401 - registers them
from fuzz.scope import BLOCKS, Scope

_HEADINGS = (
    "Load the data",
    "Clean",
    "Explore",
    "Features",
    "Split",
    "Train the model",
    "Evaluate",
    "Report",
    "Next part",
)
Cell = tuple[str, str]


def compose(seed: int, least: int = 8, most: int = 16) -> list[Cell]:
    """A notebook of (kind, source) cells that runs from top to bottom.

    Args:
        seed: the same seed gives the same notebook.
        least: code cells at least.
        most: code cells at the most.
    """
    scope = Scope(random.Random(seed))
    rng = scope.rng
    favourites = {id(each): rng.choice((0.3, 1.0, 1.0, 3.0)) for each in BLOCKS}
    cells: list[Cell] = []
    for number in range(rng.randint(least, most)):
        if number % rng.choice((2, 3, 4)) == 0:
            cells.append(("markdown", f"## {rng.choice(_HEADINGS)}"))
        parts = [_block(scope, favourites) for _ in range(rng.choice((1, 1, 2, 3)))]
        if shown := _shown(scope):
            parts.append(shown)
        cells.append(("code", "\n".join(parts)))
    cells.append(
        ("code", "\n".join(f"print({scope.show(name)})" for name in sorted(scope.kinds) if _showable(scope, name)))
    )
    return [cell for cell in cells if cell[1].strip()]


def _block(scope: Scope, favourites: dict[int, float]) -> str:
    able = [each for each in BLOCKS if all(scope.has(*kinds) for kinds in each.wants)]
    weights = [each.weight * favourites[id(each)] for each in able]
    return scope.write(scope.rng.choices(able, weights)[0].write)


def _showable(scope: Scope, name: str) -> bool:
    return scope.kinds[name] not in {"maker", "dataclass"} and scope.needs.get(name, set()) <= scope.kinds.keys()


def _shown(scope: Scope) -> str:
    names = [name for name in scope.kinds if _showable(scope, name)]
    if not names:
        return ""
    chosen = [scope.show(name) for name in scope.rng.sample(names, min(len(names), scope.rng.choice((0, 1, 2, 4))))]
    if not chosen:
        return ""
    return scope.rng.choice((f"print({', '.join(chosen)})", ", ".join(chosen)))
