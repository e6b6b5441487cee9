"""What has to cross between stages, for a given division of the steps.

A stage is a sorted tuple of positions, most often a run of neighbouring steps. One in pieces is possible as long as each
of its steps finds the same values as in the notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from jupyter_mlops_converters.analysis.liveness import closure
from jupyter_mlops_converters.plan.context import configuration, configuration_clash
from jupyter_mlops_converters.plan.program import GENERATORS, Program
from jupyter_mlops_converters.plan.unseen import unseen_obstacle

#: Positions of a stage's steps, sorted.
Positions: TypeAlias = "tuple[int, ...]"


@dataclass(frozen=True)
class Need:
    """A value that a stage takes from before it.

    Attributes:
        reader: position of the step that needs it first.
        writer: position of the step that wrote it last before that; None when none did.
    """

    reader: int
    writer: int | None


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
    """Why a division is impossible.

    Attributes:
        first: position of the earlier step.
        last: position of the later one.
        why: for people, as the rest of "… because".
        scattered: the cause is that a stage is in pieces; two steps that merely must be in one stage otherwise.
    """

    first: int
    last: int
    why: str
    scattered: bool = False


@dataclass
class Flow:
    """Everything between stages.

    Attributes:
        crossings: hand-overs.
        replays: of each stage: name whose import or definition is run again there → position of its reader.
        after: of each stage: numbers of the stages that it must wait for because of files.
        conflicts: what makes the division impossible.
    """

    crossings: list[Crossing] = field(default_factory=list)
    replays: list[dict[str, int]] = field(default_factory=list)
    after: list[set[int]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def upstream(self, number: int) -> set[int]:
        """Numbers of the stages that a stage waits for."""
        return {c.producer for c in self.crossings if number in c.consumers} | self.after[number]


def needs_of(program: Program, stage: Positions) -> dict[str, Need]:
    """Names that a stage needs from before it.

    Args:
        program: the steps.
        stage: positions of its steps.

    Returns:
        Name → who needs it first, and whose value it is.
    """
    return _needs_and_clashes(program, stage)[0]


def _needs_and_clashes(program: Program, stage: Positions) -> tuple[dict[str, Need], list[Conflict]]:
    inside = set(stage)
    needs: dict[str, Need] = {}
    clashes: list[Conflict] = []
    for reader in stage:
        for name in sorted(program.steps[reader].uses):
            writer = program.last_writer(name, reader)
            if writer in inside:
                continue
            own = [p for p in stage if p < reader and name in program.steps[p].writes]
            if own and writer is not None:
                clashes.append(_clash(program, name, own[-1], writer, reader))
            elif name not in needs:
                needs[name] = Need(reader, writer)
            elif needs[name].writer != writer and writer is not None:
                clashes.append(_clash(program, name, needs[name].reader, writer, reader))
    return needs, clashes


def _clash(program: Program, name: str, first: int, writer: int, reader: int) -> Conflict:
    """The value changes in another stage between two steps of a stage."""
    cells = [program.steps[position].index for position in (first, writer, reader)]
    return Conflict(
        first,
        reader,
        f"cell {cells[1]} of another stage changes {_listed((name,))} between cells {cells[0]} and {cells[2]}",
        scattered=True,
    )


def flow(
    program: Program,
    stages: Sequence[Positions],
    parameters: frozenset[str],
    *,
    library: frozenset[str] = frozenset(),
    again: frozenset[str] = frozenset(),
) -> Flow:
    """Work out what crosses between stages.

    Args:
        program: the steps.
        stages: positions of every stage.
        parameters: names that reach stages as parameters.
        library: names that stages import from the library module.
        again: names whose statement is run again in the stages that need them.

    Returns:
        The flow, with the conflicts of this division.
    """
    result = Flow(replays=[{} for _ in stages])
    wanted: dict[tuple[tuple[str, ...], int], set[int]] = {}
    stage_of = {position: number for number, stage in enumerate(stages) for position in stage}
    for number, stage in enumerate(stages):
        needs, clashes = _needs_and_clashes(program, stage)
        needs = _without_library_needs(program, stage, needs, library)
        clash = configuration_clash(program, stage)
        if clash is not None:
            clashes.append(Conflict(*clash, scattered=True))
        _add_configuration_needs(program, stage, needs, clashes)
        names = _resolve(program, stage, needs, parameters, library, again, result.replays[number], clashes)
        result.conflicts.extend(clashes)
        for group in _groups(program, stage, names):
            written = {name: writer for name in group if (writer := names[name].writer) is not None}
            if not written:
                continue
            producers = {stage_of[position] for position in written.values()}
            reader = min(names[name].reader for name in group)
            if len(producers) > 1:
                why = f"{_listed(group)} share objects and are changed together here"
                result.conflicts.append(Conflict(min(written.values()), reader, why))
                continue
            if len(group) > 1 and program.observation is None:
                why = f"{_listed(group)} may share objects, and without a run it is not known what a file would keep of that"
                result.conflicts.append(Conflict(max(written.values()), reader, why))
                continue
            producer = producers.pop()
            conflict = _overwritten(program, stages[producer], written, reader) or _obstacle(
                program, group, written, reader
            )
            if conflict:
                result.conflicts.append(conflict)
                continue
            wanted.setdefault((group, producer), set()).add(number)
    for (group, producer), consumers in sorted(wanted.items(), key=lambda item: (item[0][1], item[0][0])):
        last = max(_last_in(program, stages[producer], name) or 0 for name in group)
        result.crossings.append(Crossing(group, producer, tuple(sorted(consumers)), last))
    result.after = _file_order(program, stages, stage_of)
    return result


def _last_in(program: Program, stage: Positions, name: str) -> int | None:
    return next((p for p in reversed(stage) if name in program.steps[p].writes), None)


def _without_library_needs(
    program: Program, stage: Positions, needs: dict[str, Need], library: frozenset[str]
) -> dict[str, Need]:
    """Needs of a stage, without what only functions of the library module look up: they bring it along."""
    if not library:
        return needs
    steps = [program.steps[position] for position in stage]
    direct = {name for step in steps for name in step.cell.facts.loads | step.cell.facts.uses | step.writes}
    reached = closure(program.analysis, direct, stop=library)
    return {name: need for name, need in needs.items() if name in reached or name in GENERATORS}


def _add_configuration_needs(
    program: Program, stage: Positions, needs: dict[str, Need], clashes: list[Conflict]
) -> None:
    """Names that configuration, when it is made again at the start of the stage, looks up."""
    for statement in configuration(program, stage):
        after = program.position(statement.cell) + 1
        for name in sorted(statement.facts.uses & program.binders.keys()):
            need = Need(after, program.last_writer(name, after))
            known = needs.setdefault(name, need)
            if known.writer != need.writer and program.replay(name, after) is None:
                why = f"the configuration in cell {statement.cell} was made with another value of {_listed((name,))}"
                clashes.append(Conflict(after - 1, known.reader, why))


def _resolve(
    program: Program,
    stage: Positions,
    needs: dict[str, Need],
    parameters: frozenset[str],
    library: frozenset[str],
    again: frozenset[str],
    replays: dict[str, int],
    clashes: list[Conflict],
) -> dict[str, Need]:
    """Splits needs into values that cross (returned) and statements that are run again (added to `replays`)."""
    values: dict[str, Need] = {}
    waiting = list(needs.items())
    seen: set[str] = set()
    while waiting:
        name, need = waiting.pop()
        # What a function looks up when it is called may have been made in the stage itself by then.
        if name in seen or name in parameters or need.writer in stage:
            continue
        seen.add(name)
        statement = program.replay(name, need.reader)
        if statement is None and name in again:
            statement = program.binders[name][-1]
        if statement is not None:
            replays[name] = need.reader
            if name in library:
                continue
            needed = set(statement.facts.uses)
            for free in statement.facts.deferred.values():
                needed |= free
            made = program.position(statement.cell) + 1
            others = sorted(needed & program.binders.keys() - needs.keys())
            waiting.extend((other, _needed(program, other, need, stage)) for other in others)
            changed = [
                other
                for other in sorted(statement.facts.uses & program.binders.keys() - parameters - again - {name})
                if program.last_writer(other, made) != program.last_writer(other, need.reader)
                and program.replay(other, made) is None
                and program.last_writer(other, made) is not None
            ]
            if changed:
                why = f"`{name}` was made with the value that {_listed((changed[0],))} had then"
                clashes.append(Conflict(made - 1, need.reader, why))
        elif need.writer is not None:
            values[name] = need
            others = sorted(set(_needed_to_load(program, name, need)) - needs.keys())
            waiting.extend((other, _needed(program, other, need, stage)) for other in others)
    return values


def _needed(program: Program, name: str, because: Need, stage: Positions) -> Need:
    """The need of what is run again, or loaded, at the start of a stage: a value that the stage makes itself is too late."""
    writer = program.last_writer(name, because.reader)
    if writer in stage:
        return Need(stage[0], program.last_writer(name, stage[0]))
    return Need(because.reader, writer)


def _needed_to_load(program: Program, name: str, need: Need) -> tuple[str, ...]:
    """Functions and classes of the notebook that a saved value refers to by name."""
    for step in reversed(program.steps[: need.reader]):
        if step.observed is not None:
            for key, choice in step.observed.choices.items():
                if name in key.split(","):
                    return tuple(needed for needed in choice.needs if needed in program.binders)
    return ()


def _groups(program: Program, stage: Positions, names: dict[str, Need]) -> list[tuple[str, ...]]:
    """Single names, but those together that share objects which the stage changes in place."""
    remaining = set(names)
    groups: list[tuple[str, ...]] = []
    starts = [position for position in stage if position and position - 1 not in stage]
    for start in starts:
        changed_here = {
            name
            for position in stage
            if position >= start
            for name in program.steps[position].writes - program.steps[position].binds
        }
        known = {name for name in remaining if (writer := names[name].writer) is not None and writer < start}
        for shared in program.shared_after(start - 1):
            members = sorted(set(shared) & known & remaining)
            # What is changed in one name alone is not what they share.
            changed = [name for name in members if name in changed_here or _is_unknown(program, name, start)]
            if len(changed) > 1 and changed_here & set(members):
                groups.append(tuple(members))
                remaining -= set(members)
    return groups + [(name,) for name in sorted(remaining)]


def _is_unknown(program: Program, name: str, before: int) -> bool:
    """Whether changes of a value cannot be seen."""
    change = program.last_change(name, before)
    return change is None or change.fingerprint is None


def _overwritten(program: Program, producer: Positions, written: dict[str, int], reader: int) -> Conflict | None:
    """A value can be handed over only as its stage leaves it."""
    for name, writer in sorted(written.items()):
        last = _last_in(program, producer, name)
        if last is not None and last != writer:
            cells = [program.steps[position].index for position in (last, reader, writer)]
            return Conflict(
                writer,
                last,
                "cell {} changes {} again, and cell {} of another stage needs it as cell {} left it".format(
                    cells[0], _listed((name,)), *cells[1:]
                ),
                scattered=True,
            )
    return None


def _obstacle(program: Program, group: tuple[str, ...], written: dict[str, int], reader: int) -> Conflict | None:
    """Why a value cannot cross, if it cannot."""
    if group[0] in GENERATORS:
        return None
    last = max(written.values())
    why = None
    for name in group:
        change = program.last_change(name, reader)
        if change is not None and change.type.startswith(("matplotlib.", "mpl_toolkits.", "seaborn.axisgrid")):
            why = f"`{name}` is a drawing that is finished here"
    if why is None and len(group) == 1:
        why = _unknown(program, group[0], reader)
    if why is None and program.observation is not None:
        choice = program.choice(group, last, reader)
        if choice is not None and choice.format is None:
            why = f"{_listed(group)} cannot be written to a file: {choice.why}"
    if why is None and program.observation is None:
        why = next((found for name in group if (found := unseen_obstacle(program, name)) is not None), None)
    return Conflict(last, reader, why) if why is not None else None


def _unknown(program: Program, name: str, reader: int) -> str | None:
    change = program.last_change(name, reader)
    if change is None or change.kind == "value":
        return None
    if change.kind == "module":
        return f"`{name}` is a module that was not imported in the usual way"
    if change.home == "__main__" or not change.importable:
        return f"`{name}` is a {change.kind} that its definition alone does not give"
    return None


def _file_order(program: Program, stages: Sequence[Positions], stage_of: dict[int, int]) -> list[set[int]]:
    """Stages that must wait for others because of files: read after write, write after read or write."""
    after: list[set[int]] = [set() for _ in stages]
    with_files = [position for position, step in enumerate(program.steps) if step.reads or step.files]
    for earlier, later in combinations(with_files, 2):
        one, two = program.steps[earlier], program.steps[later]
        ordered = set(one.files) & {*two.reads, *two.files} or set(one.reads) & set(two.files)
        if ordered and stage_of[earlier] != stage_of[later]:
            after[stage_of[later]].add(stage_of[earlier])
    return after


def in_order(program: Program, stages: Sequence[Positions], found: Flow) -> list[int] | Conflict:
    """Bring stages into an order in which each comes after what it waits for.

    Args:
        program: the steps.
        stages: positions of every stage.
        found: their flow.

    Returns:
        Numbers of the stages, those first that begin first in the notebook; or what makes them wait for each other.
    """
    order: list[int] = []
    while len(order) < len(stages):
        ready = [n for n in range(len(stages)) if n not in order and found.upstream(n) <= set(order)]
        if not ready:
            stuck = sorted((n for n in range(len(stages)) if n not in order), key=lambda n: stages[n])
            pieces = max(stuck, key=lambda n: (stages[n][-1] - stages[n][0] - len(stages[n]), -n))
            names = ", ".join(str(program.steps[position].index) for position in stages[pieces])
            why = f"the stage of cells {names} would have to wait for another stage that waits for it"
            return Conflict(stages[pieces][0], stages[pieces][-1], why, scattered=True)
        order.append(min(ready, key=lambda n: stages[n]))
    return order


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
