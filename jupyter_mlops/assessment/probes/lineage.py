"""Lineage: what each model was made of, as DVC, MLflow, W&B, OpenLineage and stores of metadata record it."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.dvc_stages import lock_of
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, mapping
from jupyter_mlops.project.patterns import lazy

#: Calls that record what went into a run or came out of it.
_CALLS = lazy(
    r"^mlflow\.([\w.()]*\.)?log_inputs?$|^wandb\.([\w.()]*\.)?use_artifact$|^clearml\.Dataset\.get$|^comet_ml[\w.()]*\.get_artifact$"
    r"|^openlineage\.[\w.()]*\.emit$|^datahub\.[\w.()]*\.emit(_mcps?|_mce)?$|^sagemaker\.lineage\.[\w.]+\.create$"
    r"|^google\.cloud\.aiplatform[\w.()]*\.assign_input_artifacts$|^hopsworks[\w.()]*\.get_feature_view$"
)
_WORDS = (
    *("log_input", "use_artifact", "Dataset.get", "get_artifact", "openlineage", "datahub", "sagemaker.lineage"),
    *("assign_input_artifacts", "get_feature_view"),
)
#: Orchestrators whose runs keep what each artefact was made of.
_KEEPERS = frozenset({"ZenML", "Kubeflow Pipelines", "Metaflow", "Dagster", "Flyte", "TFX"})


_found = Findings("lineage", "lineage", "Record it where the training runs.")


def _findings(unit: Unit) -> Iterator[Finding]:
    for pipeline in unit.pipelines:
        if pipeline.probe == "dvc" and pipeline.edges:
            yield from _locked(unit, pipeline.path)
        elif pipeline.tool in _KEEPERS and pipeline.edges and pipeline.started_by:
            message = f"{pipeline.tool} keeps for each artefact of a run what it was made of."
            yield _found(
                Rung.E3,
                message,
                pipeline.path,
                pipeline.line,
                pipeline.chain,
                cell=pipeline.cell,
                confidence=CONFIGURED,
            )
    for path, source in sources_of(unit, *_WORDS):
        for site in sites(
            unit, path, [call for call in source.calls if call.attribute and _may_record(call.attribute)]
        ):
            if _CALLS.search(site.name):
                message = (
                    f"`{site.name[-60:]}` records what went in{'' if site.reached else ', in code that nothing runs'}."
                )
                chain = unit.reach.chain(path, site.scope)
                yield _found(
                    Rung.E3 if site.reached else Rung.E2,
                    message,
                    path,
                    site.line,
                    chain,
                    cell=site.cell,
                    confidence=CALL,
                )
    yield from _listened(unit)


def _may_record(attribute: str) -> bool:
    return attribute.startswith(("log_input", "use_artifact", "get", "emit", "create", "assign_input"))


def _locked(unit: Unit, path: str) -> Iterator[Finding]:
    check = lock_of(unit, path)
    if check is not None and check.recorded:
        if check.problem is None:
            message = f"{check.path} says which code, data and parameters each result came from."
            yield _found(Rung.E3, message, check.path, check.line, (path,))
        else:
            yield _found(
                Rung.E2, f"{check.path} is of another state: {check.problem}.", check.path, check.line, (path,)
            )


def _listened(unit: Unit) -> Iterator[Finding]:
    """Services of compose files that send their events to OpenLineage."""
    for file in compose_files(unit):
        if "OPENLINEAGE" not in (unit.project.text(file.path) or ""):
            continue
        for document in unit.project.yaml(file.path):
            for name, service, line in items(mapping(document).get("services")):
                environment = mapping(service).get("environment")
                named = [*mapping(environment), *(environment if isinstance(environment, list) else ())]
                if any("OPENLINEAGE" in str(key) and "DISABLED" not in str(key) for key in named):
                    yield _found(
                        Rung.E3,
                        f"{name} sends what it reads and writes to OpenLineage.",
                        file.path,
                        line,
                        confidence=CONFIGURED,
                    )


PROBE = Probe(
    id="lineage",
    title="DVC, MLflow, W&B, ClearML, Comet, OpenLineage, DataHub, SageMaker, Vertex AI, ZenML and the like",
    reads="dvc.lock, Python code, pipelines, compose files",
    credits="configured: a lock of another state, a call that nothing runs · wired: recorded by what runs, a lock that matches",
    findings=_findings,
)
