"""What has to cross between stages, for a given division of the steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from jupyter_mlops_converters.analysis.liveness import closure
from jupyter_mlops_converters.plan.context import configuration_needs
from jupyter_mlops_converters.plan.program import GENERATORS, Program


@dataclass(frozen=True)
class Crossing:
    """A value, or a bundle that shares objects, that one stage needs from another.

    Attributes:
        names: sorted; more than one for a bundle.
        producer: number of the stage that writes it.
        consumers: numbers of the stages that load it.
        written_by: position of the step that last wrote it.
    """

    names: tuple[str, ...]
    producer: int
    consumers: tuple[int, ...]
    written_by: int


@dataclass(frozen=True)
class Conflict:
    """Two steps that must be in one stage.

    Attributes:
        first: position of the earlier step.
        last: position of the later one.
        why: for people.
    """

    first: int
    last: int
    why: str


@dataclass
class Flow:
    """Everything between stages.

    Attributes:
        crossings: hand-overs.
        replays: stage number → names whose import or definition is run again there.
        conflicts: what makes the division impossible.
    """

    crossings: list[Crossing] = field(default_factory=list)
    replays: list[set[str]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def needs_of(program: Program, start: int, end: int) -> dict[str, int]:
    """Names that a stage needs from before it.

    Args:
        program: the steps.
        start: position of its first step.
        end: position after its last step.

    Returns:
        Name → position of the step that needs it first.
    """
    bound: set[str] = set()
    needs: dict[str, int] = {}
    for position in range(start, end):
        step = program.steps[position]
        for name in step.uses:
            if name not in bound and name not in needs:
                needs[name] = position
        bound |= step.binds
    return needs


def flow(
    program: Program,
    bounds: list[tuple[int, int]],
    parameters: frozenset[str],
    *,
    library: frozenset[str] = frozenset(),
    again: frozenset[str] = frozenset(),
) -> Flow:
    """Work out what crosses between stages.

    Args:
        program: the steps.
        bounds: (start, end) of every stage.
        parameters: names that reach stages as parameters.
        library: names that stages import from the library module.
        again: names whose statement is run again in the stages that need them.

    Returns:
        The flow, with the conflicts of this division.
    """
    result = Flow(replays=[set() for _ in bounds])
    wanted: dict[tuple[tuple[str, ...], int], set[int]] = {}
    stage_of = {position: number for number, (start, end) in enumerate(bounds) for position in range(start, end)}
    for number, (start, end) in enumerate(bounds):
        needs = _without_library_needs(program, start, end, library)
        for name in configuration_needs(program, start, end):
            needs.setdefault(name, start)
        names = _resolve(program, needs, start, parameters, library, again, result.replays[number])
        for group in _groups(program, start, end, names):
            writers = {name: program.last_writer(name, start) for name in group}
            positions = [position for position in writers.values() if position is not None]
            if not positions:
                continue
            last = max(positions)
            producers = {stage_of[position] for position in positions}
            if len(producers) > 1:
                result.conflicts.append(
                    Conflict(min(positions), start, f"{_listed(group)} share objects and are changed together here")
                )
                continue
            obstacle = _obstacle(program, group, bounds[producers.pop()][1] - 1, start)
            if obstacle:
                result.conflicts.append(Conflict(last, names[group[0]], obstacle))
                continue
            wanted.setdefault((group, stage_of[last]), set()).add(number)
    for (group, producer), consumers in sorted(wanted.items(), key=lambda item: (item[0][1], item[0][0])):
        written = max(program.last_writer(name, bounds[producer][1]) or 0 for name in group)
        result.crossings.append(Crossing(group, producer, tuple(sorted(consumers)), written))
    return result


def _without_library_needs(program: Program, start: int, end: int, library: frozenset[str]) -> dict[str, int]:
    """Needs of a stage, without what only functions of the library module look up: they bring it along."""
    needs = needs_of(program, start, end)
    if not library:
        return needs
    steps = program.steps[start:end]
    direct = {name for step in steps for name in step.cell.facts.loads | step.cell.facts.uses | step.writes}
    reached = closure(program.analysis, direct, stop=library)
    return {name: position for name, position in needs.items() if name in reached or name in GENERATORS}


def _resolve(
    program: Program,
    needs: dict[str, int],
    start: int,
    parameters: frozenset[str],
    library: frozenset[str],
    again: frozenset[str],
    replays: set[str],
) -> dict[str, int]:
    """Splits needs into values that cross (returned) and statements that are run again (added to `replays`)."""
    values: dict[str, int] = {}
    waiting = list(needs.items())
    seen: set[str] = set()
    while waiting:
        name, position = waiting.pop()
        if name in seen or name in parameters:
            continue
        seen.add(name)
        statement = program.replay(name, start)
        if statement is None and name in again:
            statement = program.binders[name][-1]
        if statement is not None:
            replays.add(name)
            if name in library:
                continue
            needed = set(statement.facts.uses)
            for free in statement.facts.deferred.values():
                needed |= free
            waiting.extend((other, position) for other in needed if other in program.binders)
        elif name in GENERATORS or program.last_writer(name, start) is not None:
            values[name] = position
            waiting.extend((other, position) for other in _needed_to_load(program, name, start))
    return values


def _needed_to_load(program: Program, name: str, start: int) -> tuple[str, ...]:
    """Functions and classes of the notebook that a saved value refers to by name."""
    for step in reversed(program.steps[:start]):
        if step.observed is not None:
            for key, choice in step.observed.choices.items():
                if name in key.split(","):
                    return tuple(needed for needed in choice.needs if needed in program.binders)
    return ()


def _groups(program: Program, start: int, end: int, names: dict[str, int]) -> list[tuple[str, ...]]:
    """Single names, but those together that share objects which the stage changes in place."""
    remaining = set(names)
    groups: list[tuple[str, ...]] = []
    before = program.steps[start - 1].observed if start else None
    changed_here = {
        name
        for position in range(start, end)
        for name in program.steps[position].writes - program.steps[position].binds
    }
    for shared in before.shared if before is not None else ():
        members = sorted(set(shared) & remaining)
        if len(members) > 1 and changed_here & set(members):
            groups.append(tuple(members))
            remaining -= set(members)
    return groups + [(name,) for name in sorted(remaining)]


def _obstacle(program: Program, group: tuple[str, ...], last: int, start: int) -> str | None:
    """Why a value cannot cross after that step, or None."""
    if group[0] in GENERATORS:
        return None
    for name in group:
        change = program.last_change(name, start)
        if change is not None and change.type.startswith(("matplotlib.", "mpl_toolkits.", "seaborn.axisgrid")):
            return f"`{name}` is a drawing that is finished here"
    observed = program.steps[last].observed
    if observed is None:
        return None
    choice = observed.choices.get(",".join(group))
    if choice is None:
        supersets = [
            found
            for key, found in observed.choices.items()
            if set(group) < set(key.split(",")) and found.format is not None
        ]
        return None if supersets or len(group) > 1 else _unknown(program, group[0], start)
    if choice.format is None:
        return f"{_listed(group)} cannot be written to a file: {choice.why}"
    return None


def _unknown(program: Program, name: str, start: int) -> str | None:
    change = program.last_change(name, start)
    if change is None or change.kind == "value":
        return None
    if change.kind == "module":
        return f"`{name}` is a module that was not imported in the usual way"
    if change.home == "__main__":
        return f"`{name}` is a {change.kind} that was not defined at the top of a cell"
    return None


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
