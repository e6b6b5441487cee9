"""The notebooks that become one pipeline, most often one, and their plans put together."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jupyter_mlops_converters.analysis.cells import Analysis
from jupyter_mlops_converters.analysis.duplicates import find_duplicates
from jupyter_mlops_converters.analysis.files import file_mentions
from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.plan.edited import EditedPlan
from jupyter_mlops_converters.plan.join import join
from jupyter_mlops_converters.plan.libraries import definitions_alike, merge_libraries
from jupyter_mlops_converters.plan.order import FilesUsed, find_joins, from_root, named_files, written_from_scratch
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.planner import Caution, Place, plan
from jupyter_mlops_converters.plan.program import Program, build_program


@dataclass
class Member:
    """One of the notebooks, as far as the work has come.

    Attributes:
        analysis: the static view.
        path: relative to the project's root.
        place: where the pipeline goes, as this notebook sees it.
        edited: the stages that its tags ask for.
        cuts: cells after which a stage may end.
        observation: its run; None before it.
        made: folders that were there after its run and not before, relative to the root.
        program: its steps.
        waits: labels of notebooks that must run before it for other reasons than files that it reads.
        caution: how careful to plan it.
        attempts: what became of plans that did not give the same results.
    """

    analysis: Analysis
    path: str
    place: Place
    edited: EditedPlan
    cuts: frozenset[int]
    observation: Observation | None = None
    made: frozenset[str] = frozenset()
    program: Program | None = None
    waits: set[str] = field(default_factory=set)
    caution: Caution = field(default_factory=Caution)
    attempts: list[Finding] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the file, for messages."""
        return posixpath.basename(self.path)

    @property
    def run(self) -> Observation:
        """Its run, which must be known by now."""
        assert self.observation is not None
        return self.observation

    @property
    def steps(self) -> Program:
        """Its steps, which must be known by now."""
        assert self.program is not None
        return self.program

    @property
    def used(self) -> FilesUsed:
        """The files it reads before it has written them, and those it writes: as observed, or else as its code says."""
        if self.observation is None:
            return named_files(self.analysis, posixpath.dirname(self.path))
        reads: set[str] = set()
        writes: set[str] = set()
        for cell in self.observation.cells:
            reads |= set(cell.reads) - writes
            writes |= set(cell.writes)
        return FilesUsed(frozenset(reads), frozenset(writes))


def program_of(member: Member) -> Program:
    """The steps of a notebook; among several without a run, the files are those that its code names in full."""
    program = build_program(member.analysis, member.observation)
    if member.observation is not None or not member.place.label:
        return program
    workdir = posixpath.dirname(member.path)
    used: dict[tuple[int, bool], list[str]] = {}
    for mention in file_mentions(member.analysis):
        if "*" not in mention.path:
            path = from_root(mention.path, workdir)
            used.setdefault((mention.cell, mention.writes), []).append(path)
    steps = [
        replace(step, reads=tuple(used.get((step.index, False), ())), files=tuple(used.get((step.index, True), ())))
        for step in program.steps
    ]
    return replace(program, steps=tuple(steps))


def plan_all(members: Sequence[Member]) -> list[Pipeline]:
    """Plan each notebook, so that the plans can be put together: no two stages of one name, no clash in the library.

    Args:
        members: the notebooks with their steps.

    Returns:
        The plans in the same order.
    """
    if len(members) == 1:
        (only,) = members
        return [plan(only.steps, only.place, only.cuts, only.caution, only.edited)]
    alike = definitions_alike([member.steps for member in members])
    for number, member in enumerate(members):
        shared = frozenset(name for name, numbers in alike if number in numbers)
        member.place = replace(member.place, shared=shared)
    # Every round gives another label or keeps more definitions apart, so the loop ends.
    while True:
        plans = [plan(m.steps, m.place, m.cuts, m.caution, m.edited) for m in members]
        names = Counter(stage.name for one in plans for stage in one.stages)
        clashing = [n for n, one in enumerate(plans) if any(names[stage.name] > 1 for stage in one.stages)]
        apart = merge_libraries([one.library for one in plans], members[0].place.name).apart
        if not clashing and not apart:
            return plans
        for number in clashing[1:]:
            place = members[number].place
            members[number].place = replace(place, label=f"{place.label}_{number + 1}")
        for number, kept in apart.items():
            place = members[number].place
            members[number].place = replace(place, apart=place.apart | kept)


def joined(members: Sequence[Member], plans: Sequence[Pipeline]) -> Pipeline:
    """The plans as one pipeline, with findings about what is between the notebooks.

    Args:
        members: the notebooks in the order they run.
        plans: of each.
    """
    if len(members) == 1:
        return replace(plans[0], findings=(*plans[0].findings, *dict.fromkeys(members[0].attempts)))
    taken = frozenset(name for member in members for name in member.analysis.names)
    labels = [member.place.label for member in members]
    waits = [frozenset(labels.index(label) for label in member.waits) for member in members]
    pipeline = join(plans, labels, taken, waits)
    attempts = [replace(f, source_notebook=m.path) for m in members for f in dict.fromkeys(m.attempts)]
    return replace(pipeline, findings=(*between(members), *pipeline.findings, *attempts))


def between(members: Sequence[Member]) -> list[Finding]:
    """What the user should know of the notebooks as a group: none that shares nothing, no file written twice, no copies."""
    used = [member.used for member in members]
    joins = find_joins(used)
    found = [
        Finding(
            "not-joined",
            "warning",
            f"{member.name} reads nothing that another of these notebooks writes, and writes nothing that they read: its "
            "stages are a part of their own.",
            source_notebook=member.path,
        )
        for number, member in enumerate(members)
        if not any(number in {join.writer, join.reader} for join in joins)
    ]
    for path, writers in written_from_scratch(used).items():
        listed = " and ".join(members[number].name for number in writers)
        text = f"{listed} both write {path}; what the last one writes stays. Let each write a file of its own."
        found.append(Finding("written-twice", "warning", text, source_notebook=members[writers[-1]].path))
    for duplicate in find_duplicates([member.analysis for member in members]):
        first, second = (
            duplicate.places[0],
            next(p for p in duplicate.places if p.notebook != duplicate.places[0].notebook),
        )
        head = duplicate.offer.partition("\n")[0].removeprefix("def ").rstrip(":")
        offer = f" A function `{head}` in a module would hold it once." if head else ""
        found.append(
            Finding(
                "duplicated-cells",
                "info",
                f"The same is done in {members[first.notebook].name}, cell {_listed(first.cells)}"
                f"{'' if duplicate.same_names else ', with other names'}.{offer}",
                second.cells[0],
                source_notebook=members[second.notebook].path,
            )
        )
    return found


def _listed(cells: Sequence[int]) -> str:
    return str(cells[0]) if len(cells) == 1 else f"{cells[0]} to {cells[-1]}"
