"""Models on endpoints of SageMaker, Vertex AI and Azure ML: the platform answers, checks and runs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.managed_endpoints import Endpoint, endpoints
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.unit import Unit

_ADVICE = "Let CI or a pipeline run what deploys the endpoint."


def _findings(unit: Unit) -> Iterator[Finding]:
    found = sorted(endpoints(unit), key=lambda one: (one.by is None, one.cell is not None, not one.scales))
    if found:
        yield from _of(found[0])


def _of(endpoint: Endpoint) -> Iterator[Finding]:
    where = f"An endpoint of {endpoint.platform}"
    base = Finding(
        "managed-endpoints",
        "model-served",
        Rung.E3,
        f"{where} serves the model.",
        confidence=CALL,
        path=endpoint.path,
        line=endpoint.line,
        cell=endpoint.cell,
        chain=endpoint.chain or ((endpoint.by,) if endpoint.by else ()),
    )
    for part, message in (
        ("api", "serves the model."),
        ("health", "is checked by the platform."),
        ("launch", "is started by the platform."),
    ):
        yield _settled(endpoint, replace(base, part=part, message=f"{where} {message}"))
    scaled = replace(base, criterion="deployed-and-scaled")
    yield _settled(
        endpoint, replace(scaled, part="container", message=f"{where} runs the model in a container of the platform.")
    )
    if endpoint.scales:
        yield _settled(endpoint, replace(scaled, part="scaling", message=f"{where} scales: {endpoint.scales}."))
    else:
        yield replace(
            scaled,
            part="scaling",
            rung=Rung.E2,
            message=f"{where} has one instance.",
            raise_by="Deploy two or more instances, or an autoscaling policy.",
        )


def _settled(endpoint: Endpoint, finding: Finding) -> Finding:
    if endpoint.by is None:
        return finding.capped(Rung.E2, "nothing runs what deploys it", _ADVICE)
    if endpoint.cell is not None:
        return finding.capped(Rung.E2, "from a notebook, by hand", _ADVICE)
    return finding


PROBE = Probe(
    id="managed-endpoints",
    title="endpoints of SageMaker, Vertex AI and Azure ML",
    reads="Python code, deploying commands, templates of CloudFormation, *.tf, settings of Azure ML deployments",
    credits="configured: one instance, deployed by hand in a notebook, or by nothing · wired: deployed by what runs, with an autoscaler or two or more instances",
    findings=_findings,
)
