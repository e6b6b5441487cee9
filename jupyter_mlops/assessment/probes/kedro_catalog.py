"""Kedro: what `kedro run` leads to, the data of its catalog, and what kedro-mlflow records of its nodes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.data_verdicts import file_verdict
from jupyter_mlops.assessment.findings import CONFIGURED, Finding, Rung
from jupyter_mlops.assessment.kept_models import is_model_file
from jupyter_mlops.assessment.probe import Pipeline, Probe
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.shell import join

#: Data sets of kedro-mlflow whose contents become models of a run, or figures of it.
_MODELS = "kedro_mlflow.io.models."
_RECORDS = ("kedro_mlflow.io.models.", "kedro_mlflow.io.metrics.", "kedro_mlflow.io.artifacts.")


def _projects(unit: Unit) -> Iterator[tuple[str, int | None, str]]:
    """The pyproject.toml of each Kedro project, the line of its table, and the name of its package."""
    for file in unit.named("pyproject.toml"):
        for name, table, line in items(unit.project.toml(file.path).get("tool")):
            package = mapping(table).get("package_name")
            if name == "kedro" and isinstance(package, str):
                yield file.path, line, package


def _launches(unit: Unit) -> Iterator[Launch]:
    """`kedro run` asks `register_pipelines` of the package, which finds each `create_pipeline` of `pipelines/<name>`."""
    for path, line, package in _projects(unit):
        for source in unit.mentioning("create_pipeline", "register_pipelines"):
            folder, _, tail = f"/{source}".partition(f"/{package}/")
            # A project of one pipeline has it in the package itself.
            simple = tail == "pipeline.py" and "def create_pipeline(" in (unit.project.text(source) or "")
            if simple or (tail.startswith("pipelines/") and tail.endswith("/pipeline.py")):
                function = "create_pipeline"
            elif tail in ("pipeline_registry.py", "pipeline.py", "hooks.py"):
                function = "register_pipelines"
            else:
                continue
            module = f"{package}.{tail.removesuffix('.py').replace('/', '.')}"
            yield Launch(
                f"kedro:{folder}/{module}",
                "console",
                path,
                line,
                f'python -c "from {module} import {function}; {function}()"',
                posixpath.dirname(path) or ".",
                "kedro run",
                group=f"kedro:{path}",
            )


def _findings(unit: Unit) -> Iterator[Finding]:
    pipeline = next((found for found in unit.pipelines if found.tool == "Kedro"), None)
    if pipeline is None:
        return
    for path, _line, _package in _projects(unit):
        folder = posixpath.dirname(path) or "."
        catalog = list(_catalog(unit, folder))
        yield from _raw_data(unit, folder, pipeline, catalog)
        yield from _recorded(pipeline, catalog)


def _catalog(unit: Unit, folder: str) -> Iterator[tuple[str, dict[Any, Any], str, int | None]]:
    """Name, settings, file and line of the data sets in the catalog; those of `conf/base` where it has them."""
    start = "" if folder == "." else f"{folder}/"
    files = [
        file.path
        for file in unit.files
        if file.path.startswith(f"{start}conf/")
        and file.name.startswith("catalog")
        and file.suffix in (".yml", ".yaml")
        and file.special is None
    ]
    base = [path for path in files if path.startswith(f"{start}conf/base/")]
    for path in base or files:
        for document in unit.project.yaml(path):
            for name, entry, line in items(mapping(document)):
                if isinstance(entry, dict) and isinstance(entry.get("type"), str):
                    yield str(name), entry, path, line


def _raw_data(
    unit: Unit, folder: str, pipeline: Pipeline, catalog: list[tuple[str, dict[Any, Any], str, int | None]]
) -> Iterator[Finding]:
    """What nodes read and none of them writes."""
    written = {name for stage in pipeline.stages for name in stage.outputs}
    raw = {name for stage in pipeline.stages for name in stage.inputs} - written
    judged: list[tuple[Rung, str, str | None, str, int | None]] = []
    for name, entry, path, line in catalog:
        file = entry.get("filepath")
        if name not in raw or not isinstance(file, str) or "{" in file:
            continue
        if is_model_file(file) or not is_data_file(file):
            continue
        if "://" in file:
            message = f"{file} is read from the network without a version or a checksum."
            judged.append((Rung.E2, message, "Put the file under DVC.", path, line))
            continue
        verdict = file_verdict(unit, join(folder, file))
        if verdict is not None:
            # It is read for certain: that it has no version is not the same as that nothing is read.
            judged.append((max(verdict.rung, Rung.E1), verdict.message, verdict.raise_by, path, line))
    worst = min((rung for rung, *_ in judged), default=Rung.E3)
    for rung, message, advice, path, line in sorted(judged, key=lambda one: one[0])[:5]:
        limits = rung == worst < Rung.E3
        yield Finding(
            "kedro-catalog",
            "data-versioned",
            rung,
            message,
            part="data",
            confidence=CONFIGURED,
            path=path,
            line=line,
            raise_by=advice,
            effect="cap" if limits else "support",
        )


def _recorded(pipeline: Pipeline, catalog: list[tuple[str, dict[Any, Any], str, int | None]]) -> Iterator[Finding]:
    """Outputs of nodes that kedro-mlflow puts into the run; it records the parameters of every node beside them."""
    for name, entry, path, line in catalog:
        kind = str(entry["type"])
        stage = next((stage for stage in pipeline.stages if name in stage.outputs), None)
        if stage is None or not kind.startswith(_RECORDS):
            continue
        chain = (f"{stage.path}:{stage.line}",)
        yield Finding(
            "kedro-catalog",
            "experiments-tracked",
            Rung.E3,
            f"kedro-mlflow records {name}, and the parameters of the nodes, in a run of MLflow.",
            confidence=CONFIGURED,
            path=path,
            line=line,
            chain=chain,
        )
        if kind.startswith(_MODELS):
            yield Finding(
                "kedro-catalog",
                "data-versioned",
                Rung.E3,
                f"kedro-mlflow logs the model {name}, which gives it a version.",
                part="model",
                confidence=CONFIGURED,
                path=path,
                line=line,
                chain=chain,
            )


PROBE = Probe(
    id="kedro-catalog",
    title="Kedro catalog",
    reads="pyproject.toml, conf/**/catalog*.yml, Python code",
    credits="declared: raw data without a version · wired: raw data under git or DVC; outputs of nodes that kedro-mlflow records",
    launches=_launches,
    findings=_findings,
)
