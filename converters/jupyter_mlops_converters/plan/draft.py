"""A division of the notebook that keeps its meaning: by search, or as it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan import shown
from jupyter_mlops_converters.plan.again import recreatable
from jupyter_mlops_converters.plan.context import Library, make_library
from jupyter_mlops_converters.plan.flow import Conflict, Flow, flow, in_order
from jupyter_mlops_converters.plan.modules import module_conflicts
from jupyter_mlops_converters.plan.naming import Division, named
from jupyter_mlops_converters.plan.parameters import Candidate
from jupyter_mlops_converters.plan.pipeline import Finding
from jupyter_mlops_converters.plan.program import Program
from jupyter_mlops_converters.plan.stages import divide

if TYPE_CHECKING:
    from jupyter_mlops_converters.plan.edited import EditedStage
    from jupyter_mlops_converters.plan.planner import Caution, Place

#: Modules with which code looks at functions and classes, and at where they are defined.
_ASKING = frozenset({"doctest", "inspect", "pickle", "__main__", "multiprocessing", "dill", "cloudpickle"})


@dataclass
class Draft:
    """A division and what follows from it.

    Attributes:
        division: the stages.
        flow: what crosses between them; without conflicts.
        library: definitions that move to the library module.
        conflicts: what other divisions would have broken.
        candidates: the parameters.
        findings: where the division is not the one that was asked for.
    """

    division: Division
    flow: Flow
    library: Library
    conflicts: list[Conflict]
    candidates: list[Candidate]
    findings: list[Finding]

    @property
    def assigned(self) -> frozenset[str]:
        """Names that reach stages as parameters instead of as values."""
        return _assigned(self.candidates)


def draft(
    program: Program,
    place: Place,
    cuts: frozenset[int],
    candidates: list[Candidate],
    caution: Caution,
    asked: Sequence[EditedStage] = (),
) -> Draft:
    """Divide the notebook.

    Args:
        program: the steps.
        place: where the pipeline goes.
        cuts: cells after which a stage may end, for the search.
        candidates: the parameters.
        caution: how careful to be.
        asked: stages that were asked for; none to search for the best ones.

    Returns:
        The draft.

    Raises:
        MlopsError: ``impossible-plan``: a stage that was asked for cannot keep its meaning.
    """
    names = _assigned(candidates)
    definitions = {name for name, found in program.binders.items() if any(s.kind == "definition" for s in found)}
    # Code that asks where it is defined would see the move, and without a run nothing would show it.
    asks = program.observation is None and any(m.split(".")[0] in _ASKING for m in program.analysis.modules.values())
    movable = caution.library and not asks
    able = make_library(program, definitions, names, "", place.apart).names if movable else frozenset()
    conflicts = [
        Conflict(program.position(first), program.position(last), "the proof showed that they belong together")
        for first, last in caution.together
    ] + shown.conflicts(program)
    if caution.modules:
        conflicts += module_conflicts(program)
    wishes = _Wishes(program, asked) if asked and caution.most_stages > 1 else None
    if wishes is not None:
        wishes.merge(conflicts)
    again: frozenset[str] = frozenset()

    def moved(stages: Sequence[tuple[int, ...]]) -> frozenset[str]:
        """What goes to the library: what other stages than its own use, and what that calls.

        What only its own stage uses stays in its cell, and its stage has to have what it looks up.
        """
        crossing = flow(program, stages, names, again=again).replays if able else ()
        return make_library(program, set(place.shared.union(*crossing) & able), names, "", place.apart).names

    # Every round forbids a cut, adds a name or merges stages, so the loop ends: at the latest with one stage.
    while True:
        if wishes is not None:
            stages = wishes.stages
        else:
            stages = divide(program, cuts, conflicts, names, most=caution.most_stages)
        found, new = _flow(program, stages, names, moved(stages), again)
        if not new:
            break
        new_again = {name for conflict in new for name in recreatable(program, conflict)} - again
        if new_again:
            again |= new_again
            continue
        before = (stages, _forbidden(conflicts))
        conflicts.extend(new)
        if wishes is not None:
            wishes.merge(new)
        if (wishes.stages if wishes is not None else stages, _forbidden(conflicts)) == before:
            # Nothing that these conflicts speak of can be mended by keeping less apart than everything.
            whole = Conflict(0, len(program.steps) - 1, new[0].why)
            conflicts.append(whole)
            if wishes is not None:
                wishes.merge_all(whole)
    order = in_order(program, stages, found)
    assert isinstance(order, list)
    stages = [stages[number] for number in order]
    wanted = moved(stages)
    found = flow(program, stages, names, library=wanted, again=again)
    division = named(program, stages, [wishes.name(stage) for stage in stages] if wishes is not None else None)
    if place.label:
        division = replace(division, names=labelled(place.label, division.names))
    library = make_library(program, set(wanted), names, "", place.apart) if wanted else Library()
    return Draft(division, found, library, conflicts, candidates, wishes.findings if wishes is not None else [])


def _forbidden(conflicts: Sequence[Conflict]) -> frozenset[int]:
    """Positions at which no stage may begin."""
    return frozenset(position for conflict in conflicts for position in range(conflict.first + 1, conflict.last + 1))


def _assigned(candidates: list[Candidate]) -> frozenset[str]:
    return frozenset(candidate.name for candidate in candidates if candidate.kind == "assignment")


def _flow(
    program: Program,
    stages: Sequence[tuple[int, ...]],
    names: frozenset[str],
    library: frozenset[str],
    again: frozenset[str],
) -> tuple[Flow, list[Conflict]]:
    """The flow of a division, and what is wrong with it."""
    found = flow(program, stages, names, library=library, again=again)
    if found.conflicts:
        return found, found.conflicts
    order = in_order(program, stages, found)
    return found, [order] if isinstance(order, Conflict) else []


def labelled(label: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the stages of one notebook among several: `train_load`, but not `train_train`; `train` for an only one."""
    if len(names) == 1:
        return (label,)
    return tuple(name if f"{name}_".startswith(f"{label}_") else f"{label}_{name}" for name in names)


