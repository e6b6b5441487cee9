"""DVC: tracked data, stages, and whether `dvc.lock` says what the files say. Computed from the files, without DVC."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.dvc_lock import LockCheck
from jupyter_mlops.assessment.dvc_stages import files_named, lock_of, outs_of, root_of, stages_of
from jupyter_mlops.assessment.dvc_tracked import is_of_model, tracked
from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping, strings
from jupyter_mlops.project.reach import LAUNCH
from jupyter_mlops.project.shell import join


def _launches(unit: Unit) -> Iterator[Launch]:
    for path in files_named(unit, "dvc.yaml"):
        for name, stage, line in stages_of(unit, path):
            script = "\n".join(strings(stage.get("cmd")))
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            yield Launch(
                id=f"{path}#{name}",
                kind="stage",
                path=path,
                line=line_of(stage, "cmd") or line,
                script=script,
                folder=folder,
                name=name.partition("@")[0],
                group=path,
            )


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path in files_named(unit, "dvc.yaml"):
        stages = []
        for name, stage, line in stages_of(unit, path):
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            deps = [join(folder, dep) for dep in strings(stage.get("deps"))]
            outs = [join(folder, out) for _kind, out, _line, _options in outs_of(stage)]
            stages.append(
                Stage(
                    name,
                    path,
                    line,
                    inputs=frozenset(deps),
                    outputs=frozenset(outs),
                    node=(f"{path}#{name}", LAUNCH),
                    problem=_stage_problem(unit, f"{path}#{name}", stage),
                )
            )
        stages = _joined_folders(stages)
        if stages:
            initialised = root_of(unit, path)
            yield Pipeline(
                "dvc",
                "DVC",
                path,
                stages[0].line,
                tuple(stages),
                started_by="dvc repro",
                problem=None if initialised is not None else "`dvc init` never ran here: there is no committed .dvc",
                keeps_state=True,
            )


def _joined_folders(stages: list[Stage]) -> list[Stage]:
    """An out that lies below a dependency, or above it, connects the two as well."""
    outs = {out for stage in stages for out in stage.outputs}
    joined = []
    for stage in stages:
        more = {
            out
            for out in outs
            for dep in stage.inputs
            if out != dep and (dep.startswith(f"{out}/") or out.startswith(f"{dep}/"))
        } - stage.outputs
        joined.append(
            Stage(
                stage.name,
                stage.path,
                stage.line,
                inputs=stage.inputs | more,
                outputs=stage.outputs,
                node=stage.node,
                problem=stage.problem,
            )
        )
    return joined


def _stage_problem(unit: Unit, launch_id: str, stage: dict[Any, Any]) -> str | None:
    if not strings(stage.get("cmd")):
        return "the stage has no command"
    launch = next((launch for launch in unit.launches if launch.id == launch_id), None)
    if launch is None:
        return None
    for target, _command in _targets(launch):
        if (
            target.kind in ("script", "notebook", "shell")
            and "$" not in target.value
            and not unit.project.exists(target.value)
        ):
            return f"it runs {target.value}, which is not there"
    return None


def _targets(launch: Launch) -> Iterator[Any]:
    from jupyter_mlops.project.commands import targets

    for command in launch.commands:
        for target in targets(command, launch.folder):
            yield target, command


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _tracked_data(unit)
    for path in files_named(unit, "dvc.yaml"):
        check = lock_of(unit, path)
        yield from _lock_findings(unit, path, check)
        yield from _parameters(unit, path)
        yield from _metrics(unit, path, check)


def _lock_findings(unit: Unit, path: str, check: LockCheck | None) -> Iterator[Finding]:
    stages = list(stages_of(unit, path))
    if not stages:
        return
    if check is None:
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E2,
            f"{path} has no dvc.lock: nothing records what the pipeline ran with.",
            part="lock",
            path=path,
            line=stages[0][2],
            effect="cap",
            raise_by="Run `dvc repro` and commit dvc.lock.",
        )
        return
    if check.problem is None:
        proven = check.checked_all
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E4 if proven else Rung.E3,
            f"dvc.lock matches the commands, parameters and {'all files' if proven else 'the files that are here'} of {len(stages)} stages.",
            part="lock",
            confidence=PARSED,
            path=check.path,
            line=check.line,
        )
    else:
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E2,
            f"dvc.lock is stale: {check.problem}.",
            part="lock",
            confidence=PARSED,
            path=check.path,
            line=check.line,
            effect="cap",
            raise_by="Run `dvc repro` and commit dvc.lock.",
        )


def _parameters(unit: Unit, path: str) -> Iterator[Finding]:
    for name, stage, line in stages_of(unit, path):
        for item, item_line in entries(stage.get("params")):
            listed = mapping(item)
            file = next(iter(listed)) if listed else "params.yaml"
            place = join(posixpath.dirname(path) or ".", str(file))
            if unit.project.exists(place):
                yield Finding(
                    "dvc",
                    "pipeline-reproducible",
                    Rung.E3,
                    f"Stage {name} reads its parameters from {place}.",
                    part="parameters",
                    confidence=PARSED,
                    path=path,
                    line=item_line or line,
                    chain=(f"{path}:{line}", place),
                )
                break


def _metrics(unit: Unit, path: str, check: LockCheck | None) -> Iterator[Finding]:
    for name, stage, line in stages_of(unit, path):
        for kind, out, out_line, _options in outs_of(stage):
            if kind.startswith("metrics"):
                recorded = check is not None and check.problem is None
                yield Finding(
                    "dvc",
                    "metrics-recorded",
                    Rung.E4 if recorded else Rung.E3,
                    f"Stage {name} writes the metrics file {out}.",
                    confidence=PARSED,
                    path=path,
                    line=out_line or line,
                )


def _tracked_data(unit: Unit) -> Iterator[Finding]:
    for item in tracked(unit):
        if item.by.endswith("dvc.yaml"):
            continue
        part = "model" if is_of_model(unit, item.path) else "data"
        yield Finding(
            "dvc",
            "data-versioned",
            item.rung,
            item.message,
            part=part,
            confidence=PARSED,
            path=item.by,
            line=item.line,
            raise_by=item.raise_by,
        )


PROBE = Probe(
    id="dvc",
    title="DVC",
    reads="dvc.yaml, dvc.lock, *.dvc, .dvc/config, params.yaml",
    credits="configured: .dvc files without a remote that others can reach, stages without a lock · wired: with one, connected stages, a lock that matches · proven: all hashes checked",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
