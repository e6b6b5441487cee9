"""A criterion: one capability that a level asks for, with its documentation."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.rulesets import RULESET, is_later

Effort = Literal["S", "M", "L"]
Role = Literal["data-scientist", "platform-engineer"]

#: The self-assessment checklist: id → question.
CHECKLIST = {
    "versioning": "Do you version data and models?",
    "pipelines": "Is every pipeline automated and reproducible?",
    "monitoring": "Do you have monitoring and drift detection?",
    "serving": "Are models served with proper APIs and scaling?",
    "governance": "Do you have automated retraining and governance?",
}

DIMENSIONS = (
    *("code", "data", "environment", "tracking", "pipeline", "testing", "serving", "monitoring", "governance"),
)

LEVELS = (
    "Notebook chaos",
    "Versioned code + basic tracking",
    "Automated pipelines + testing",
    "Full MLOps with monitoring and retraining",
    "Automated governance, AIOps, self-healing",
)


class Part(NamedTuple):
    """One of several things that a criterion asks for together.

    Attributes:
        id: unique in the criterion.
        title: what it is, as a noun phrase.
        absent: said when no probe finds anything.
        raise_by: what to do then.
    """

    id: str
    title: str
    absent: str
    raise_by: str


class Criterion(NamedTuple):
    """A capability.

    Attributes:
        id: stable kebab-case identifier.
        level: 1 to 4.
        required: it is part of the level's gate; else it earns progress and advice.
        checklist: the question that it answers.
        dimension: "code", "data", "environment", "tracking", "pipeline", "testing", "serving", "monitoring", "governance".
        title: what to do, as an imperative.
        what: what it is.
        why: why it matters.
        how: how to pass, steps in order.
        not_enough: what does not count.
        parts: what it asks for together; passes when all do.
        passes_at: the rung it passes at.
        effort: to get there from nothing.
        role: who does it.
        lift: the automated step that raises it, if there is one.
        requires: criteria that make sense before it.
        counts_from: ruleset from which it counts; until then it is a preview, shown and never counted. None: it counts.
    """

    id: str
    level: int
    required: bool
    checklist: str
    dimension: str
    title: str
    what: str
    why: str
    how: tuple[str, ...]
    not_enough: tuple[str, ...]
    parts: tuple[Part, ...]
    passes_at: Rung = Rung.E3
    effort: Effort = "M"
    role: Role = "data-scientist"
    lift: str | None = None
    requires: tuple[str, ...] = ()
    counts_from: str | None = None

    @property
    def preview(self) -> bool:
        """Whether it does not count yet."""
        return self.counts_from is not None and is_later(self.counts_from, RULESET)