@dataclass(frozen=True)
class _Group:
    """One or more stages that were asked for.

    Attributes:
        positions: of their steps, sorted.
        names: of the stages.
        conflicts: why they became one.
    """

    positions: tuple[int, ...]
    names: tuple[str | None, ...]
    conflicts: tuple[Conflict, ...] = ()


class _Wishes:
    """Stages that were asked for, merged as little as it takes where they cannot be had."""

    def __init__(self, program: Program, asked: Sequence[EditedStage]) -> None:
        self._program = program
        known = {step.index: position for position, step in enumerate(program.steps)}
        groups = [_Group(tuple(known[cell] for cell in stage.cells if cell in known), (stage.name,)) for stage in asked]
        self._groups = sorted((group for group in groups if group.positions), key=lambda group: group.positions)

    @property
    def stages(self) -> list[tuple[int, ...]]:
        return [group.positions for group in self._groups]

    @property
    def findings(self) -> list[Finding]:
        """What is not as it was asked for."""
        return [self._finding(group) for group in self._groups if group.conflicts]

    def _finding(self, group: _Group) -> Finding:
        shown = [f"`{name}`" if name else "the one before it" for name in group.names]
        reasons = "; ".join(dict.fromkeys(conflict.why for conflict in group.conflicts))
        message = (
            f"The stages {', '.join(shown[:-1])} and {shown[-1]} became one, since they cannot be apart: {reasons}."
        )
        return Finding("plan-changed", "warning", message, self._program.steps[group.conflicts[0].last].index)

    def name(self, stage: tuple[int, ...]) -> str | None:
        return next(group.names[0] for group in self._groups if group.positions == stage)

    def merge(self, conflicts: Sequence[Conflict]) -> None:
        """Merge stages until none of the conflicts is left.

        Raises:
            MlopsError: ``impossible-plan``: a stage as it was asked for is in pieces that cannot keep their meaning.
        """
        for conflict in conflicts:
            ends = [g for g in self._groups if conflict.first in g.positions or conflict.last in g.positions]
            if conflict.scattered:
                if all(len(group.names) == 1 for group in ends):
                    self._refuse(conflict, ends[0])
                # It is in pieces because stages were merged, so what lies between belongs to it, too.
                between = set(range(conflict.first, conflict.last + 1))
                ends = [group for group in self._groups if between & set(group.positions)]
            if len(ends) > 1:
                self._join(ends, conflict)

    def merge_all(self, conflict: Conflict) -> None:
        """Make everything one stage."""
        if len(self._groups) > 1:
            self._join(list(self._groups), conflict)

    def _join(self, groups: list[_Group], conflict: Conflict) -> None:
        joined = _Group(
            tuple(sorted(position for group in groups for position in group.positions)),
            tuple(name for group in groups for name in group.names),
            (*(known for group in groups for known in group.conflicts), conflict),
        )
        others = [group for group in self._groups if group not in groups]
        self._groups = sorted([*others, joined], key=lambda group: group.positions)

    def _refuse(self, conflict: Conflict, group: _Group) -> None:
        steps = self._program.steps
        name = f"`{group.names[0]}`" if group.names[0] else "before the first one that is named"
        raise MlopsError(
            "impossible-plan",
            f"The stage {name} cannot hold both cell {steps[conflict.first].index} and cell {steps[conflict.last].index}: "
            f"{conflict.why}. Put them into two stages, or the cells between them into the same one.",
            cell=steps[conflict.last].index,
            path=str(self._program.analysis.notebook.path),
        )
