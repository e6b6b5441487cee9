"""A probe: reads one technology's files and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from jupyter_mlops.assessment.findings import Finding
from jupyter_mlops.project.launch import Launch

if TYPE_CHECKING:
    from jupyter_mlops.assessment.unit import Unit


@dataclass(frozen=True)
class Stage:
    """A step of a pipeline.

    Attributes:
        name: as the tool calls it.
        path: file it is defined in.
        line: 1-based.
        cell: cell of a notebook.
        inputs: files or names it reads.
        outputs: files or names it writes.
        after: names of stages that run before it.
        node: where its work starts in the reachability graph: (file, scope) or (launch id, "<launch>").
        problem: why it cannot run as it stands; None when nothing is wrong.
    """

    name: str
    path: str
    line: int | None
    cell: int | None = None
    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    node: tuple[str, str] | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """A pipeline, whatever the tool.

    Attributes:
        probe: id of the probe that found it.
        tool: its name for people.
        path: file it is defined in.
        line: 1-based.
        stages: its steps.
        started_by: the one command or trigger that runs all of it; "" when nothing does.
        chain: how that leads to the pipeline.
        cell: cell of a notebook.
        confidence: that it is one.
        problem: what keeps it from running as it stands; None when nothing does.
        keeps_state: it records what it ran with (a lock), so that reproducibility can be checked.
    """

    probe: str
    tool: str
    path: str
    line: int | None
    stages: tuple[Stage, ...]
    started_by: str = ""
    chain: tuple[str, ...] = ()
    cell: int | None = None
    confidence: float = 0.95
    problem: str | None = None
    keeps_state: bool = False

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs of names (before, after) of stages that are connected."""
        return tuple(
            (earlier.name, later.name)
            for later in self.stages
            for earlier in self.stages
            if earlier is not later and (earlier.outputs & later.inputs or earlier.name in later.after)
        )


class Probe(NamedTuple):
    """What knows one technology.

    Attributes:
        id: unique kebab-case identifier.
        title: the technology.
        reads: the files it looks at, for people.
        credits: what earns which rung, for people.
        launches: the commands that these files start.
        pipelines: the pipelines that they define.
        findings: the facts, once launches and pipelines of all probes are known.
    """

    id: str
    title: str
    reads: str
    credits: str
    launches: Callable[[Unit], Iterable[Launch]] | None = None
    pipelines: Callable[[Unit], Iterable[Pipeline]] | None = None
    findings: Callable[[Unit], Iterable[Finding]] | None = None
