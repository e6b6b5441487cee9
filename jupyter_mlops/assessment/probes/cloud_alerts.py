"""Alerts of clouds: CloudWatch alarms, Google Cloud alert policies and Azure metric alerts on what a platform measures itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.assessment.cloud_alarms import Alarm, alarms
from jupyter_mlops.assessment.findings import CONFIGURED, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.managed_endpoints import endpoints
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.terraform import resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_CRITERION = "service-monitored"
_NAMESPACE = lazy(
    r"\b(run|aiplatform|cloudfunctions|appengine)\.googleapis\.com/|\bAWS/(\w+)|Microsoft\.(App|Web|MachineLearningServices)/\w+"
)
#: What a platform is called in metrics → for people, and resources of Terraform and commands that put something on it.
_PLATFORMS = {
    "run": ("Cloud Run", r"google_cloud_run", r"^gcloud (beta |alpha )?run (deploy|services replace)"),
    "aiplatform": ("Vertex AI", r"google_vertex_ai_endpoint", r"^gcloud ai endpoints deploy-model"),
    "cloudfunctions": ("Cloud Functions", r"google_cloudfunctions", r"^gcloud functions deploy"),
    "appengine": ("App Engine", r"google_app_engine", r"^gcloud app deploy"),
    "Lambda": ("AWS Lambda", r"aws_lambda_function$", r"^(sam|sls|serverless|zappa|chalice) deploy|^aws lambda"),
    "SageMaker": ("SageMaker", r"aws_sagemaker_endpoint", r"^aws sagemaker (create|update)-endpoint"),
    "ECS": ("Amazon ECS", r"aws_ecs_service", r"^aws ecs (deploy|update-service|create-service)"),
    "ApplicationELB": (
        "the load balancer",
        r"aws_(lb|alb)(_listener)?$|aws_ecs_service$",
        r"^aws ecs (deploy|update-service|create-service)",
    ),
    "ApiGateway": ("API Gateway", r"aws_api_?gateway", r"^sam deploy"),
    "AppRunner": ("App Runner", r"aws_apprunner_service", r"^aws apprunner"),
    "App": ("Azure Container Apps", r"azurerm_container_app$", r"^az containerapp"),
    "Web": ("Azure App Service", r"azurerm_(linux_)?(web|function)_app$", r"^az (webapp|functionapp)"),
    "MachineLearningServices": ("Azure ML", r"azurerm_machine_learning", r"^az ml online-deployment (create|update)"),
}


def _findings(unit: Unit) -> Iterator[Finding]:
    for alert in alarms(unit):
        found = _NAMESPACE.search(alert.text)
        platform = next((part for part in found.groups() if part), "") if found else ""
        if platform in _PLATFORMS:
            yield from _judged(unit, alert, platform)


def _judged(unit: Unit, alert: Alarm, platform: str) -> Iterator[Finding]:
    title, kind, command = _PLATFORMS[platform]
    place = _deployed(unit, title, kind, command)
    if place is None:
        rung, why = Rung.E2, f": nothing here is on {title}, whose metric it uses"
    elif alert.by is None:
        rung, why = Rung.E2, ", which nothing applies"
    else:
        rung, why = Rung.E3, ""
    base = Finding(
        "cloud-alerts",
        _CRITERION,
        rung,
        f"Alert {alert.name} on what {title} measures of the service{why}.",
        part="alert",
        confidence=CONFIGURED if alert.notifies else CONVENTION,
        path=alert.path,
        line=alert.line,
        chain=tuple(link for link in (alert.by, place) if link),
        raise_by=None if rung == Rung.E3 else "Deploy the service there, and apply the file in CI.",
    )
    yield base
    if rung == Rung.E3:
        for part, does in (("metrics", "measures the service"), ("scrape", "collects its metrics")):
            yield Finding(
                "cloud-alerts",
                _CRITERION,
                rung,
                f"{title} {does} by itself, and alert {alert.name} uses it.",
                part=part,
                confidence=base.confidence,
                path=alert.path,
                line=alert.line,
                chain=base.chain,
            )


def _deployed(unit: Unit, platform: str, kind: str, command_of: str) -> str | None:
    """What puts something on a platform: code, a resource, or a command, as `path:line`."""
    for endpoint in endpoints(unit):
        if endpoint.platform == platform:
            return f"{endpoint.path}:{endpoint.line}" if endpoint.cell is None else endpoint.path
    for resource in resources(unit):
        if re.match(kind, resource.kind):
            return f"{resource.path}:{resource.line}"
    for launch in unit.launches:
        for command in launch.commands:
            if re.search(command_of, " ".join(command.words)):
                return f"{launch.path}:{launch.line_of(command)}"
    return None


PROBE = Probe(
    id="cloud-alerts",
    title="CloudWatch alarms, Google Cloud alert policies, Azure metric alerts",
    reads="*.tf, templates of CloudFormation, Python code, commands; what deploys and applies them",
    credits="configured: an alert on a platform that nothing here uses, or that nothing applies · wired: on the platform that runs the service, applied by a command",
    findings=_findings,
)
