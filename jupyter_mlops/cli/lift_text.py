"""A lift on the terminal: its diff in colours, what is left to a person, and what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.text import Text

if TYPE_CHECKING:
    from jupyter_mlops.lifts.api import Lifted
    from jupyter_mlops.lifts.journey import Journey
    from jupyter_mlops.lifts.lift import Refusal

#: Lines of a file's diff that are shown on a terminal; all where the output goes elsewhere.
_MOST_LINES = 200
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show_plan(lifted: Lifted) -> None:
    """What would be changed.

    Args:
        lifted: the plan.
    """
    console = Console(highlight=False, soft_wrap=True)
    plan = lifted.plan
    console.print(f"[bold]{escape(lifted.lift.title)}[/]  [dim](lift {lifted.lift.name})[/]")
    console.print(escape(plan.why))
    for sentence in plan.found:
        console.print(f"[dim]  · {escape(sentence)}[/]")
    for change in plan.changes.changes:
        console.print()
        cells = plan.shown.get(change.path)
        lines = change.diff.splitlines() if cells is None else ["", "", *cells.splitlines()]
        what = {"create": "new", "modify": "changed", "remove": "removed"}.get(change.kind, change.kind)
        console.print(Text(f"{change.path}  ({what})", style="bold"))
        shown = lines[2:] if not console.is_terminal else lines[2 : _MOST_LINES + 2]
        for line in shown:
            console.print(Text(line, style=_STYLES.get(line[:1], "")))
        if len(shown) < len(lines) - 2:
            console.print(f"[dim]… {len(lines) - 2 - len(shown)} more lines; `--dry-run | less` shows them all[/]")
        if change.binary and not change.diff:
            console.print(f"[dim]binary, {change.size:,} bytes[/]")
    if plan.changes.effects:
        console.print("\n[bold]Beside the files[/]")
        for effect in plan.changes.effects:
            console.print(f"  · {escape(effect.text)}")
    if plan.cannot:
        console.print("\n[bold]Not done here[/]")
        for refusal in plan.cannot:
            console.print(f"  - {escape(refusal.what)}{_place(refusal)}: {escape(refusal.why)}")
    console.print()


def _place(refusal: Refusal) -> str:
    if refusal.path is None:
        return ""
    cell = f" cell {refusal.cell}" if refusal.cell is not None else ""
    line = f" line {refusal.line}" if refusal.line is not None else ""
    return f" [cyan]({escape(refusal.path)}{cell}{line})[/]"


def show_outcome(lifted: Lifted, *, dry_run: bool) -> None:
    """What was changed, and what is left.

    Args:
        lifted: the lift.
        dry_run: whether nothing was to be written.
    """
    console = Console(highlight=False, soft_wrap=True)
    scorecard = lifted.scorecard
    if lifted.applied is not None and scorecard is not None:
        console.print(f"[green]✔[/] Done: {_files(len(lifted.applied.paths))} written.")
        for entry in scorecard["criteria"]:
            states = f"{entry['before']} → {entry['after']}"
            rungs = " → ".join(entry["rung"])
            console.print(f"  {escape(entry['id'])}: [bold]{states}[/] [dim]({rungs})[/]")
        for result in lifted.still_open:
            console.print(f"  [dim]{escape(result.message)} {escape(result.raise_by or '')}[/]")
        (level, now), (progress, then) = scorecard["level"], scorecard["progress"]
        if (level, progress) != (now, then):
            console.print(f"  Level {level} at {progress} % → [bold]Level {now} at {then} %[/]")
    elif dry_run and lifted.plan.state == "applies":
        console.print("Nothing was written: this was a dry run.")
    if lifted.plan.left:
        console.print("[bold]Left to you[/]")
        for number, act in enumerate(lifted.plan.left, 1):
            console.print(f"  {number}. {escape(act.what)}")
            if act.command:
                console.print(f"     [cyan]{escape(act.command)}[/]")
    if lifted.applied is not None:
        console.print("[dim]`jupyter mlops undo` takes it back.[/]")


def show_journey(done: Journey, *, dry_run: bool) -> None:
    """What was done on the way to a level, and what is left.

    Args:
        done: the steps.
        dry_run: whether nothing was to be written.
    """
    console = Console(highlight=False, soft_wrap=True)
    for step in done.steps:
        count = _files(len(step.plan.changes.changes))
        console.print(f"[green]✔[/] {escape(step.lift.title)} [dim]({step.lift.name}, {count})[/]")
    for each, why in done.stuck:
        console.print(f"[yellow]○[/] {escape(each.title)} [dim]({each.name})[/]: {escape(why)}")
    for command in done.acted:
        console.print(f"[dim]  ran {escape(command)}{' in the copy' if dry_run else ''}[/]")
    before, after = done.before, done.after
    would = "would be" if dry_run else "is"
    console.print(
        f"Level {before.level} at {before.progress} % → it {would} [bold]Level {after.level} at {after.progress} %[/]"
    )
    for command in dict.fromkeys(done.waiting.values()):
        waits = [criterion for criterion, each in done.waiting.items() if each == command]
        console.print(
            f"  {', '.join(waits)} {'waits' if len(waits) == 1 else 'wait'} for a run: [cyan]{escape(command)}[/]"
        )
    if done.level_then > after.level:
        console.print(
            f"  [bold]Level {done.level_then}[/] once that ends as it did when it was proven."
            + (" [dim]With --act, the copy is run too, and shows it.[/]" if dry_run else "")
        )
    if after.level < done.target:
        for result in after.headline.blockers:
            if result.criterion.id in done.waiting:
                continue
            console.print(
                f"  [dim]{escape(result.criterion.id)}: {escape(result.message)} {escape(result.raise_by or '')}[/]"
            )
    for name in done.unused:
        console.print(f"[yellow]{escape(name)} had no effect:[/] the lift {name.partition('.')[0]} was not needed.")
    if done.left:
        console.print("[bold]Left to you[/]")
        for number, act in enumerate(done.left, 1):
            console.print(f"  {number}. {escape(act.what)}")
            if act.command:
                console.print(f"     [cyan]{escape(act.command)}[/]")
    if dry_run:
        console.print("Nothing was written: this was a dry run, made in a copy.")
    elif done.steps:
        console.print("[dim]`jupyter mlops undo` takes the last step back; again, the one before it.[/]")


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
