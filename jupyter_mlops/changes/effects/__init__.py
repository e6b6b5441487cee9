"""What a change set does beside the project's files: to git's index and settings, to DVC's cache.

One file a kind, found by being here; each has `EFFECT`, a frozen dataclass. What was done is in the journal as data, and
only the kinds that are here are read back from it: a journal cannot make `undo` run anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, ClassVar, Protocol

from jupyter_mlops.errors import MlopsError


class Effect(Protocol):
    """Something done outside of the change set's files, that can be taken back.

    `do` and `undo` may be called again after a crash, and do then what is left to do.
    """

    kind: ClassVar[str]

    @property
    def text(self) -> str:
        """What it does, in one sentence, said before it is done."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-like data from which `effect_from` makes it again."""

    def do(self, root: Path) -> None:
        """Do it.

        Raises:
            MlopsError: it cannot be done; what was done of it is then undone.
        """

    def objection(self, root: Path) -> str | None:
        """Why it cannot be taken back as things are now; None when it can."""

    def undo(self, root: Path) -> None:
        """Take it back."""


@cache
def _kinds() -> dict[str, Any]:
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return {module.EFFECT.kind: module.EFFECT for module in modules if hasattr(module, "EFFECT")}


def effect_from(data: Mapping[str, Any]) -> Effect:
    """The effect that `as_dict` gave this data.

    Raises:
        MlopsError: `journal-damaged` for a kind that is not known.
    """
    content = dict(data)
    kind = _kinds().get(content.pop("kind", ""))
    if kind is None:
        raise MlopsError(
            "journal-damaged", f"The journal names {data.get('kind')!r}, which this version does not know."
        )
    made: Effect = kind.from_dict(content)
    return made
