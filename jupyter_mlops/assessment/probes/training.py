"""Where models are fitted: what tracking, pipelines and retraining have to reach."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit


def _findings(unit: Unit) -> Iterator[Finding]:
    fits = trainings(unit)
    if not fits:
        yield Finding(
            "training",
            "experiments-tracked",
            Rung.E0,
            "Nothing here fits a model, so there is nothing to track.",
            raise_by="Track parameters and metrics where the model is fitted.",
        )
        return
    for site in fits[:3]:
        reached = "" if site.reached else ", in code that nothing runs"
        # What is recorded counts less outside of git, and is recorded all the same.
        told = ", and no parameters or metrics are recorded" if unit.committed(site.path) else ""
        yield Finding(
            "training",
            "experiments-tracked",
            Rung.E0,
            f"A model is fitted here{reached}{told}.",
            confidence=CALL,
            path=site.path,
            line=site.line,
            end_line=site.end_line,
            cell=site.cell,
            raise_by="Call `mlflow.autolog()` before the model is fitted, or log parameters and metrics after it.",
        )


PROBE = Probe(
    id="training",
    title="training code",
    reads="Python code and notebooks",
    credits="earns nothing by itself: shows where training is",
    findings=_findings,
)
