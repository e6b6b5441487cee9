"""`assess`: the one entry to the assessment."""

from __future__ import annotations

import datetime as dt
import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.checkboxes import Checkbox, checkboxes
from jupyter_mlops.assessment.config import Config
from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.assessment.findings import Finding, NotebookIssue
from jupyter_mlops.assessment.profiles import Standing
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import OPEN, Answer, Dimension, Result, dimensions, weakest
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.what_if import what_if
from jupyter_mlops.project import Note, Project
from jupyter_mlops.project.files import File

SCHEMA = 1
_SNIPPET = 120
_MOST_EVIDENCE = 20
#: Below it confidence is low.
_SURE = 0.65


@dataclass(frozen=True)
class UnitAssessment:
    """How a unit stands.

    Attributes:
        unit: the unit.
        level: 0 to 4.
        progress: to the next level, 0 to 100.
        score: 0 to 100.
        confidence: of the level: the least of its required criteria.
        results: one a criterion, by level, required ones first.
        answers: the five questions.
        banked: level above the next → credit earned there already, 0 to 100.
        notebooks: what is wrong with its notebooks.
        profile: what kind of project it is.
        findings: all that the probes found, those that decide nothing included.
        previews: criteria that count from a later ruleset on, as they stand; nothing else in an answer follows from them.
    """

    unit: Unit
    level: int
    progress: int
    score: int
    confidence: float
    results: tuple[Result, ...]
    answers: tuple[Answer, ...]
    banked: dict[int, int]
    notebooks: tuple[NotebookIssue, ...] = ()
    profile: Standing = field(default_factory=lambda: Standing("research"))
    findings: tuple[Finding, ...] = ()
    previews: tuple[Result, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of the unit: "ml-project", "library", "infrastructure" or "example"."""
        return "library" if self.profile.chosen and self.profile.name == "library" else self.unit.kind

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """How far each dimension would let the level go."""
        return dimensions(self.results)

    @property
    def to_confirm(self) -> tuple[Result, ...]:
        """What passes on evidence that may be read otherwise: people should look at it."""
        return tuple(result for result in self.results if result.state == "pass" and result.confidence < _SURE)

    @property
    def checkboxes(self) -> tuple[Checkbox, ...]:
        """What looks like a tick in a box."""
        return checkboxes(self.unit)

    @property
    def decided(self) -> tuple[Result, ...]:
        """What stands as it does, or did until lately, because people decided so one by one."""
        return tuple(result for result in self.results if result.note is not None and result.by != "profile")

    def blocked_by(self, result: Result) -> tuple[str, ...]:
        """What an open criterion builds on that is open, too: it makes sense only after that."""
        still = {other.criterion.id for other in self.results if other.state not in OPEN}
        return tuple(need for need in result.criterion.requires if need in still and result.criterion.id in still)

    @property
    def blockers(self) -> tuple[Result, ...]:
        """Required criteria that keep the next gate closed."""
        wanted = self.level + 1
        return tuple(
            result
            for result in self.results
            if result.criterion.level == wanted and result.criterion.required and result.state not in OPEN
        )

    @property
    def next_steps(self) -> tuple[Result, ...]:
        """What to do next, the most rewarding first: blockers in the order they build on each other, then the rest of the gate."""
        gate = [
            result for result in self.results if result.criterion.level == self.level + 1 and result.state not in OPEN
        ]
        effort = {"S": 0, "M": 1, "L": 2}
        waiting = {result.criterion.id for result in gate}
        return tuple(
            sorted(
                gate,
                key=lambda result: (
                    not result.criterion.required,
                    sum(need in waiting for need in result.criterion.requires),
                    effort[result.criterion.effort],
                    result.criterion.id,
                ),
            )
        )


@dataclass(frozen=True)
class Assessment:
    """The answer.

    Attributes:
        project: what was assessed.
        date: the date it is for.
        units: one a unit, by path.
        headline: the unit that sets the level.
        notes: what could not be read, and other remarks.
        strict: waivers and attestations were left aside.
        own_answers: what people answered to the checklist themselves: question → "yes", "partly" or "no".
        config: the settings that it follows.
    """

    project: Project
    date: dt.date
    units: tuple[UnitAssessment, ...]
    headline: UnitAssessment
    notes: tuple[Note, ...] = ()
    strict: bool = False
    own_answers: dict[str, str] = field(default_factory=dict)
    config: Config = field(default_factory=Config)

    @property
    def level(self) -> int:
        """The maturity level, 0 to 4."""
        return self.headline.level

    @property
    def progress(self) -> int:
        """Progress to the next level, 0 to 100."""
        return self.headline.progress

    @property
    def score(self) -> int:
        """The total, 0 to 100."""
        return self.headline.score

    @property
    def left_out(self) -> dict[str, str | None]:
        """Recommended criteria that the settings leave out, and why; None where they do not say."""
        left = self.config.left_out
        known = all_criteria(self.config.plugins)
        gone = [item.id for item in known if not item.required and left.leaves_out(item.id)]
        return {name: None if (reason := left.reason(name)) is None else mask(reason) for name in gone}

    def to_dict(self) -> dict[str, Any]:
        """The answer as the JSON document of the command line and the server."""
        relative = _Relative(self.project)
        return {
            "schema": SCHEMA,
            "ruleset": RULESET,
            "date": self.date.isoformat(),
            "path": ".",
            "level": self.level,
            "progress": self.progress,
            "score": self.score,
            "checklist": [
                _answer(answer) | {"own_answer": self.own_answers.get(answer.id)} for answer in self.headline.answers
            ],
            "headline": {"how": self.config.headline.how, "unit": relative(self.headline.unit.path)},
            "left_out": self.left_out,
            "external": [other.to_dict() for other in self.config.externals],
            "units": [_unit(unit, relative) for unit in self.units],
            "notes": [{"path": relative(note.path), "line": note.line, "message": note.message} for note in self.notes],
        }


def assess(
    path: str | Path = ".",
    *,
    date: dt.date | str | None = None,
    strict: bool = False,
    config: dict[str, Any] | None = None,
    overrides: dict[str, str] | None = None,
) -> Assessment:
    """Scores the project at `path` on the evidence in its files. Changes nothing, runs nothing.

    Args:
        path: a folder, or a file in one.
        date: day the answer is for, as a date or ``"YYYY-MM-DD"``; today when None.
        strict: leave waivers, attestations and exemptions aside.
        config: stands in for the project's own configuration.
        overrides: absolute path → text that stands in for a file's content (what an editor has not saved).

    Raises:
        MlopsError: when nothing is at `path`, or the configuration is wrong.
    """
    from jupyter_mlops.assessment.engine import run

    return run(path, date=date, strict=strict, config=config, overrides=overrides)


class _Relative:
    """Turns paths of the base into paths of the assessed folder."""

    def __init__(self, project: Project) -> None:
        self._folder = project.folder

    def __call__(self, path: str) -> str:
        if self._folder == ".":
            return path
        return posixpath.relpath(path, self._folder)


def _unit(assessed: UnitAssessment, relative: _Relative) -> dict[str, Any]:
    return {
        "path": relative(assessed.unit.path),
        "kind": assessed.kind,
        "profile": {
            "name": assessed.profile.name,
            "overlays": list(assessed.profile.overlays),
            "chosen": assessed.profile.chosen,
            "reason": None if assessed.profile.reason is None else mask(assessed.profile.reason),
            "not_applicable": [result.criterion.id for result in assessed.results if result.by == "profile"],
        },
        "level": assessed.level,
        "progress": assessed.progress,
        "score": assessed.score,
        "confidence": round(assessed.confidence, 2),
        "blockers": [result.criterion.id for result in assessed.blockers],
        "next_steps": [result.criterion.id for result in assessed.next_steps],
        "banked": {str(level): share for level, share in sorted(assessed.banked.items())},
        "dimensions": [{"id": one.id, "level": one.level, "open": list(one.open)} for one in assessed.dimensions],
        "weakest": None if (least := weakest(assessed.dimensions)) is None else least.id,
        "to_confirm": [result.criterion.id for result in assessed.to_confirm],
        "checkboxes": [
            {"path": relative(one.path), "line": one.line, "cell": one.cell, "message": mask(one.message)}
            for one in assessed.checkboxes
        ],
        "checklist": [_answer(answer) for answer in assessed.answers],
        "criteria": [_criterion(result, assessed, relative) for result in assessed.results],
        "previews": [
            _criterion(result, assessed, relative) | {"counts_from": result.criterion.counts_from}
            for result in assessed.previews
        ],
        "crosswalk": _crosswalk(assessed),
        "notebooks": [
            {
                "path": relative(issue.path),
                "code": issue.code,
                "severity": issue.severity,
                "message": mask(issue.message),
                "cell": issue.cell,
                "line": issue.line,
            }
            for issue in assessed.notebooks
        ],
    }


def _crosswalk(assessed: UnitAssessment) -> list[dict[str, Any]]:
    from jupyter_mlops.assessment.crosswalk import as_dicts, crosswalk

    return as_dicts(crosswalk(assessed))


def _answer(answer: Answer) -> dict[str, Any]:
    return {"id": answer.id, "question": answer.question, "score": answer.score, "state": answer.state}


def _criterion(result: Result, assessed: UnitAssessment, relative: _Relative) -> dict[str, Any]:
    criterion, unit = result.criterion, assessed.unit
    shown = [finding for finding in result.evidence if finding.path is not None or finding.chain][:_MOST_EVIDENCE]
    return {
        "id": criterion.id,
        "level": criterion.level,
        "required": criterion.required,
        "checklist": criterion.checklist,
        "dimension": criterion.dimension,
        "title": criterion.title,
        "state": result.state,
        "by": result.by,
        "rung": f"E{int(result.rung)}",
        "confidence": round(result.confidence, 2),
        "message": mask(result.message if result.note is None else f"{result.message} {result.note}"),
        "evidence": [_evidence(finding, unit, relative) for finding in shown],
        "raise_by": None if result.raise_by is None else mask(result.raise_by),
        "blocked_by": list(assessed.blocked_by(result)),
        "fix": {
            "lift": criterion.lift,
            "effort": criterion.effort,
            "role": criterion.role,
            "gain": 0 if criterion.preview else what_if(assessed, [criterion.id]).score - assessed.score,
        }
        if result.state not in ("pass", "not-applicable")
        else None,
    }


def _evidence(finding: Finding, unit: Unit, relative: _Relative) -> dict[str, Any]:
    snippet = unit.project.line(finding.path, finding.line, finding.cell) if finding.path is not None else ""
    return {
        "fingerprint": _fingerprint(finding, unit, snippet),
        "path": None if finding.path is None else relative(finding.path),
        "line": finding.line,
        "end_line": finding.end_line or finding.line,
        "cell": finding.cell,
        "snippet": mask(snippet)[:_SNIPPET],
        "chain": [_chain_link(link, relative, unit.project.by_path) for link in finding.chain],
        "inherited": finding.path in unit.inherited,
        "probe": finding.probe,
        "part": finding.part or None,
        "rung": f"E{int(finding.rung)}",
        "confidence": round(finding.confidence, 2),
        "message": mask(finding.message),
        "raise_by": None if finding.raise_by is None else mask(finding.raise_by),
    }


def _fingerprint(finding: Finding, unit: Unit, snippet: str) -> str:
    """Stays while lines move: of what says it, where in the unit, and what the line says, spaces aside."""
    said = (finding.probe, finding.criterion, finding.part, unit.local(finding.path or ""), "".join(snippet.split()))
    return hashlib.sha1("\0".join(said).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _chain_link(link: str, relative: _Relative, files: Mapping[str, File]) -> str:
    """A link as `path:line` or `path#cell:line`; a file without a line stands for its first one."""
    if (file := files.get(link)) is not None:
        return f"{relative(link)}:1" if file.special is None and file.size else relative(link)
    for separator in ("#", ":"):
        path, mark, rest = link.partition(separator)
        if mark:
            return f"{relative(path)}{mark}{rest}"
    return relative(link)
