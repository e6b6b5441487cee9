"""Which of the parameters that could be offered are, and what they are called: what was asked for, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jupyter_mlops_converters.analysis.names import BUILTINS
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.parameters import RESERVED, Candidate, find_parameters
from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline
from jupyter_mlops_converters.plan.program import Program, build_program


@dataclass(frozen=True)
class Chosen:
    """The parameters of a pipeline.

    Attributes:
        candidates: their literals, named as the notebook's code calls them.
        offered: name that the planner gives → name in the pipeline; None for one that stays in the code.
        findings: what was asked for and cannot be had.
    """

    candidates: list[Candidate]
    offered: dict[str, str | None]
    findings: list[Finding]

    def renamed(self, pipeline: Pipeline) -> Pipeline:
        """The pipeline with variables that became parameters under the names that were asked for."""
        variables = {c.name for c in self.candidates if c.kind == "assignment"}
        names = {old: new for old, new in self.offered.items() if old in variables and new is not None and new != old}
        if not names:
            return pipeline
        parameters = [
            replace(p, name=names[p.name], variable=p.name) if p.name in names else p for p in pipeline.parameters
        ]
        stages = [
            replace(stage, parameters=tuple(sorted(names.get(name, name) for name in stage.parameters)))
            for stage in pipeline.stages
        ]
        return replace(pipeline, parameters=tuple(sorted(parameters, key=lambda p: p.name)), stages=tuple(stages))


def choose(program: Program, candidates: list[Candidate], wanted: Mapping[str, str | None]) -> Chosen:
    """Take the parameters that were asked for; those that nothing was said of are taken as they are.

    Args:
        program: the steps.
        candidates: what could be offered.
        wanted: name that the planner gives → name that it should have; None to leave it in the code.

    Returns:
        The parameters.

    Raises:
        MlopsError: ``invalid-plan``: there is no such parameter, or it cannot have that name.
    """
    known = {candidate.name: candidate for candidate in candidates}
    findings = [_not_offered(program, name, known) for name in wanted if name not in known]
    offered = {name: wanted.get(name, name) for name in known}
    for name, new in offered.items():
        if new is not None and new != name:
            _check(program, known[name], new, offered, known)
    taken = []
    for candidate in candidates:
        new = offered[candidate.name]
        if new is None:
            continue
        taken.append(replace(candidate, name=new) if candidate.kind == "argument" else candidate)
    return Chosen(taken, offered, findings)


def _not_offered(program: Program, name: str, known: Mapping[str, Candidate]) -> Finding:
    if program.observation is not None:
        # A plan made without running the notebook knows less of what changes a value.
        without_run, _ = find_parameters(build_program(program.analysis, None))
        for candidate in without_run:
            if candidate.name == name:
                message = f"`{name}` is no parameter: running the notebook showed that its value changes."
                return Finding("not-a-parameter", "warning", message, candidate.cell)
    listed = ", ".join(sorted(known)) or "none"
    raise MlopsError("invalid-plan", f"There is no parameter {name!r} to be had; there are: {listed}.")


def _check(
    program: Program, candidate: Candidate, new: str, offered: Mapping[str, str | None], known: Mapping[str, Candidate]
) -> None:
    if new in RESERVED or new in BUILTINS or new.startswith("_"):
        raise MlopsError(
            "invalid-plan", f"The parameter {candidate.name!r} cannot be called {new!r}, which means something else."
        )
    if new in program.analysis.names:
        raise MlopsError(
            "invalid-plan",
            f"The parameter {candidate.name!r} cannot be called {new!r}: the notebook has something of that name.",
        )
    for other, name in offered.items():
        same = known[other].value == candidate.value and known[other].type == candidate.type
        if name == new and not same:
            raise MlopsError(
                "invalid-plan",
                f"The parameters {other!r} and {candidate.name!r} cannot both be called {new!r}: they have different values.",
            )
