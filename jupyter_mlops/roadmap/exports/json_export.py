"""JSON, as the published schema describes it."""

from __future__ import annotations

import json
from typing import Any

from jupyter_mlops.assessment.what_if import Outcome
from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.model import Place, PlannedStep, Roadmap, UnitPlan
from jupyter_mlops.roadmap.wording import summary

SCHEMA = 1


def as_dict(roadmap: Roadmap) -> dict[str, Any]:
    """The document.

    Args:
        roadmap: the plan.
    """
    return {
        "schema": SCHEMA,
        "ruleset": roadmap.ruleset,
        "date": roadmap.date.isoformat(),
        "name": roadmap.name,
        "start": roadmap.start.isoformat(),
        "end": roadmap.end.isoformat(),
        "months": roadmap.months,
        "target": roadmap.target,
        "summary": summary(roadmap),
        "slack_days": roadmap.slack,
        "focus": {
            "unit": roadmap.focus.unit,
            "notebooks": list(roadmap.focus.notebooks),
            "why": roadmap.focus.why,
        },
        "units": [_unit(unit) for unit in roadmap.units],
        "waiting": list(roadmap.waiting),
        "steps": [_step(step) for step in roadmap.steps],
        "milestones": [
            {
                "unit": one.unit,
                "level": one.level,
                "name": one.celebration.name,
                "date": _date(one.date),
                "within": one.within,
                "step": one.step,
                "celebration": {"means": one.celebration.means, "show": one.celebration.show},
            }
            for one in roadmap.milestones
        ],
        "weeks": [
            {
                "number": week.number,
                "start": week.start.isoformat(),
                "end": week.end.isoformat(),
                "hours": {
                    role: {"planned": round(planned, 2), "available": round(available, 2)}
                    for role, (planned, available) in week.hours.items()
                },
                "steps": list(week.steps),
                "days_off": [off.isoformat() for off in week.off],
            }
            for week in roadmap.weeks
        ],
        "risks": [
            {
                "id": risk.id,
                "message": risk.message,
                "advice": risk.advice,
                "places": _places(risk.places),
                "steps": list(risk.steps),
            }
            for risk in roadmap.risks
        ],
    }


def _unit(unit: UnitPlan) -> dict[str, Any]:
    return {
        "path": unit.path,
        "now": _outcome(unit.now),
        "by_end": _outcome(unit.by_end),
        "target": _outcome(unit.target),
        "criteria": [
            {
                "id": criterion.id,
                "level": criterion.level,
                "title": criterion.title,
                "required": criterion.required,
                "state": state,
                "rung": f"E{rung}",
                "step": step,
            }
            for criterion, state, rung, step in unit.criteria
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "level": outcome.level,
        "progress": outcome.progress,
        "score": outcome.score,
        "blockers": list(outcome.blockers),
        "checklist": [
            {"id": answer.id, "question": answer.question, "score": answer.score, "state": answer.state}
            for answer in outcome.answers
        ],
    }


def _step(step: PlannedStep) -> dict[str, Any]:
    return {
        "id": step.id,
        "unit": step.unit,
        "criterion": step.criterion.id,
        "level": step.criterion.level,
        "title": step.criterion.title,
        "state": step.state,
        "now": step.now,
        "rung": f"E{step.rung}",
        "message": step.missing,
        "advice": step.advice,
        "command": step.command,
        "lift": step.criterion.lift,
        "role": step.role,
        "owner": step.owner,
        "effort": step.criterion.effort,
        "hours": round(step.hours, 2),
        "requires": list(step.requires),
        "start": _date(step.start),
        "end": _date(step.end),
        "agreed": None if step.agreed is None else {"start": _date(step.agreed[0]), "due": _date(step.agreed[1])},
        "late_days": step.late,
        "done": _date(step.done),
        "fell_back": _date(step.fell_back),
        "level_after": None if step.after is None else step.after.level,
        "score_after": None if step.after is None else step.after.score,
        "places": _places(step.places),
    }


def _places(places: tuple[Place, ...]) -> list[dict[str, Any]]:
    return [{"path": place.path, "line": place.line, "cell": place.cell} for place in places]


def _date(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _render(roadmap: Roadmap, _colour: bool) -> str:
    return json.dumps(as_dict(roadmap), ensure_ascii=False, indent=2) + "\n"


EXPORT = Export("JSON", _render)
