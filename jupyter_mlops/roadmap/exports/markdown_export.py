"""Markdown for the repository, with a Gantt chart that GitHub and GitLab draw (Mermaid)."""

from __future__ import annotations

import re

from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.model import Place, PlannedStep, Roadmap, UnitPlan, unit_name
from jupyter_mlops.roadmap.settings import WEEKDAYS
from jupyter_mlops.roadmap.wording import EFFORT, day, headline, hours, length, role, span, summary, title, when, who

_ANSWERS = {"yes": "✅ yes", "partly": "🟡 partly", "no": "❌ no"}
_STATES = {
    "pass": "✅",
    "partial": "🟡",
    "fail": "❌",
    "not-applicable": "·",
    "not-visible": "❔",
    "attested": "🖋️",
    "waived": "🏳️",
    "error": "⚠️",
}
_FULL_NAMES = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}


def _render(roadmap: Roadmap, _colour: bool) -> str:
    lines = [f"# Roadmap: {_plain(headline(roadmap))}", ""]
    lines += [f"{_plain(sentence)}\n" for sentence in summary(roadmap)]
    lines += [
        f"Planned on {day(roadmap.date)} for {length(roadmap)}, {day(roadmap.start)} to {day(roadmap.end)}. "
        + _plain(roadmap.focus.why),
        "",
    ]
    for unit in roadmap.units:
        if unit.path not in roadmap.waiting:
            lines += _side_by_side(roadmap, unit)
    if roadmap.planned:
        lines += ["## When", "", *_gantt(roadmap), ""]
    lines += _steps(roadmap)
    lines += _milestones(roadmap)
    lines += _risks(roadmap)
    lines += [
        "<sub>`jupyter mlops roadmap --save` keeps it in `.mlops/roadmap.toml`; " + f"ruleset {roadmap.ruleset}</sub>"
    ]
    return "\n".join(lines) + "\n"


def _side_by_side(roadmap: Roadmap, unit: UnitPlan) -> list[str]:
    name = f" of {unit_name(unit.path)}" if len(roadmap.units) > 1 else ""
    reached = unit.target.level
    lines = [f"## Current state and target state{name}", ""]
    lines += [f"| | now | on {day(roadmap.end)} | Level {reached} |", "|---|---|---|---|"]
    lines.append(
        f"| **level** | {unit.now.level} {LEVELS[unit.now.level]} | {unit.by_end.level} {LEVELS[unit.by_end.level]} "
        f"| {reached} {LEVELS[reached]} |"
    )
    lines.append(f"| **score** | {unit.now.score} | {unit.by_end.score} | {unit.target.score} |")
    for now, by_end, target in zip(unit.now.answers, unit.by_end.answers, unit.target.answers, strict=True):
        cells = [f"{_ANSWERS[answer.state]}, {answer.score} %" for answer in (now, by_end, target)]
        lines.append(f"| {now.question} | {' | '.join(cells)} |")
    lines += [
        "",
        "<details><summary>By criterion</summary>",
        "",
        "| level | criterion | now | then |",
        "|---|---|---|---|",
    ]
    for criterion, state, rung, step in unit.criteria:
        planned = roadmap.step(step) if step is not None else None
        then = "as now" if planned is None else f"{'✅' if planned.state == 'planned' else '⏳'} {when(planned)}"
        lines.append(f"| {criterion.level} | {criterion.title} | {_STATES[state]} {state}, E{rung} | {then} |")
    return [*lines, "", "</details>", ""]


def _gantt(roadmap: Roadmap) -> list[str]:
    off = sorted({each for week in roadmap.weeks for each in week.off})
    closed = [_FULL_NAMES[name] for number, name in enumerate(WEEKDAYS) if number not in roadmap.workdays]
    lines = [
        "```mermaid",
        "gantt",
        f"    title {_task(headline(roadmap))}",
        "    dateFormat YYYY-MM-DD",
        "    inclusiveEndDates",
    ]
    if closed or off:
        lines.append(f"    excludes {', '.join([*closed, *(each.isoformat() for each in off)])}")
    lines += ["    axisFormat %d %b", "    tickInterval 1week", "    weekday monday"]
    numbers = {step.id: f"s{number}" for number, step in enumerate(roadmap.planned, 1)}
    for name in dict.fromkeys(step.role for step in roadmap.planned):
        lines.append(f"    section {role(name).capitalize()}")
        for step in roadmap.planned:
            if step.role == name:
                tags = "crit, " if step.late else "active, " if step.agreed else ""
                lines.append(f"    {_task(title(roadmap, step))} :{tags}{numbers[step.id]}, {step.start}, {step.end}")
    lines.append("    section Levels")
    for number, one in enumerate(roadmap.milestones, 1):
        if one.within:
            unit = f"{unit_name(one.unit)} " if len(roadmap.units) > 1 else ""
            lines.append(f"    {_task(f'{unit}Level {one.level}')} :milestone, m{number}, {one.date}, 1d")
    return [*lines, "```"]


