"""`.mlops/roadmap.toml`: who has how much time, and what was agreed. Unknown keys are errors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops.assessment.settings_file import check_criterion, check_keys, load_toml, wrong
from jupyter_mlops.assessment.what_if import HOURS
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import mapping
from jupyter_mlops.project.shell import join
from jupyter_mlops.roadmap.scheduler import Pool, WorkingTime

FILE = ".mlops/roadmap.toml"
ROLES = ("data-scientist", "platform-engineer")
#: A day a week beside the daily work.
HOURS_A_WEEK = 8.0
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = 3
WEEKS_A_MONTH = 4
_MOST_HOURS = 168
_LONGEST_TIME_OFF = 366


@dataclass(frozen=True)
class Role:
    """The people of a role.

    Attributes:
        hours_a_week: that they have for the roadmap.
        owner: who answers for its steps, unless a step says otherwise; None when nobody was named.
        days_off: of these people.
        same_as: the role whose people these are, and whose time is used; None where they are others.
    """

    hours_a_week: float = HOURS_A_WEEK
    owner: str | None = None
    days_off: frozenset[dt.date] = frozenset()
    same_as: str | None = None


@dataclass(frozen=True)
class KeptStep:
    """A step as the file has it.

    Attributes:
        criterion: what it satisfies.
        unit: path of the unit, relative to the assessed folder.
        owner: who does it.
        start: planned or agreed first day.
        due: planned or agreed last day.
        agreed: whether the dates stay.
        hours: of work, where people know better.
        done: the day on which evidence showed it, or that people gave.
        fell_back: the day on which evidence was found to be gone.
    """

    criterion: str
    unit: str = "."
    owner: str | None = None
    start: dt.date | None = None
    due: dt.date | None = None
    agreed: bool = False
    hours: float | None = None
    done: dt.date | None = None
    fell_back: dt.date | None = None

    @property
    def id(self) -> str:
        """As in the plan."""
        return step_id(self.unit, self.criterion)


@dataclass(frozen=True)
class Settings:
    """What people decided.

    Attributes:
        target: level to reach.
        months: to plan ahead.
        start: the first day.
        focus: path of the unit that goes first.
        notebooks: those that become the first pipeline, relative to the unit.
        roles: role → its people.
        workdays: days of the week, 0 for Monday.
        days_off: of everybody.
        hours: effort → hours.
        steps: as they are in the file.
    """

    target: int | None = None
    months: int | None = None
    start: dt.date | None = None
    focus: str | None = None
    notebooks: tuple[str, ...] = ()
    roles: dict[str, Role] = field(default_factory=lambda: {role: Role() for role in ROLES})
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    days_off: frozenset[dt.date] = frozenset()
    hours: dict[str, float] = field(default_factory=lambda: dict(HOURS))
    steps: tuple[KeptStep, ...] = ()

    def pool(self, role: str) -> str:
        """The role whose time steps of `role` take."""
        return self.roles[role].same_as or role

    def working_time(self) -> WorkingTime:
        """For the scheduler."""
        pools = {
            name: Pool(round(role.hours_a_week * 60), role.days_off)
            for name, role in self.roles.items()
            if role.same_as is None
        }
        return WorkingTime(pools, self.workdays, self.days_off)


def step_id(unit: str, criterion: str) -> str:
    """What a step is called: the criterion's id, with the unit's path before it where it is not the whole project."""
    return criterion if unit == "." else f"{unit}:{criterion}"


def read_settings(project: Project, plugins: tuple[str, ...] = ()) -> Settings:
    """The settings and the kept steps of a project; the defaults where there are none.

    Args:
        project: the project.
        plugins: plug-ins whose criteria may be named.

    Raises:
        MlopsError: ``invalid-configuration`` on anything that is not understood.
    """
    path = join(project.folder, FILE)
    if project.kind(path) != "file":
        return Settings()
    reader = _Reader(path, plugins)
    return reader.settings(load_toml(project, path))


class _Reader:
    """Reads one file, naming it in what is wrong."""

    def __init__(self, path: str, plugins: tuple[str, ...]) -> None:
        self._path = path
        self._plugins = plugins

    def settings(self, document: dict[Any, Any]) -> Settings:
        known = ("target", "months", "start", "focus", "notebooks", "roles", "calendar", "hours", "step")
        check_keys(self._path, document, known, "the roadmap")
        calendar = mapping(document.get("calendar"))
        check_keys(self._path, calendar, ("workdays", "days_off"), "[calendar]")
        hours = mapping(document.get("hours"))
        check_keys(self._path, hours, HOURS, "[hours]")
        notebooks = document.get("notebooks", [])
        if not isinstance(notebooks, list) or not all(isinstance(item, str) for item in notebooks):
            raise wrong(self._path, "`notebooks` must be a list of paths.", document, "notebooks")
        return Settings(
            target=self._whole(document, "target", 1, 4),
            months=self._whole(document, "months", 1, 24),
            start=self._date(document, "start"),
            focus=self._text(document, "focus"),
            notebooks=tuple(notebooks),
            roles=self._roles(document),
            workdays=self._workdays(calendar),
            days_off=self._days_off(calendar),
            hours=HOURS | {str(name): self._hours(hours, name) or 0.25 for name in hours},
            steps=self._steps(document),
        )

    def _roles(self, document: dict[Any, Any]) -> dict[str, Role]:
        table = mapping(document.get("roles"))
        check_keys(self._path, table, ROLES, "[roles]")
        roles = {}
        for name in ROLES:
            given = mapping(table.get(name))
            check_keys(self._path, given, ("hours_a_week", "owner", "days_off", "same_as"), f"[roles.{name}]")
            hours = self._hours(given, "hours_a_week", least=0)
            same_as = self._text(given, "same_as")
            if same_as is not None and (same_as == name or same_as not in ROLES):
                others = " or ".join(role for role in ROLES if role != name)
                raise wrong(self._path, f"`same_as` must be another role: {others}.", given, "same_as")
            for key in ("hours_a_week", "days_off") if same_as is not None else ():
                if key in given:
                    raise wrong(
                        self._path, f"With `same_as` the other role's `{key}` counts; leave this one.", given, key
                    )
            roles[name] = Role(
                HOURS_A_WEEK if hours is None else hours, self._text(given, "owner"), self._days_off(given), same_as
            )
        if all(role.same_as is not None for role in roles.values()):
            raise wrong(self._path, "Two roles cannot each be the same as the other; give one of them hours.", table)
        return roles

    def _steps(self, document: dict[Any, Any]) -> tuple[KeptStep, ...]:
        listed = document.get("step", [])
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise wrong(self._path, "Write `[[step]]`, with two brackets: there can be several.", document, "step")
        steps: dict[str, KeptStep] = {}
        for table in listed:
            known = (
                "criterion",
                "unit",
                "title",
                "role",
                "owner",
                "start",
                "due",
                "agreed",
                "hours",
                "done",
                "fell_back",
            )
            check_keys(self._path, table, known, "[[step]]")
            criterion = check_criterion(self._path, table, "criterion", table.get("criterion"), self._plugins)
            agreed = table.get("agreed", False)
            if not isinstance(agreed, bool):
                raise wrong(self._path, "`agreed` must be true or false.", table, "agreed")
            step = KeptStep(
                criterion,
                self._text(table, "unit") or ".",
                self._text(table, "owner"),
                self._date(table, "start"),
                self._date(table, "due"),
                agreed,
                self._hours(table, "hours"),
                self._date(table, "done"),
                self._date(table, "fell_back"),
            )
            if step.agreed and (step.start is None or step.due is None):
                raise wrong(self._path, "What is agreed needs `start` and `due`.", table, "agreed")
            if step.start is not None and step.due is not None and step.due < step.start:
                raise wrong(self._path, "`due` is before `start`.", table, "due")
            if step.id in steps:
                raise wrong(self._path, f"The step {step.id} is there twice; remove one.", table, "criterion")
            steps[step.id] = step
        return tuple(steps.values())

    def _workdays(self, calendar: dict[Any, Any]) -> tuple[int, ...]:
        if "workdays" not in calendar:
            return Settings.workdays
        names = calendar["workdays"]
        if not isinstance(names, list) or not names or any(name not in WEEKDAYS for name in names):
            raise wrong(self._path, f"`workdays` must be some of {', '.join(WEEKDAYS)}.", calendar, "workdays")
        return tuple(sorted({WEEKDAYS.index(name) for name in names}))

    def _days_off(self, table: dict[Any, Any]) -> frozenset[dt.date]:
        days: set[dt.date] = set()
        listed = table.get("days_off", [])
        if not isinstance(listed, list):
            raise wrong(self._path, "`days_off` must be a list.", table, "days_off")
        for item in listed:
            first, last = self._span(item)
            if first is None or last is None or not 0 <= (last - first).days < _LONGEST_TIME_OFF:
                form = 'a date, such as 2026-12-25, or a time, such as "2026-12-24/2027-01-01"'
                raise wrong(self._path, f"A day off is {form}, not {item!r}.", table, "days_off")
            days |= {first + dt.timedelta(days=number) for number in range((last - first).days + 1)}
        return frozenset(days)

    def _span(self, item: Any) -> tuple[dt.date | None, dt.date | None]:
        if isinstance(item, str):
            first, slash, last = item.partition("/")
            return _as_date(first), _as_date(last if slash else first)
        return _as_date(item), _as_date(item)

    def _date(self, table: dict[Any, Any], key: str) -> dt.date | None:
        if key not in table:
            return None
        day = _as_date(table[key])
        if day is None:
            raise wrong(self._path, f"`{key}` must be a date, such as 2027-01-31.", table, key)
        return day

    def _hours(self, table: dict[Any, Any], key: str, least: float = 0.25) -> float | None:
        if key not in table:
            return None
        value = table[key]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= _MOST_HOURS * 10:
            raise wrong(self._path, f"`{key}` must be a number of hours, {least:g} or more.", table, key)
        if key == "hours_a_week" and value > _MOST_HOURS:
            raise wrong(self._path, f"A week has {_MOST_HOURS} hours.", table, key)
        return float(value)

    def _whole(self, table: dict[Any, Any], key: str, least: int, most: int) -> int | None:
        if key not in table:
            return None
        value = table[key]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise wrong(self._path, f"`{key}` must be a whole number from {least} to {most}.", table, key)
        return value

    def _text(self, table: dict[Any, Any], key: str) -> str | None:
        if key not in table:
            return None
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            raise wrong(self._path, f"`{key}` must be a text that is not empty.", table, key)
        return value.strip()


def _as_date(value: Any) -> dt.date | None:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            return None
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None
