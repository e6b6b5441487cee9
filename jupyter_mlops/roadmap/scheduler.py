"""Puts tasks on days: never more than a role has time for, never before what they build on, never on a day off.

Time is counted in whole minutes, so that nothing depends on how fractions are rounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: How far ahead is looked for a free day. What does not fit by then is not planned.
HORIZON = dt.timedelta(days=5 * 366)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Pool:
    """The time that people of a role have.

    Attributes:
        minutes_a_week: shared out over the working days of a week; a day off loses its share.
        days_off: beyond those of everybody.
    """

    minutes_a_week: int
    days_off: frozenset[dt.date] = frozenset()


@dataclass(frozen=True)
class WorkingTime:
    """Who has how much time on which day.

    Attributes:
        pools: name → its time.
        workdays: days of the week that are worked, 0 for Monday.
        days_off: of everybody.
    """

    pools: Mapping[str, Pool]
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    days_off: frozenset[dt.date] = frozenset()

    def minutes(self, pool: str, day: dt.date) -> int:
        """Minutes that a pool has on a day.

        Args:
            pool: its name.
            day: the day.
        """
        own = self.pools[pool]
        if day.weekday() not in self.workdays or day in self.days_off or day in own.days_off:
            return 0
        share, rest = divmod(own.minutes_a_week, len(self.workdays))
        return share + (self.workdays.index(day.weekday()) < rest)


@dataclass(frozen=True)
class Task:
    """Something to do.

    Attributes:
        id: unique.
        pool: whose time it takes.
        minutes: of work, at least one.
        requires: ids of tasks that must be finished before.
        not_before: the first day that was agreed; None where none was. What was agreed gets its time before the rest.
        until: the last day that was agreed: what builds on it waits for that day even where less time is needed.
    """

    id: str
    pool: str
    minutes: int
    requires: tuple[str, ...] = ()
    not_before: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Slot:
    """When a task is worked on.

    Attributes:
        days: day → minutes, in order.
        until: the last day that was agreed.
    """

    days: tuple[tuple[dt.date, int], ...]
    until: dt.date | None = None

    @property
    def start(self) -> dt.date:
        """Its first day."""
        return self.days[0][0]

    @property
    def end(self) -> dt.date:
        """The day that it is finished by: the last one worked on, or the one that was agreed where that is later."""
        last = self.days[-1][0]
        return last if self.until is None else max(last, self.until)


@dataclass
class _Board:
    """What is left of each day."""

    time: WorkingTime
    horizon: dt.date
    taken: dict[tuple[str, dt.date], int] = field(default_factory=dict)

    def place(self, task: Task, earliest: dt.date) -> Slot | None:
        if self.time.pools[task.pool].minutes_a_week <= 0:
            return None
        days = self._shared(task, earliest) or self._at_once(task, earliest)
        for day, minutes in days:
            self.taken[task.pool, day] = self.taken.get((task.pool, day), 0) + minutes
        return Slot(tuple(days), task.until) if days else None

    def _free(self, pool: str, day: dt.date) -> int:
        return self.time.minutes(pool, day) - self.taken.get((pool, day), 0)

    def _at_once(self, task: Task, earliest: dt.date) -> list[tuple[dt.date, int]]:
        """The first free time; nothing where there is none before the horizon."""
        left = task.minutes
        days = []
        for day in _days(earliest, self.horizon):
            if (free := self._free(task.pool, day)) > 0:
                days.append((day, min(free, left)))
                left -= min(free, left)
            if not left:
                return days
        return []

    def _shared(self, task: Task, earliest: dt.date) -> list[tuple[dt.date, int]]:
        """Shared out over the days that were agreed, so that there is time for something else; nothing where it does not fit."""
        if task.until is None:
            return []
        free = [(day, self._free(task.pool, day)) for day in _days(earliest, min(task.until, self.horizon))]
        free = [(day, minutes) for day, minutes in free if minutes > 0]
        total = sum(minutes for _, minutes in free)
        left = task.minutes
        if total < left:
            return []
        days = []
        for day, minutes in free:
            share = min(left, -(-left * minutes // total))
            total -= minutes
            left -= share
            if share:
                days.append((day, share))
        return days


def schedule(tasks: Sequence[Task], time: WorkingTime, start: dt.date) -> dict[str, Slot | None]:
    """When each task is worked on.

    Tasks take the first free time, in the order given; those with an agreed day, and what they build on, come first. A task of
    another role than the one it builds on starts on the day after; of the same role, the same day.

    Args:
        tasks: each after those that it requires; required ids that are not among them count as done.
        time: who has how much.
        start: the first day.

    Returns:
        Task → its days; None where it can never be done: nobody has time for it, or for what it builds on.
    """
    known = {task.id: task for task in tasks}
    board = _Board(time, start + HORIZON)
    slots: dict[str, Slot | None] = {}
    for task in _in_order(tasks, known):
        earliest = max(start, task.not_before or start)
        needs = [known[name] for name in task.requires if name in known]
        if any(slots[need.id] is None for need in needs):
            slots[task.id] = None
            continue
        for need in needs:
            slot = slots[need.id]
            assert slot is not None
            earliest = max(earliest, slot.end if need.pool == task.pool else slot.end + _DAY)
        slots[task.id] = board.place(task, earliest)
    return {task.id: slots[task.id] for task in tasks}


def _in_order(tasks: Sequence[Task], known: Mapping[str, Task]) -> Iterator[Task]:
    """What was agreed first, by its day, each after what it builds on; then the rest as given."""
    agreed = sorted(
        (task for task in tasks if task.not_before is not None), key=lambda task: task.not_before or dt.date.max
    )
    given = set()
    for task in (*agreed, *tasks):
        for each in _with_needs(task, known):
            if each.id not in given:
                given.add(each.id)
                yield each


def _with_needs(task: Task, known: Mapping[str, Task]) -> Iterator[Task]:
    for name in task.requires:
        if name in known:
            yield from _with_needs(known[name], known)
    yield task


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    day = first
    while day <= last:
        yield day
        day += _DAY