def _task(text: str) -> str:
    """A name that cannot end a task or start a comment."""
    return re.sub(r"\s+", " ", re.sub(r'[:;#%`"<>\n]', " ", text)).strip()


def _steps(roadmap: Roadmap) -> list[str]:
    lines: list[str] = []
    if roadmap.planned:
        lines += ["## Steps", ""]
        for number, step in enumerate(roadmap.planned, 1):
            lines += _step(roadmap, step, f"{number}. [ ] ")
        lines.append("")
    if roadmap.left:
        lines += [f"## Left after {day(roadmap.end)}", ""]
        for step in roadmap.left:
            lines += _step(roadmap, step, "- [ ] ")
        lines.append("")
    if roadmap.done:
        lines += ["## Done", ""]
        lines += [f"- [x] {_plain(title(roadmap, step))}, {when(step)}" for step in roadmap.done]
        lines.append("")
    return lines


def _step(roadmap: Roadmap, step: PlannedStep, bullet: str) -> list[str]:
    effort = f"{hours(step.hours)}, {EFFORT[step.criterion.effort]}"
    back = f" **Fell back** (known since {day(step.fell_back)})." if step.fell_back else ""
    lines = [f"{bullet}**{_plain(title(roadmap, step))}**: {when(step)}; {_plain(who(step))}; {effort}.{back}"]
    indent = "   "
    lines.append(f"{indent}{_plain(step.missing)}{_where(step.places)}")
    if step.advice is not None:
        lines.append(f"{indent}→ {_plain(step.advice)}")
    if step.command is not None:
        lines.append(f"{indent}→ `{step.command}`")
    if step.after is not None:
        lines.append(f"{indent}Then: Level {step.after.level}, score {step.after.score}.")
    # Two spaces at the end of a line break it, which an editor would remove: a backslash does the same.
    return [f"{line}\\" if line is not lines[-1] else line for line in lines]


def _where(places: tuple[Place, ...]) -> str:
    return f" ({', '.join(f'`{place}`' for place in places)})" if places else ""


def _milestones(roadmap: Roadmap) -> list[str]:
    reached = [one for one in roadmap.milestones if one.within and one.date is not None]
    if not reached:
        return []
    lines = ["## Levels, and how to celebrate them", ""]
    for one in reached:
        assert one.date is not None
        unit = f"{unit_name(one.unit)}, " if len(roadmap.units) > 1 else ""
        lines.append(f"- **{unit}Level {one.level}, {one.celebration.name}: {day(one.date)}.** {one.celebration.means}")
        lines.append(f"  {one.celebration.show}")
    return [*lines, "", "`jupyter mlops history --record` records each, and writes its certificate.", ""]


def _risks(roadmap: Roadmap) -> list[str]:
    lines = ["## Risks", ""]
    for risk in roadmap.risks:
        lines.append(f"- {_plain(risk.message)}{_where(risk.places)}")
        lines.append(f"  {_plain(risk.advice)}")
    if not roadmap.risks:
        lines.append("Nothing is known that would upset this plan.")
    busy = [
        f"| {week.number} | {span(week.start, week.end)} | "
        + " | ".join(f"{planned:.1f} of {available:g}" for planned, available in week.hours.values())
        + (f" | off: {', '.join(day(each, year=False) for each in week.off)} |" if week.off else " | |")
        for week in roadmap.weeks
    ]
    if roadmap.planned:
        names = [f"{role(name)} (hours)" for name in roadmap.weeks[0].hours]
        lines += ["", "<details><summary>Hours by week</summary>", "", f"| week | days | {' | '.join(names)} | |"]
        lines += ["|" + "---|" * (len(names) + 3), *busy, "", "</details>"]
    return [*lines, ""]


def _plain(text: str) -> str:
    """Text that cannot break a table or turn into markup."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


EXPORT = Export("Markdown", _render)
