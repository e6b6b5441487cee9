"""The rulesets that there were, and what each asks or judges differently. A level is one only by a ruleset."""

from __future__ import annotations

import re
from typing import NamedTuple

#: Version → what is new in it, oldest first. Major: a gate asks for more; minor: more is recommended or counts; patch: mended.
CHANGES: dict[str, tuple[str, ...]] = {
    "1.0.0": (),
    "1.1.0": (
        "recommended at Level 3: `rollback-path`, `continuous-deployment`, `dashboards`, `structured-logs`, `load-tested`",
        "recommended at Level 4: `lineage`, `datasheet`, `bill-of-materials`, `models-signed`",
    ),
    "1.1.1": (
        "a gate is not reached where everything that it asks for was declared not to apply",
        "`code-versioned` cannot be declared not to apply",
    ),
}
#: The one that this version judges by.
RULESET = list(CHANGES)[-1]


class Pinned(NamedTuple):
    """The ruleset that a team agreed on.

    Attributes:
        version: three numbers with dots.
        path: the settings file that says so.
        line: where.
    """

    version: str
    path: str
    line: int | None


def is_version(text: object) -> bool:
    """Whether something is a version of a ruleset, such as "1.0.0"."""
    return isinstance(text, str) and re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", text) is not None


def difference(pinned: str, present: str = RULESET, changes: dict[str, tuple[str, ...]] | None = None) -> str | None:
    """What there is to say where another ruleset judges than the one agreed on; None where it is the same.

    Args:
        pinned: the version agreed on.
        present: the version that judges.
        changes: version → what is new in it; those of this package if not given.
    """
    known = CHANGES if changes is None else changes
    if pinned == present:
        return None
    said = f"the ruleset agreed on here is {pinned}, and this version of jupyter-mlops judges by {present}"
    if _order(pinned) > _order(present):
        return f"{said}; install a version that has it"
    if pinned not in known:
        return f"{said}; what changed between them is not known here"
    new = [item for version in known if _order(pinned) < _order(version) <= _order(present) for item in known[version]]
    return f"{said}. New since: {'; '.join(new) or 'nothing that is asked'}"


def is_later(version: str, than: str) -> bool:
    """Whether a ruleset comes after another."""
    return _order(version) > _order(than)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
