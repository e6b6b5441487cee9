"""iCalendar: each planned step as days in a calendar, each level as a day to celebrate."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from jupyter_mlops.roadmap.export import Export
from jupyter_mlops.roadmap.model import PlannedStep, Roadmap, unit_name
from jupyter_mlops.roadmap.wording import hours, title, who

if TYPE_CHECKING:
    from icalendar import Event

_DAY = dt.timedelta(days=1)
#: A later plan replaces an earlier one's events: their sequence counts days from here.
_EPOCH = dt.date(2020, 1, 1)


def _render(roadmap: Roadmap, _colour: bool) -> str:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//jupyter-mlops//roadmap//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{roadmap.name}: roadmap to Level {roadmap.target}")
    for step in roadmap.planned:
        calendar.add_component(_step(roadmap, step))
    for milestone in roadmap.milestones:
        if milestone.within and milestone.date is not None:
            celebration = milestone.celebration
            unit = f" ({unit_name(milestone.unit)})" if len(roadmap.units) > 1 else ""
            event = _event(roadmap, f"{milestone.unit}:level-{milestone.level}", milestone.date, milestone.date)
            event.add("summary", f"{roadmap.name}{unit}: Level {milestone.level}, {celebration.name}")
            event.add("description", f"{celebration.means}\n{celebration.show}")
            event.add("categories", ["celebration"])
            event.add("status", "TENTATIVE")
            calendar.add_component(event)
    return calendar.to_ical().decode("utf-8")  # type: ignore[no-any-return,unused-ignore]


def _step(roadmap: Roadmap, step: PlannedStep) -> Event:
    assert step.start is not None
    assert step.end is not None
    event = _event(roadmap, step.id, step.start, step.end)
    event.add("summary", f"{roadmap.name}: {title(roadmap, step)}")
    lines = [f"{who(step)}, {hours(step.hours)}", step.missing, step.advice or "", step.command or ""]
    event.add("description", "\n".join(line for line in lines if line))
    event.add("categories", [step.role, f"level-{step.criterion.level}"])
    event.add("status", "CONFIRMED" if step.agreed else "TENTATIVE")
    return event


def _event(roadmap: Roadmap, identity: str, first: dt.date, last: dt.date) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{hashlib.sha256(f'{roadmap.name}/{identity}'.encode()).hexdigest()[:32]}@jupyter-mlops")
    event.add("dtstamp", dt.datetime.combine(roadmap.date, dt.time(), dt.timezone.utc))
    event.add("sequence", max(0, (roadmap.date - _EPOCH).days))
    event.add("dtstart", first)
    event.add("dtend", last + _DAY)  # the day after: dates are exclusive at the end
    event.add("transp", "TRANSPARENT")  # hours of these days, not all of them
    return event


EXPORT = Export("iCalendar", _render)
