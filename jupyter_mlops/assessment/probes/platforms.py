"""Serving platforms: serverless functions and containers, managed endpoints, application platforms; declared or deployed to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from jupyter_mlops.assessment.findings import CONFIGURED, PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import items, line_of, mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import Command

_CRITERION = "deployed-and-scaled"
#: Commands that deploy to a platform that scales by default → its name.
_DEPLOYS = (
    (lazy(r"^gcloud (beta |alpha )?run deploy\b|^gcloud run services replace\b"), "Cloud Run"),
    (lazy(r"^gcloud functions deploy\b"), "Cloud Functions"),
    (lazy(r"^gcloud app deploy\b"), "App Engine"),
    (lazy(r"^(sls|serverless|npx (sls|serverless)) deploy\b"), "Serverless Framework"),
    (lazy(r"^sam deploy\b"), "AWS SAM"),
    (lazy(r"^aws lambda (update-function-code|create-function)\b"), "AWS Lambda"),
    (lazy(r"^az containerapp (up|update|create)\b"), "Azure Container Apps"),
    (lazy(r"^az functionapp\b|^func azure functionapp publish\b"), "Azure Functions"),
    (lazy(r"^modal deploy\b"), "Modal"),
    (lazy(r"^bentoml deploy\b|^bentoml cloud\b"), "BentoCloud"),
    (lazy(r"^(serve|ray) deploy\b|^anyscale service deploy\b"), "Ray Serve"),
    (lazy(r"^zappa (deploy|update)\b|^chalice deploy\b"), "AWS Lambda"),
    (lazy(r"^databricks serving-endpoints\b"), "Databricks"),
)
#: Deployments of one instance unless a setting says otherwise.
_PLAIN = (
    (lazy(r"^heroku container:release\b|^git push heroku\b"), "Heroku"),
    (lazy(r"^(fly|flyctl) deploy\b"), "Fly.io"),
    (lazy(r"^az webapp\b"), "Azure App Service"),
    (lazy(r"^aws ecs (update-service|deploy)\b"), "Amazon ECS"),
    (lazy(r"^ssh\b.*docker|^docker run\b(?!.*--rm\b)"), "one host"),
)


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _commands(unit)
    yield from _in_code(unit)
    yield from _files(unit)
    yield from _terraform(unit)


def _scaling(
    rung: Rung, message: str, path: str, line: int | None, raise_by: str | None = None, confidence: float = PARSED
) -> Finding:
    return Finding(
        "platforms",
        _CRITERION,
        rung,
        message,
        part="scaling",
        confidence=confidence,
        path=path,
        line=line,
        raise_by=raise_by,
    )


def _both(found: Finding) -> Iterator[Finding]:
    """A platform that builds and scales answers for the image too."""
    yield found
    yield replace(found, part="container")


def _commands(unit: Unit) -> Iterator[Finding]:
    for launch in unit.launches:
        if launch.kind not in ("ci", "make", "shell", "environment") or launch.neutralised:
            continue
        for command in launch.commands:
            text = " ".join(command.words)
            for pattern, platform in _DEPLOYS:
                if pattern.search(text):
                    fixed = re.search(r"--max-instances[= ](\d+)", text)
                    if fixed and fixed[1] == "1":
                        yield _scaling(
                            Rung.E2,
                            f"{platform} gets one instance at most.",
                            launch.path,
                            launch.line_of(command),
                            "Let --max-instances be larger.",
                        )
                    else:
                        yield from _both(
                            _scaling(
                                Rung.E3,
                                f"`{command.text[:50]}` deploys to {platform}, which scales by default.",
                                launch.path,
                                launch.line_of(command),
                            )
                        )
            for pattern, platform in _PLAIN:
                if pattern.search(text) and launch.kind == "ci" and not _is_tried(unit, launch, command):
                    yield _scaling(
                        Rung.E2,
                        f"CI deploys to {platform}: one instance, unless settings outside of the repository say otherwise.",
                        launch.path,
                        launch.line_of(command),
                        "Set two or more instances, or an autoscaler.",
                    )


def _in_code(unit: Unit) -> Iterator[Finding]:
    """Commands in lists of code that CI runs: `["gcloud", "run", "deploy", service]`."""
    groups = {
        launch.group or launch.id for launch in unit.launches if launch.kind == "ci" and launch.neutralised is None
    }
    for path, source in sources_of(unit, "gcloud", "serverless", "lambda", "containerapp", "modal", "zappa"):
        for scope in source.scopes:
            if not unit.reach.groups(path, scope.name) & groups:
                continue
            lists = (inner for statement in scope.body for inner in ast.walk(statement) if isinstance(inner, ast.List))
            for node in lists:
                words = [scope.string(one) or "" for one in node.elts[:5]]
                platform = next((name for pattern, name in _DEPLOYS if words and pattern.search(" ".join(words))), None)
                if platform is not None:
                    message = f"`{' '.join(words[:3])}` deploys to {platform}, which scales by default."
                    found = _scaling(Rung.E3, message, path, node.lineno)
                    yield from _both(replace(found, chain=unit.reach.chain(path, scope.name)))
                    return


def _is_tried(unit: Unit, launch: Launch, command: Command) -> bool:
    """Whether a container that CI starts is stopped after that: it was tried, and deployed nowhere."""
    words = command.words
    name = words[words.index("--name") + 1] if "--name" in words[:-1] else ""
    start = launch.line_of(command) or 0
    return bool(name) and any(
        other.words[:1] == ("docker",)
        and name in other.words
        and bool({"stop", "rm", "kill"} & set(other.words[1:3]))
        and (later.line_of(other) or 0) > start
        for later in unit.launches
        if later.path == launch.path
        for other in later.commands
    )


def _files(unit: Unit) -> Iterator[Finding]:
    for file in unit.named("serverless.yml", "serverless.yaml"):
        for document in unit.project.yaml(file.path):
            if mapping(mapping(document).get("functions")):
                yield from _both(
                    _scaling(
                        Rung.E3,
                        f"{file.path} deploys functions, which scale by default.",
                        file.path,
                        line_of(document, "functions"),
                        confidence=CONFIGURED,
                    )
                )
    for file in unit.named("template.yaml", "template.yml"):
        for document in unit.project.yaml(file.path):
            for name, resource, line in items(mapping(document).get("Resources")):
                if mapping(resource).get("Type") in (
                    "AWS::Serverless::Function",
                    "AWS::Lambda::Function",
                    "AWS::AppRunner::Service",
                ):
                    yield from _both(
                        _scaling(
                            Rung.E3,
                            f"{name} is a function, which scales by default.",
                            file.path,
                            line,
                            confidence=CONFIGURED,
                        )
                    )
    for file in unit.named("render.yaml"):
        for document in unit.project.yaml(file.path):
            for service in map(mapping, sequence(mapping(document).get("services"))):
                many = mapping(service.get("scaling")).get("maxInstances", service.get("numInstances", 1))
                enough = isinstance(many, int) and many >= 2
                yield _scaling(
                    Rung.E3 if enough else Rung.E2,
                    f"Render runs {many} instance{'s' if enough else ''} of {service.get('name')}.",
                    file.path,
                    line_of(service),
                    None if enough else "Set numInstances or scaling.",
                )
    for file in unit.named("fly.toml"):
        document = unit.project.toml(file.path)
        least = mapping(document.get("http_service")).get("min_machines_running", 0)
        enough = isinstance(least, int) and least >= 2
        yield _scaling(
            Rung.E3 if enough else Rung.E2,
            f"Fly.io keeps {least} machines running.",
            file.path,
            line_of(mapping(document.get("http_service")), "min_machines_running") or 1,
            None if enough else "Set min_machines_running to 2.",
        )


#: Resources that run a tool beside the model.
_TOOLS = lazy(r"mlflow|airflow|prefect|grafana|prometheus|dashboard|frontend|superset|metabase", re.IGNORECASE)
_SCALES = frozenset(
    {
        *(
            "google_cloud_run_service",
            "google_cloud_run_v2_service",
            "aws_lambda_function",
            "aws_apprunner_service",
            "google_cloudfunctions_function",
            "google_cloudfunctions2_function",
        ),
        *(
            "azurerm_container_app",
            "azurerm_linux_function_app",
            "azurerm_function_app",
            "aws_appautoscaling_target",
            "aws_autoscaling_group",
            "azurerm_monitor_autoscale_setting",
        ),
    }
)


#: Resources that run as many instances as they say.
_PLAIN_RESOURCES = ("aws_ecs_service", "kubernetes_deployment")


def _terraform(unit: Unit) -> Iterator[Finding]:
    """Resources of Terraform that scale by default or have two or more instances."""
    by = applied(unit)
    for kind, name, body, path, line in resources(unit):
        count = re.search(
            r"(?:desired_count|initial_instance_count|min_capacity|minimum_instance_count|replicas)\s*=\s*(\d+)", body
        )
        most = re.search(r"(?:max_capacity|max_size|max_instance_count|max_replicas)\s*=\s*(\d+)", body)
        if _TOOLS.search(name):
            continue
        scales = kind in _SCALES and not (most and most[1] == "1")
        if by is None and (scales or kind in _PLAIN_RESOURCES):
            told = f"{kind} {name} is declared, and nothing here applies it."
            yield _scaling(Rung.E2, told, path, line, "Run `terraform apply` in CI or by a script.", CONFIGURED)
        elif scales:
            yield _scaling(Rung.E3, f"{kind} {name} scales.", path, line, confidence=CONFIGURED)
        elif kind in _PLAIN_RESOURCES:
            enough = count is not None and int(count[1]) >= 2
            yield _scaling(
                Rung.E3 if enough else Rung.E2,
                f"{kind} {name} runs {count[1] if count else 1} instance{'s' if enough else ''}.",
                path,
                line,
                None if enough else "Run two or more, or add an autoscaling target.",
                CONFIGURED,
            )


PROBE = Probe(
    id="platforms",
    title="Cloud Run, Lambda, App Engine, Container Apps, Heroku, Fly.io, Render, Modal, Terraform",
    reads="deploying commands, serverless.yml, template.yaml, render.yaml, fly.toml, *.tf",
    credits="configured: one instance · wired: deployed to a platform that scales, or with two or more instances",
    findings=_findings,
)
