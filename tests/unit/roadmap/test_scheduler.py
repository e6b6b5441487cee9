"""Whatever there is to do and whoever is away: capacity, order and days off are kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_mlops.roadmap.scheduler import Pool, Task, WorkingTime, schedule

START = dt.date(2026, 11, 23)
DAYS = st.dates(START, START + dt.timedelta(days=120))
DAYS_OFF = st.frozensets(DAYS, max_size=30)


@st.composite
def working_times(draw):
    pools = {
        name: Pool(draw(st.sampled_from([0, 7, 60, 240, 480, 2401])), draw(DAYS_OFF))
        for name in ("scientist", "engineer")
    }
    workdays = draw(st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(sorted).map(tuple))
    return WorkingTime(pools, workdays, draw(DAYS_OFF))


@st.composite
def task_lists(draw):
    tasks = []
    for number in range(draw(st.integers(0, 12))):
        requires = draw(
            st.lists(st.sampled_from([task.id for task in tasks] or ["elsewhere"]), max_size=3, unique=True)
        )
        first = draw(st.none() | DAYS)
        until = first + dt.timedelta(days=draw(st.integers(0, 20))) if first else None
        pool = draw(st.sampled_from(["scientist", "engineer"]))
        tasks.append(Task(f"t{number}", pool, draw(st.integers(1, 900)), tuple(requires), first, until))
    return tasks


@given(task_lists(), working_times(), st.dates(START, START + dt.timedelta(days=10)))
def test_time_order_and_days_off_are_kept(tasks, time, start):
    slots = schedule(tasks, time, start)
    known = {task.id: task for task in tasks}
    taken: Counter[tuple[str, dt.date]] = Counter()
    for task in tasks:
        slot = slots[task.id]
        if slot is None:
            continue
        assert sum(minutes for _, minutes in slot.days) == task.minutes
        assert [day for day, _ in slot.days] == sorted({day for day, _ in slot.days})
        for day, minutes in slot.days:
            assert minutes > 0
            assert day >= max(start, task.not_before or start)
            assert day not in time.days_off | time.pools[task.pool].days_off
            assert day.weekday() in time.workdays
            taken[task.pool, day] += minutes
        for need in task.requires:
            if need in known:
                before = slots[need]
                assert before is not None
                assert slot.start >= before.end if known[need].pool == task.pool else slot.start > before.end
    weeks: Counter[tuple[str, dt.date]] = Counter()
    for (pool, day), minutes in taken.items():
        assert minutes <= time.minutes(pool, day)
        weeks[pool, day - dt.timedelta(days=day.weekday())] += minutes
    assert all(minutes <= time.pools[pool].minutes_a_week for (pool, _), minutes in weeks.items())


@given(task_lists(), working_times())
def test_nothing_is_left_out_that_somebody_has_time_for(tasks, time):
    slots = schedule(tasks, time, START)
    known = {task.id: task for task in tasks}

    def can_be_done(task):
        has_time = any(time.minutes(task.pool, START + dt.timedelta(days=number)) for number in range(200, 207))
        return has_time and all(can_be_done(known[need]) for need in task.requires if need in known)

    for task in tasks:
        if not can_be_done(task):
            assert slots[task.id] is None
        elif min(pool.minutes_a_week or 480 for pool in time.pools.values()) >= 60:  # else five years may not suffice
            assert slots[task.id] is not None


@settings(max_examples=20)
@given(task_lists(), working_times())
def test_the_same_work_gets_the_same_days(tasks, time):
    assert schedule(tasks, time, START) == schedule(list(tasks), time, START)


@given(st.lists(st.integers(30, 600), min_size=1, max_size=6), st.integers(0, 40), st.integers(1, 20))
def test_what_was_agreed_keeps_its_days_whatever_else_there_is(others, offset, length):
    time = WorkingTime({"scientist": Pool(480)})
    first = START + dt.timedelta(days=offset)
    last = first + dt.timedelta(days=length)
    room = sum(time.minutes("scientist", first + dt.timedelta(days=number)) for number in range(length + 1))
    if not room:
        return
    agreed = Task("agreed", "scientist", room, (), first, last)
    alone = schedule([agreed], time, START)["agreed"]
    among = schedule([*(Task(f"o{n}", "scientist", minutes) for n, minutes in enumerate(others)), agreed], time, START)
    assert among["agreed"] == alone
    assert alone is not None
    assert first <= alone.start <= alone.end == last


def test_another_role_starts_on_the_day_after_and_the_same_role_goes_on():
    time = WorkingTime({"scientist": Pool(500), "engineer": Pool(500)})
    tasks = [
        Task("a", "scientist", 50),
        Task("b", "scientist", 50, ("a",)),
        Task("c", "engineer", 50, ("b",)),
    ]
    slots = schedule(tasks, time, START)
    assert [slots[name].start for name in "abc"] == [START, START, START + dt.timedelta(days=1)]


def test_what_was_agreed_is_shared_out_so_that_other_work_goes_on_beside_it():
    time = WorkingTime({"scientist": Pool(500)})
    tasks = [
        Task("agreed", "scientist", 250, (), START, START + dt.timedelta(days=4)),
        Task("other", "scientist", 250),
    ]
    slots = schedule(tasks, time, START)
    assert [minutes for _, minutes in slots["agreed"].days] == [50] * 5
    assert slots["other"].end == START + dt.timedelta(days=4)


def test_a_week_that_does_not_divide_evenly_is_used_to_the_minute():
    time = WorkingTime({"scientist": Pool(7)}, workdays=(0, 1, 2, 3, 4))
    assert sum(time.minutes("scientist", START + dt.timedelta(days=number)) for number in range(7)) == 7
