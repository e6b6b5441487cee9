"""Prediction services: FastAPI, Flask and the like, BentoML, LitServe, Ray Serve, KServe models, MLServer."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.findings import CALL, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.services import HEALTH, Service, is_check, is_health, services, started_for_real
from jupyter_mlops.assessment.unit import Unit

_CRITERION = "model-served"


def _findings(unit: Unit) -> Iterator[Finding]:
    """The findings of the best service alone: what one service lacks, another cannot stand in for."""
    found = [list(_of(unit, service)) for service in services(unit)]
    best = max(
        found,
        key=lambda findings: (len({finding.part for finding in findings if finding.rung >= Rung.E3}), len(findings)),
        default=[],
    )
    yield from best


def _of(unit: Unit, service: Service) -> Iterator[Finding]:
    predicting = sorted(
        (route for route in service.routes if route.predicts is not None and not is_check(route)),
        key=lambda route: (route.method == "GET", "predict" not in route.path, route.path),
    )
    if predicting:
        route = predicting[0]
        assert route.predicts is not None
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E3,
            f"{service.framework}: {route.method} {route.path} calls the model.",
            part="api",
            confidence=CALL,
            path=route.node[0],
            line=route.line,
            chain=(
                f"{service.path}:{service.line}",
                f"{route.node[0]}:{route.line}",
                f"{route.predicts[0]}:{route.predicts[1]}",
            ),
        )
    else:
        what = f"{len(service.routes)} routes, none of which calls a model" if service.routes else "no route"
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E2 if service.routes else Rung.E1,
            f"A {service.framework} application with {what}.",
            part="api",
            confidence=CALL,
            path=service.path,
            line=service.line,
            raise_by="Add a route whose handler calls the model.",
        )
    checks = [route for route in service.routes if is_health(unit, route)]
    healthy = min(checks, key=lambda route: (not HEALTH.search(route.path), route.path), default=None)
    if healthy is not None and predicting:
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E3,
            f"{healthy.method} {healthy.path} answers health checks.",
            part="health",
            confidence=CALL,
            path=healthy.node[0],
            line=healthy.line,
        )
    elif service.built_in and predicting:
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E3,
            f"{service.framework} answers health checks by itself.",
            part="health",
            confidence=CONVENTION,
            path=service.path,
            line=service.line,
        )
    if not predicting:
        return
    launch = started_for_real(service)
    if launch is not None:
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E3,
            f"{launch.name or launch.path} starts the service.",
            part="launch",
            confidence=CALL,
            path=launch.path,
            line=launch.line,
            chain=(f"{launch.path}:{launch.line}", f"{service.path}:{service.line}"),
        )
    elif service.starters:
        other = service.starters[0]
        yield Finding(
            "serving",
            _CRITERION,
            Rung.E2,
            f"Only {other.path} starts the service; no container, manifest or Procfile does.",
            part="launch",
            confidence=CALL,
            path=other.path,
            line=other.line,
            raise_by="Start it in a Dockerfile, a compose file or a manifest.",
        )


PROBE = Probe(
    id="serving",
    title="FastAPI, Flask, Starlette, Sanic, Quart, Litestar, BentoML, LitServe, Ray Serve, KServe models, MLServer",
    reads="Python code; what starts it",
    credits="declared: an application without routes · configured: routes that call no model, or that nothing starts · wired: a route calls the model, one answers health checks, a container or manifest starts it",
    findings=_findings,
)
