"""Ways back to the last version: commands of deployment tools, platforms that go back by themselves, registries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.assessment.commanded import commands
from jupyter_mlops.assessment.compose_files import compose_files
from jupyter_mlops.assessment.findings import CALL, CONFIGURED, Finding, Findings, Rung
from jupyter_mlops.assessment.kube import applied_by, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, line_of, mapping
from jupyter_mlops.project.patterns import lazy

_CRITERION = "rollback-path"
_COMMANDS = lazy(
    r"kubectl (argo rollouts (undo|abort)|.*\brollout undo)\b|helm rollback\b|helm upgrade\b.* --(atomic|rollback-on-failure)\b|argocd app rollback\b"
    r"|gcloud (beta )?run services update-traffic\b.*--to-revisions|gcloud app services set-traffic\b|heroku (releases:)?rollback\b"
    r"|az webapp deployment slot swap\b|az containerapp (revision activate|ingress traffic set)\b|az ml online-endpoint update\b.*--traffic"
    r"|aws lambda update-alias\b|aws deploy (create-deployment|stop-deployment)\b.*--auto-rollback|aws ecs update-service\b.*--task-definition"
    r"|docker service (rollback|update\b.* --rollback)\b|kamal rollback\b|cap \w+ deploy:rollback\b|vercel rollback\b|nomad job revert\b|waypoint release\b.*rollback"
)
_TERRAFORM = lazy(
    r"deployment_circuit_breaker\s*\{[^}]*rollback\s*=\s*true|auto_rollback_configuration\s*\{[^}]*(enabled\s*=\s*true|alarms)",
    re.DOTALL,
)
_FUNCTION = lazy(r"roll_?back|revert|demote|restore_(previous|last)|previous_version", re.IGNORECASE)
_REGISTRY = frozenset(
    {"set_registered_model_alias", "transition_model_version_stage", "delete_registered_model_alias", "link_artifact"}
)


_found = Findings("rollback", _CRITERION, "Let CI or a make target run it, so that it can fail.")


def _findings(unit: Unit) -> Iterator[Finding]:
    for run in commands(unit, _COMMANDS):
        hidden = run.problem is not None
        yield _found(
            Rung.E2 if hidden else Rung.E3,
            f"`{run.command.text[:60]}` goes back to the last version{f', but {run.problem}' if hidden else ''}.",
            run.path,
            run.line,
        )
    yield from _manifests(unit)
    yield from _compose(unit)
    yield from _terraform(unit)
    yield from _registry(unit)


def _manifests(unit: Unit) -> Iterator[Finding]:
    for item in objects(unit, "Rollout", "Canary"):
        canary = mapping(item.spec.get("strategy")).get("canary") or mapping(item.spec.get("strategy")).get("blueGreen")
        judged = "analysis" in str(canary) or mapping(mapping(item.spec.get("analysis"))).get("metrics")
        if item.api in ("argoproj.io", "flagger.app") and judged:
            by = applied_by(unit, item.path)
            yield _found(
                Rung.E3 if by else Rung.E2,
                f"{item.kind} {item.name} goes back when its analysis fails{'' if by else ', but nothing applies it'}.",
                item.path,
                line_of(item.spec, "strategy") or line_of(item.spec, "analysis") or item.line,
                (by,) if by else (),
            )


def _compose(unit: Unit) -> Iterator[Finding]:
    for file in compose_files(unit):
        for document in unit.project.yaml(file.path):
            for name, service, _line in items(mapping(document).get("services")):
                update = mapping(mapping(mapping(service).get("deploy")).get("update_config"))
                if update.get("failure_action") == "rollback":
                    yield _found(
                        Rung.E3,
                        f"A failed update of {name} is rolled back.",
                        file.path,
                        line_of(update, "failure_action"),
                    )


def _terraform(unit: Unit) -> Iterator[Finding]:
    for resource in resources(unit):
        if _TERRAFORM.search(resource.body):
            by = applied(unit)
            yield _found(
                Rung.E3 if by else Rung.E2,
                f"A failed deployment of {resource.kind} {resource.name} is rolled back{'' if by else ', if somebody applies it'}.",
                resource.path,
                resource.line,
                (by,) if by else (),
                confidence=CONFIGURED,
            )


def _registry(unit: Unit) -> Iterator[Finding]:
    """Functions that set the registry back to the version before."""
    for path, source in sources_of(unit, *_REGISTRY):
        calls = [call for call in source.calls if call.attribute in _REGISTRY and _FUNCTION.search(call.scope.name)]
        for site in sites(unit, path, calls):
            yield _found(
                Rung.E3 if site.reached else Rung.E2,
                f"`{site.scope}` sets the registry back{'' if site.reached else ', and nothing calls it'}.",
                path,
                site.line,
                unit.reach.chain(path, site.scope),
                confidence=CALL,
                cell=site.cell,
            )


PROBE = Probe(
    id="rollback",
    title="ways back: kubectl, Helm, Argo, swarm, clouds, registries",
    reads="CI files, make targets, manifests, compose files, Terraform, Python code",
    credits="configured: a way back that nothing runs or applies · wired: a command that CI or make runs, a platform that goes back by itself",
    findings=_findings,
)
