"""Pipelines, whatever the tool: two or more connected steps that one command runs, up to a trained model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.coverage import covers_unit
from jupyter_mlops.assessment.findings import Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.reach import LAUNCH


def _findings(unit: Unit) -> Iterator[Finding]:
    for pipeline in unit.pipelines:
        yield _judged(unit, pipeline)
    yield from _bare_lines(unit)


def _judged(unit: Unit, pipeline: Pipeline) -> Finding:
    count = len(pipeline.stages)
    finding = Finding(
        pipeline.probe,
        "pipeline-automated",
        Rung.E3,
        f"{pipeline.tool} pipeline of {count} connected steps, run by `{pipeline.started_by}`.",
        confidence=pipeline.confidence,
        path=pipeline.path,
        line=pipeline.line,
        cell=pipeline.cell,
        chain=pipeline.chain,
    )
    broken = next((stage for stage in pipeline.stages if stage.problem is not None), None)
    if count < 2:
        return replace(
            finding,
            rung=Rung.E1,
            message=f"{pipeline.tool} in {pipeline.path} has one step only.",
            raise_by="Split the work into connected steps.",
        )
    if not pipeline.edges:
        return replace(
            finding,
            rung=Rung.E2,
            message=f"The {count} steps of {pipeline.path} share no data.",
            raise_by="Let one step read what another writes.",
        )
    if broken is not None:
        return replace(
            finding,
            rung=Rung.E2,
            line=broken.line,
            message=f"Step {broken.name} of {pipeline.path} cannot run: {broken.problem}.",
            raise_by="Mend the step.",
        )
    if pipeline.problem is not None:
        return replace(
            finding,
            rung=Rung.E2,
            message=f"The {pipeline.tool} pipeline cannot run as it stands: {pipeline.problem}.",
            raise_by="Mend that, and commit it.",
        )
    if not pipeline.started_by:
        return replace(
            finding,
            rung=Rung.E2,
            message=f"{pipeline.tool} pipeline of {count} connected steps, which nothing starts.",
            raise_by="Start it by one command, a schedule or CI.",
        )
    trained = reaches_training(unit, pipeline)
    if not trained:
        return replace(
            finding,
            rung=Rung.E2,
            message=f"{pipeline.tool} pipeline of {count} connected steps that fits no model.",
            raise_by="Make training a step of the pipeline.",
        )
    return replace(finding, chain=(*pipeline.chain, *trained))


def reaches_training(unit: Unit, pipeline: Pipeline) -> tuple[str, ...]:
    """The links from a pipeline to a place where a model is fitted; none when it does not get there."""
    fits = {(site.path, site.scope): site for site in trainings(unit)}
    for stage in pipeline.stages:
        if stage.node is None:
            continue
        for node in sorted(unit.reach.behind(stage.node) & fits.keys()):
            site = fits[node]
            place = f"{site.path}:{site.line}" if site.cell is None else f"{site.path}#{site.cell}:{site.line}"
            return (
                f"{stage.path}:{stage.line}" if stage.cell is None else f"{stage.path}#{stage.cell}:{stage.line}",
                place,
            )
    return ()


def _bare_lines(unit: Unit) -> Iterator[Finding]:
    """Consecutive commands of one CI job or script that run the project's code: steps, but nothing knows what they share."""
    groups: dict[str, list[tuple[Launch, int | None]]] = {}
    for launch in unit.launches:
        if launch.kind not in ("ci", "make", "shell"):
            continue
        for target, command in unit.reach.targets(launch):
            ours = target.kind in ("script", "module", "notebook") and covers_unit(unit, launch, target)
            if ours and any(node[1] != LAUNCH for node in unit.reach.behind_target(target)):
                groups.setdefault(launch.group if launch.kind == "ci" else launch.id, []).append(
                    (launch, launch.line_of(command))
                )
    for steps in groups.values():
        if len(steps) >= 2:
            launch, line = steps[0]
            yield Finding(
                "pipelines",
                "pipeline-automated",
                Rung.E2,
                f"{len(steps)} scripts run one after the other; nothing connects them by their data.",
                confidence=0.7,
                path=launch.path,
                line=line,
                raise_by="Make them stages of a pipeline: DVC, make with file dependencies, Prefect …",
            )
            return


PROBE = Probe(
    id="pipelines",
    title="pipelines",
    reads="the pipelines that other probes find",
    credits="declared: one step · configured: steps without data between them, that nothing starts or that fit no model · wired: connected, started by one command, reaching training",
    findings=_findings,
)
