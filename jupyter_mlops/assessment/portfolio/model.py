"""A portfolio as data: what every report of it reads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.rulesets import RULESET

SCHEMA = 1


@dataclass(frozen=True)
class Trend:
    """How a repository went, from its history.

    Attributes:
        since: day of the row that is compared with: the first of the last ninety days, else the last one before.
        level: then.
        score: then.
        scores: of the last rows, the present one last.
    """

    since: str
    level: int
    score: int
    scores: tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A repository that was assessed.

    Attributes:
        path: as it was given.
        level: 0 to 4.
        progress: to the next level, 0 to 100.
        score: 0 to 100.
        confidence: of the level.
        waived: required criteria up to the level that are waived.
        attested: likewise, that are attested.
        not_asked: likewise, that people declared not to apply.
        units: path of each unit → its level.
        gaps: required criteria that keep it from the next level.
        trend: None where nothing is recorded.
    """

    path: str
    level: int
    progress: int
    score: int
    confidence: float
    waived: int
    attested: int
    not_asked: int
    units: dict[str, int]
    gaps: tuple[str, ...]
    trend: Trend | None = None


@dataclass(frozen=True)
class Failure:
    """A repository that could not be assessed.

    Attributes:
        path: as it was given.
        code: of the error.
        message: what is wrong.
    """

    path: str
    code: str
    message: str


@dataclass(frozen=True)
class Gap:
    """What keeps repositories from their next level.

    Attributes:
        criterion: id.
        title: what to do.
        level: it belongs to.
        lift: the automated step that raises it.
        paths: of the repositories.
    """

    criterion: str
    title: str
    level: int
    lift: str | None
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Portfolio:
    """Many repositories.

    Attributes:
        date: day of the assessment.
        entries: the lowest first.
        failures: those that could not be assessed, by path.
    """

    date: dt.date
    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def level(self) -> int:
        """The lowest level of all; 0 where one could not be assessed, or there is none."""
        return 0 if self.failures or not self.entries else min(entry.level for entry in self.entries)

    @property
    def levels(self) -> dict[int, int]:
        """Level → how many repositories have it."""
        counts = Counter(entry.level for entry in self.entries)
        return {level: counts[level] for level in range(len(LEVELS))}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What keeps them from their next level, the commonest first."""
        found = {
            criterion: tuple(entry.path for entry in self.entries if criterion.id in entry.gaps)
            for criterion in all_criteria()
        }
        gaps = [
            Gap(criterion.id, criterion.title, criterion.level, criterion.lift, paths)
            for criterion, paths in found.items()
            if paths
        ]
        return tuple(sorted(gaps, key=lambda gap: (-len(gap.paths), gap.level, gap.criterion)))

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON document of the command line."""
        return {
            "schema": SCHEMA,
            "ruleset": RULESET,
            "date": self.date.isoformat(),
            "level": self.level,
            "levels": {str(level): count for level, count in self.levels.items()},
            "repositories": [
                asdict(entry)
                | {
                    "units": [{"path": path, "level": level} for path, level in entry.units.items()],
                    "gaps": list(entry.gaps),
                    "trend": None
                    if entry.trend is None
                    else asdict(entry.trend) | {"scores": list(entry.trend.scores)},
                }
                for entry in self.entries
            ],
            "failures": [asdict(failure) for failure in self.failures],
            "gaps": [asdict(gap) | {"count": len(gap.paths), "paths": list(gap.paths)} for gap in self.gaps],
        }


class PortfolioReport(NamedTuple):
    """A format.

    Attributes:
        title: for people.
        render: the text of a portfolio; `colour` says whether it goes to a terminal with colours.
    """

    title: str
    render: Callable[[Portfolio, bool], str]
