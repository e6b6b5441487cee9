"""The terminal: what is reached by when, the steps, the weeks, the risks."""

from __future__ import annotations

from jupyter_mlops.assessment.terminal import text_console
from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.model import PlannedStep, Roadmap, UnitPlan, unit_name
from jupyter_mlops.roadmap.wording import day, headline, hours, length, role, summary, title, when, who

_WIDTH = 100
_MARKS = {"yes": ("●", "green"), "partly": ("◐", "yellow"), "no": ("○", "red")}
_MOST_RISKS = 6
_MOST_COLUMNS = 18


def _render(roadmap: Roadmap, colour: bool) -> str:
    from rich.padding import Padding
    from rich.text import Text

    console, stream = text_console(colour, _WIDTH)

    def say(text: str, style: str = "", indent: int = 0) -> None:
        console.print(Padding(Text(text, style=style), (0, 0, 0, indent)))

    say("")
    say(headline(roadmap), "bold")
    for sentence in summary(roadmap):
        say(sentence)
    if roadmap.focus.why:
        say(roadmap.focus.why, "dim")
    for unit in roadmap.units:
        if unit.path not in roadmap.waiting:
            say("")
            console.print(_answers(roadmap, unit))
    if roadmap.planned:
        say("")
        say(f"{length(roadmap).capitalize()}, {day(roadmap.start)} to {day(roadmap.end)}", "bold")
        console.print(_chart(roadmap))
        say("")
        for number, step in enumerate(roadmap.planned, 1):
            _step(console, roadmap, step, f"{number:2}.")
    _others(console, roadmap)
    if roadmap.risks:
        say("")
        say("Risks", "bold")
        for risk in roadmap.risks[:_MOST_RISKS]:
            say(f"! {risk.message}", "yellow", 2)
            say(risk.advice, "", 4)
            for place in risk.places[:2]:
                say(str(place), "cyan", 4)
        if len(roadmap.risks) > _MOST_RISKS:
            say(f"… and {len(roadmap.risks) - _MOST_RISKS} more", "dim", 2)
    say("")
    say("`jupyter mlops roadmap --save` keeps it in .mlops/roadmap.toml; `--format html` draws it.", "dim")
    say("")
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n")).rstrip("\n") + "\n"


def _answers(roadmap: Roadmap, unit: UnitPlan) -> object:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(unit_name(unit.path) if len(roadmap.units) > 1 else "", width=58)
    for name in ("now", day(roadmap.end), f"Level {unit.target.level}"):
        table.add_column(name, style="", header_style="dim")
    table.add_row("Level", *(str(outcome.level) for outcome in (unit.now, unit.by_end, unit.target)))
    table.add_row("Score", *(str(outcome.score) for outcome in (unit.now, unit.by_end, unit.target)))
    for answers in zip(unit.now.answers, unit.by_end.answers, unit.target.answers, strict=True):
        cells = [Text(f"{_MARKS[each.state][0]} {each.state}", style=_MARKS[each.state][1]) for each in answers]
        table.add_row(answers[0].question, *cells)
    return table


def _chart(roadmap: Roadmap) -> object:
    """A line a step, a column a week; of long plans a column for several."""
    from rich.text import Text

    each = -(-len(roadmap.weeks) // _MOST_COLUMNS)
    columns = [roadmap.weeks[at : at + each] for at in range(0, len(roadmap.weeks), each)]
    text = Text(f"{'    week' if each == 1 else f'    weeks, {each} a column':44}", style="")
    for weeks in columns:
        text.append(f"{weeks[0].number:>3}", style="dim")
    text.append("\n")
    for number, step in enumerate(roadmap.planned, 1):
        assert step.start is not None
        assert step.end is not None
        name = title(roadmap, step)
        text.append(f"{number:2}. {name if len(name) <= 39 else name[:38] + '…':39} ")
        reached = [one for one in roadmap.milestones if one.step == step.id and one.within]
        for weeks in columns:
            inside = step.start <= weeks[-1].end and step.end >= weeks[0].start
            mark = (
                f"▶{reached[-1].level}"
                if reached and inside and step.end <= weeks[-1].end
                else "██"
                if inside
                else "··"
            )
            text.append(" ")
            text.append(mark, style="bold green" if mark.startswith("▶") else "cyan" if inside else "dim")
        text.append("\n")
    for name in roadmap.weeks[0].hours:
        text.append(f"    {role(name) + ', hours':39} ", style="dim")
        for weeks in columns:
            planned = sum(week.hours[name][0] for week in weeks)
            text.append(f"{planned:3.0f}" if planned else "  ·", style="dim")
        text.append("\n")
    text.right_crop(1)
    return text


def _step(console: object, roadmap: Roadmap, step: PlannedStep, bullet: str) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    assert isinstance(console, Console)
    back = ("  fell back", "bold yellow") if step.fell_back else ("", "")
    console.print(
        Text.assemble(
            f"{bullet} {title(roadmap, step)}", (f"  {when(step)} · {who(step)} · {hours(step.hours)}", "dim"), back
        )
    )
    for text, style in ((step.advice, ""), (step.command, "cyan")):
        if text:
            console.print(Padding(Text(text, style=style), (0, 0, 0, 4)))


def _others(console: object, roadmap: Roadmap) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    assert isinstance(console, Console)
    if roadmap.left:
        console.print()
        console.print(Text(f"Left after {day(roadmap.end)}", style="bold"))
        for step in roadmap.left:
            _step(console, roadmap, step, "  -")
    if roadmap.done:
        console.print()
        console.print(Text("Done", style="bold"))
        for step in roadmap.done:
            console.print(Text(f"  ✓ {title(roadmap, step)}  {when(step)}", style="green"))
    reached = [one for one in roadmap.milestones if one.within and one.date is not None]
    if reached:
        console.print()
        console.print(Text("Levels, and how to celebrate them", style="bold"))
    for one in reached:
        assert one.date is not None
        unit = f"{unit_name(one.unit)}, " if len(roadmap.units) > 1 else ""
        console.print(
            Padding(Text(f"▶ {unit}Level {one.level} on {day(one.date)}: {one.celebration.means}"), (0, 0, 0, 2))
        )
        console.print(Padding(Text(one.celebration.show, style="dim"), (0, 0, 0, 4)))


EXPORT = Export("terminal", _render)
