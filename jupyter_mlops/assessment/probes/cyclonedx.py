"""CycloneDX: the model cards in bills of materials of models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.model_card import same_figure
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence

#: What a card has to say → where it says so.
_TOPICS = {
    "intended use": (("considerations", "useCases"), ("considerations", "users")),
    "data": (("modelParameters", "datasets"),),
    "metrics": (("quantitativeAnalysis", "performanceMetrics"),),
    "limits": (
        ("considerations", "technicalLimitations"),
        ("considerations", "ethicalConsiderations"),
        ("considerations", "fairnessAssessments"),
    ),
}


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("*bom*.json", "*.cdx.json"):
        document = mapping(unit.project.json(file.path)) if file.special is None else {}
        if document.get("bomFormat") == "CycloneDX":
            for component in map(mapping, sequence(document.get("components"))):
                if component.get("type") == "machine-learning-model":
                    yield _judged(unit, file.path, component)


def _judged(unit: Unit, path: str, component: dict[Any, Any]) -> Finding:
    card = mapping(component.get("modelCard"))
    missing = [
        topic
        for topic, places in _TOPICS.items()
        if not any(sequence(mapping(card.get(part)).get(key)) for part, key in places)
    ]
    line = line_of(component, "modelCard") or line_of(component) or 1
    name = component.get("name") or "a model"
    rung, advice = Rung.E2, None
    chain: tuple[str, ...] = ()
    message = f"The card of {name} is complete, but its figures are in no metrics file."
    if missing:
        rung = Rung.E1
        message = f"The card of {name} in {path} says nothing about {' and '.join(missing)}."
        advice = f"Fill in {', '.join(missing)}."
    else:
        metrics = sequence(mapping(card.get("quantitativeAnalysis")).get("performanceMetrics"))
        figures = "\n".join(str(mapping(metric).get("value")) for metric in metrics)
        match = same_figure(unit, figures, path)
        if match is not None:
            rung, message, chain = Rung.E3, f"The card of {name} in {path} has the figures of {match[1]}.", (match[1],)
        else:
            advice = "Fill the metrics from the run's metrics file."
    return Finding(
        "cyclonedx",
        "governed",
        rung,
        message,
        part="card",
        confidence=PARSED,
        path=path,
        line=line,
        chain=chain,
        anywhere=True,
        raise_by=advice,
    )


PROBE = Probe(
    id="cyclonedx",
    title="CycloneDX",
    reads="*bom*.json, *.cdx.json",
    credits="declared: a model without a complete card · configured: a complete card · wired: with the figures of the metrics files",
    findings=_findings,
)
