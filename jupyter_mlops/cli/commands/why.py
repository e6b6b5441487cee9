"""`jupyter mlops why FILE`: what one file is evidence of, and why it does not count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from jupyter_mlops.cli.output import Format, errors_as_json, print_json

if TYPE_CHECKING:
    from jupyter_mlops.assessment.why import Given, Why

_MOST_PLACES = 3


def command(
    file: str = typer.Argument(help="A file of the project."),
    *,
    path: str = typer.Option(
        "", "--path", help="Project folder; by default the present one, or the file's repository."
    ),
    strict: bool = typer.Option(False, "--strict", help="Leave aside what people decided, as `assess --strict` does."),
    date: str = typer.Option("", "--date", help="Day the answer is for, YYYY-MM-DD; today by default."),
    format_: Format = typer.Option(Format.text, "--format", "-f", help="How to answer."),
) -> None:
    """Say which criteria a file gives evidence to, at which rung and line, who reads it, and why it does not count."""
    from jupyter_mlops.assessment.why import why

    with errors_as_json(format_):
        answer = why(file, path or None, date=date or None, strict=strict)
    if format_ is Format.json:
        print_json(answer.to_dict())
    else:
        typer.echo("\n".join(_text(answer)))


def _text(answer: Why) -> Iterator[str]:
    yield answer.path + (f"  (of {answer.unit})" if answer.unit not in (None, ".") else "")
    for limit in answer.limits:
        yield f"  ! {limit}"
    if answer.reached:
        yield f"  runs by {' → '.join(answer.reached)}"
    for started in answer.starts:
        yield f"  starts {started}"
    sections = (
        ("Counts", [one for one in answer.evidence if one.counts and not one.link]),
        ("Is a link on the way to", [one for one in answer.evidence if one.link]),
        ("Does not let a criterion pass", [one for one in answer.evidence if not one.counts and not one.link]),
    )
    for title, listed in sections:
        if listed:
            yield f"\n{title}"
        alike: dict[tuple[object, ...], list[Given]] = {}
        for one in listed:
            alike.setdefault((one.criterion, one.part, one.rung, one.effect, one.probe, one.message), []).append(one)
        for group in alike.values():
            yield from _given(group)
    if not answer.evidence:
        yield "\nIt is evidence of no criterion."
    yield f"\nRead by {', '.join(answer.read_by)}" if answer.read_by else "\nNo probe reads it."


def _given(group: list[Given]) -> Iterator[str]:
    """One thing that is said, at all places where it is."""
    one = group[0]
    part = f" · {one.part}" if one.part else ""
    places = [place for place in map(_place, group) if place]
    if len(places) > _MOST_PLACES:
        places = [*places[:_MOST_PLACES], f"and {len(places) - _MOST_PLACES} more"]
    effect = {"support": one.rung, "cap": f"at most {one.rung}"}.get(one.effect, one.effect.replace("-", " "))
    yield f"  {one.criterion}{part} ({one.state})  {', '.join((effect, *places, one.probe))}"
    yield f"      {one.message}"
    if one.raise_by and not one.counts and one.state != "pass":
        yield f"      → {one.raise_by}"


def _place(one: Given) -> str:
    if one.line is None:
        return ""
    return f"line {one.line}" if one.cell is None else f"cell {one.cell}, line {one.line}"
