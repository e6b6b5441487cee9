"""HTML in one file: a time line that needs nothing else, in the light, in the dark, and in print."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from jupyter_mlops.assessment.criterion import LEVELS
from jupyter_mlops.roadmap import wording
from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.model import PlannedStep, Roadmap, unit_name


class _Bar(NamedTuple):
    """A step on the time line: where it starts and how long it is, in per cent of the plan."""

    step: PlannedStep
    left: float
    width: float
    levels: tuple[int, ...]


def _render(roadmap: Roadmap, _colour: bool) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("jupyter_mlops.roadmap.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["marked"] = _marked
    environment.globals.update(wording=wording, LEVELS=LEVELS, zip=zip, unit_name=unit_name)
    total = (roadmap.end - roadmap.start).days + 1

    def at(date: dt.date) -> float:
        return round(100 * (date - roadmap.start).days / total, 3)

    bars = [_bar(roadmap, step, total) for step in roadmap.planned]
    sections = {
        name: [bar for bar in bars if bar.step.role == name] for name in dict.fromkeys(bar.step.role for bar in bars)
    }
    return environment.get_template("roadmap.html.j2").render(
        roadmap=roadmap,
        sections=sections,
        numbers={step.id: number for number, step in enumerate(roadmap.planned, 1)},
        at=at,
        today=at(roadmap.date) if roadmap.start <= roadmap.date <= roadmap.end else None,
        reached=[one for one in roadmap.milestones if one.within],
        shown=[unit for unit in roadmap.units if unit.path not in roadmap.waiting],
        width=round(100 / len(roadmap.weeks), 3),
        day_width=round(100 / total, 3),
    )


def _marked(text: str) -> str:
    """Text with what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:  # one that nothing closes
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _bar(roadmap: Roadmap, step: PlannedStep, total: int) -> _Bar:
    assert step.start is not None
    assert step.end is not None
    start = max(step.start, roadmap.start)
    levels = tuple(one.level for one in roadmap.milestones if one.step == step.id and one.within)
    left = 100 * (start - roadmap.start).days / total
    return _Bar(step, round(left, 3), round(100 * ((step.end - start).days + 1) / total, 3), levels)


EXPORT = Export("HTML time line", _render)
