"""The terminal: level track, five questions, blockers, next steps."""

from __future__ import annotations

from jupyter_mlops.assessment.api import Assessment, UnitAssessment
from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.assessment.history import read_history
from jupyter_mlops.assessment.report import Report
from jupyter_mlops.assessment.scoring import OPEN, Result
from jupyter_mlops.assessment.secrets import mask
from jupyter_mlops.assessment.terminal import text_console
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
from jupyter_mlops.errors import MlopsError

_MARKS = {"yes": ("●", "green"), "partly": ("◐", "yellow"), "no": ("○", "red")}
_MOST_BOXES = 5
_EFFORT = {"S": "an hour or two", "M": "a day or two", "L": "a week or more"}


def _render(assessment: Assessment, colour: bool) -> str:
    from rich.text import Text

    width = 100
    console, stream = text_console(colour, width)
    if (said := whole(assessment)) is not None:
        console.print()
        console.print(Text(said, style="bold"))
    for position, unit in enumerate(_ordered(assessment)):
        if position:
            console.rule(style="dim")
        _unit(console, assessment, unit)
    for line in left_out(assessment):
        console.print(Text(line, style="dim"))
    if (news := _news(assessment)) is not None:
        console.print(Text(news, style="green"))
        console.print()
    for note in assessment.notes[:5]:
        place = f"{note.path}:{note.line}" if note.line else note.path
        console.print(f"note  {place}: {note.message}", style="dim", markup=False)
    if len(assessment.notes) > 5:
        console.print(f"      … and {len(assessment.notes) - 5} more", style="dim")
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n")).rstrip("\n") + "\n"


def _news(assessment: Assessment) -> str | None:
    """That a level is new, until it is recorded: it is celebrated there, once."""
    try:
        rows = read_history(assessment.project.base / assessment.project.folder)
    except MlopsError:
        return None
    best = max((row.get("level", 0) for row in rows), default=0)
    if assessment.level <= best:
        return None
    return (
        f"⚑ Level {assessment.level} is new here. `jupyter mlops history --record` records and celebrates it, and writes its "
        "certificate."
    )


def _ordered(assessment: Assessment) -> list[UnitAssessment]:
    rest = [unit for unit in assessment.units if unit is not assessment.headline]
    return [assessment.headline, *rest]


def _unit(console: object, assessment: Assessment, unit: UnitAssessment) -> None:
    from rich.console import Console
    from rich.text import Text

    assert isinstance(console, Console)
    name = unit.unit.path if len(assessment.units) > 1 else ""
    console.print()
    if name:
        console.print(Text(f"{name}  ({unit.kind})", style="bold"))
    console.print(Text(headline(unit), style="bold"))
    console.print(_track(unit))
    console.print()
    for answer in unit.answers:
        mark, style = _MARKS[answer.state]
        bar = "█" * (answer.score // 10) + "░" * (10 - answer.score // 10)
        console.print(Text.assemble("  ", (f"{mark} {answer.state:6}", style), f"  {answer.question:62}", (bar, style)))
    if unit.to_confirm:
        console.print()
        console.print(Text("Please confirm", style="bold"))
        for result in unit.to_confirm:
            console.print(Text.assemble("  ? ", (result.criterion.id, "bold"), f"  {result.message}"))
    if unit.blockers:
        console.print()
        console.print(Text(f"What keeps it from Level {unit.level + 1}", style="bold"))
        for result in unit.blockers:
            _blocker(console, assessment, unit, result)
    steps = unit.next_steps[:3]
    if steps:
        console.print()
        console.print(Text("Next steps", style="bold"))
        for number, result in enumerate(steps, 1):
            criterion = result.criterion
            console.print(
                Text.assemble(
                    f"  {number}. {criterion.title}",
                    (f"  ({_EFFORT[criterion.effort]}, {criterion.role.replace('-', ' ')})", "dim"),
                )
            )
            if result.raise_by:
                console.print(Text(f"     {result.raise_by}"), soft_wrap=False)
    if unit.decided:
        console.print()
        console.print(Text("Decided by people", style="bold"))
        for result in unit.decided:
            console.print(Text.assemble("  ⚑ ", (result.criterion.id, "bold"), f"  {mask(result.note or '')}"))
    if unit.previews:
        console.print()
        console.print(Text("Coming", style="bold"))
        for result in unit.previews:
            mark = "✓" if result.state in OPEN else "◌"
            console.print(Text.assemble(f"  {mark} ", (result.criterion.id, "bold"), (f"  {coming(result)}", "dim")))
            console.print(Text(f"    {mask(result.message)}"))
    if unit.checkboxes:
        console.print()
        console.print(Text("Looks like more than it is", style="bold"))
        for box in unit.checkboxes[:_MOST_BOXES]:
            console.print(Text(f"  {ticked(assessment.project, box)}"))
        if len(unit.checkboxes) > _MOST_BOXES:
            console.print(Text(f"  … and {len(unit.checkboxes) - _MOST_BOXES} more", style="dim"))
    console.print()
    for line in filter(None, (hindered(unit), banked(unit))):
        console.print(Text(line, style="dim"))
    console.print(Text(f"Profile: {unit.profile.said}", style="dim"))
    console.print(Text(elsewhere(unit), style="dim"))
    if unit.level < 4:
        console.print()
        example = unit.blockers[0].criterion.id if unit.blockers else "ci"
        console.print(Text(f"`jupyter mlops explain {example}` says what counts and what does not.", style="dim"))
    console.print()


def _track(unit: UnitAssessment) -> object:
    from rich.text import Text

    track = Text("  ")
    for level, name in enumerate(LEVELS):
        reached = level <= unit.level
        track.append(f"{'■' if reached else '□'} {level}", style="green" if reached else "dim")
        if level == unit.level:
            track.append(f" {name}", style="bold")
        if level < 4:
            track.append(" ── " if level < unit.level else " ·· ", style="dim")
    return track


def _blocker(console: object, assessment: Assessment, unit: UnitAssessment, result: Result) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    assert isinstance(console, Console)
    style = "yellow" if result.state == "partial" else "red"
    console.print(
        Text.assemble(
            "  ",
            (f"{'◐' if result.state == 'partial' else '✗'} ", style),
            (result.criterion.id, "bold"),
            (f"  after {', '.join(after)}" if (after := unit.blocked_by(result)) else "", "dim"),
        )
    )
    console.print(Padding(Text(result.message), (0, 0, 0, 4)))
    places = list(dict.fromkeys(place_of(assessment.project, finding) for finding in telling(result)))
    for place in places[:2]:
        console.print(Text(f"    {place}", style="cyan"))


REPORT = Report("terminal", _render)
