"""Markdown, short enough for a pull request's comment."""

from __future__ import annotations

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.assessment.scoring import OPEN, Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.wording import (
    banked,
    coming,
    elsewhere,
    headline,
    hindered,
    left_out,
    place_of,
    telling,
    ticked,
    whole,
)

_MARKS = {
    "pass": "✅",
    "partial": "🟡",
    "fail": "❌",
    "not-applicable": "·",
    "not-visible": "❔",
    "attested": "🖋️",
    "waived": "🏳️",
    "error": "⚠️",
}
_MOST_BOXES = 20
_ANSWERS = {"yes": "✅ yes", "partly": "🟡 partly", "no": "❌ no"}


def _render(assessment: Assessment, _colour: bool) -> str:
    lines = ["# MLOps maturity", ""]
    if (said := whole(assessment)) is not None:
        lines += [f"**{_plain(said)}**", ""]
    for unit in assessment.units:
        if len(assessment.units) > 1:
            lines += [f"## `{unit.unit.path}`", ""]
        lines += _unit(assessment, unit)
    lines += [f"> {_plain(line)}" for line in left_out(assessment)]
    for note in assessment.notes[:10]:
        lines.append(f"> Note: `{note.path}`: {_plain(note.message)}")
    lines += ["", f"<sub>{assessment.date.isoformat()} · ruleset {RULESET}</sub>"]
    return "\n".join(lines) + "\n"


def _unit(assessment: Assessment, unit: UnitAssessment) -> list[str]:
    lines = [f"**{headline(unit)}**", "", "| question | answer | |", "|---|---|---|"]
    lines += [f"| {answer.question} | {_ANSWERS[answer.state]} | {answer.score} % |" for answer in unit.answers]
    if unit.to_confirm:
        lines += ["", "### Please confirm", ""]
        lines += [f"- ❔ **{result.criterion.title}**: {_plain(result.message)}" for result in unit.to_confirm]
    if unit.blockers:
        lines += ["", f"### What keeps it from Level {unit.level + 1}", ""]
        lines += [_blocker(assessment, result) for result in unit.blockers]
    if unit.decided:
        lines += ["", "### Decided by people", ""]
        lines += [
            f"- {_MARKS[result.state]} `{result.criterion.id}`: {_plain(result.note or '')}" for result in unit.decided
        ]
    if unit.previews:
        lines += ["", "### Coming", ""]
        lines += [
            f"- {_MARKS[result.state]} `{result.criterion.id}` ({coming(result)}): {_plain(result.message)}"
            for result in unit.previews
        ]
    if unit.checkboxes:
        lines += ["", "<details><summary>Looks like more than it is</summary>", ""]
        lines += [f"- {_plain(ticked(assessment.project, box))}" for box in unit.checkboxes[:_MOST_BOXES]]
        lines += ["", "</details>"]
    lines += ["", "<details><summary>All criteria</summary>", "", "| | level | criterion | why |", "|---|---|---|---|"]
    for result in unit.results:
        kind = result.criterion.level if result.criterion.required else f"{result.criterion.level} (recommended)"
        lines.append(f"| {_MARKS[result.state]} | {kind} | `{result.criterion.id}` | {_plain(_why(result))} |")
    profile = (
        f"<sub>{_plain(' '.join(filter(None, (hindered(unit), banked(unit), f'Profile: {unit.profile.said}.'))))}</sub>"
    )
    return [*lines, "", "</details>", "", profile, "", f"<sub>{_plain(elsewhere(unit))}</sub>", ""]


def _why(result: Result) -> str:
    return result.message if result.note is None else f"{result.message} {result.note}"


def _blocker(assessment: Assessment, result: Result) -> str:
    places = list(dict.fromkeys(place_of(assessment.project, finding) for finding in telling(result)))[:2]
    where = f" ({', '.join(f'`{place}`' for place in places)})" if places else ""
    advice = f" → {_plain(result.raise_by)}" if result.raise_by and result.state not in OPEN else ""
    return f"- {_MARKS[result.state]} **{result.criterion.title}**: {_plain(result.message)}{where}{advice}"


def _plain(text: str) -> str:
    """Text that cannot break a table or turn into markup."""
    return mask(text).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


REPORT = Report("Markdown", _render)
