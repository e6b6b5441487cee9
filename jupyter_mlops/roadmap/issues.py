"""The steps of a roadmap as issues, for whichever forge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jupyter_mlops.roadmap.model import PlannedStep, Roadmap, unit_name
from jupyter_mlops.roadmap.wording import day, hours, role, title, when


@dataclass(frozen=True)
class Issue:
    """An issue.

    Attributes:
        title: one line.
        body: Markdown.
        labels: without commas.
        milestone: the level that it belongs to.
        milestone_due: when that level is planned for.
        due: last day of the step, None when it has none in these weeks.
        owner: as people named it; "@name" is an account.
        hours: of work.
    """

    title: str
    body: str
    labels: tuple[str, ...]
    milestone: str
    milestone_due: dt.date | None
    due: dt.date | None
    owner: str | None
    hours: float


def issues(roadmap: Roadmap) -> list[Issue]:
    """One issue for each step that is open, in the order of the plan.

    Args:
        roadmap: the plan.
    """
    return [_issue(roadmap, step) for step in (*roadmap.planned, *roadmap.left)]


def _issue(roadmap: Roadmap, step: PlannedStep) -> Issue:
    level = step.criterion.level
    unit = f" of {unit_name(step.unit)}" if len(roadmap.units) > 1 else ""
    reached = next((one for one in roadmap.milestones if (one.unit, one.level) == (step.unit, level)), None)
    return Issue(
        title=title(roadmap, step),
        body=_body(roadmap, step),
        labels=("roadmap", f"level-{level}", step.role),
        milestone=f"Level {level}{unit}",
        milestone_due=reached.date if reached is not None else None,
        due=step.end if step.state == "planned" else None,
        owner=step.owner,
        hours=step.hours,
    )


def _body(roadmap: Roadmap, step: PlannedStep) -> str:
    criterion = step.criterion
    lines = [f"{criterion.what} {criterion.why}", "", f"**Now:** {step.missing}"]
    lines += [f"- `{place}`" for place in step.places]
    lines += ["", "**To do:**", *(f"- [ ] {each}" for each in criterion.how)]
    if step.command is not None:
        lines += ["", f"`{step.command}` does most of it."]
    if step.requires:
        listed = ", ".join(f"“{title(roadmap, roadmap.step(name))}”" for name in step.requires)
        lines += ["", f"Comes after {listed}."]
    dates = when(step) if step.state == "left" or step.end is None else f"{when(step)} {step.end.year}"
    lines += ["", f"{role(step.role).capitalize()}, {hours(step.hours)}; {dates}."]
    if step.owner is not None and not step.owner.startswith("@"):
        lines += [f"Owner: {step.owner}."]
    lines += ["", f"Done when `jupyter mlops assess` shows `{criterion.id}` as passed. Planned on {day(roadmap.date)}."]
    return "\n".join(lines)
