"""MLflow: tracking calls in code that trains, registered models."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.kept_models import kept_models
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.tracking import Tracker, tracker_findings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_TRACKER = Tracker(
    id="mlflow",
    title="MLflow",
    words=("mlflow", "MLFlowLogger", "MLflowLoggerCallback"),
    packages=("mlflow", "mlflow-skinny"),
    logs=lazy(
        r"^mlflow\.([\w.()]*\.)?(log_params?|log_metrics?|autolog|evaluate)$|^mlflow\.[\w.()]*\.log_(params?|metrics?|batch)$"
        r"|(pytorch_lightning|lightning)\.[\w.]*MLFlowLogger$|^ray\.[\w.]*MLflowLoggerCallback$"
    ),
    starts=lazy(
        r"^mlflow\.([\w.()]*\.)?(start_run|set_experiment|set_tracking_uri|create_experiment|log_artifacts?|log_model|MlflowClient|create_run)$"
    ),
)


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from tracker_findings(unit, _TRACKER)
    for kept in kept_models(unit):
        site = kept.site
        registered = kept.name or (site.call.attribute in ("register_model", "create_model_version") and "a name")
        if kept.how == "tracker" and site.name.startswith("mlflow.") and registered:
            yield Finding(
                "mlflow",
                "model-registered",
                Rung.E3 if site.reached else Rung.E2,
                f"The model is registered as {registered}.",
                confidence=CALL,
                path=site.path,
                line=site.line,
                end_line=site.end_line,
                cell=site.cell,
                chain=unit.reach.chain(site.path, site.scope),
                raise_by=None if site.reached else "Call it from code that runs.",
            )


PROBE = Probe(
    id="mlflow",
    title="MLflow",
    reads="Python code and notebooks",
    credits="declared: imported · configured: a run without logging, or logging that nothing reaches · wired: parameters or metrics logged by code that trains",
    findings=_findings,
)
