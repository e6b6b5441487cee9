"""Endpoints of SageMaker, Vertex AI and Azure ML: what deploys a model to one, and how many instances answer. Shared by probes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.azure_files import azure_documents, submitted
from jupyter_mlops.assessment.cloud_formation import declared, deployed
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.terraform import applied, resources
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import Command


class Endpoint(NamedTuple):
    """A model on a platform.

    Attributes:
        platform: "SageMaker", "Vertex AI", "Azure ML" or "MLflow".
        path: the file that says so.
        line: 1-based.
        by: what deploys it, as `path:line`; None when nothing does.
        scales: how it has more than one instance; "" where it has one.
        cell: of a notebook.
        chain: how an entry point leads there.
    """

    platform: str
    path: str
    line: int | None
    by: str | None
    scales: str
    cell: int | None = None
    chain: tuple[str, ...] = ()


def endpoints(unit: Unit) -> list[Endpoint]:
    """The endpoints of a unit."""
    return unit.once(
        "managed endpoints", lambda: [*_code(unit), *_commands(unit), *_cloud_formation(unit), *_terraform(unit)]
    )


_SDK = lazy(r"^(sagemaker\.[\w.()\[\]]*|google\.cloud\.aiplatform\.[\w.()\[\]]*|vertexai\.[\w.()\[\]]*)\.deploy$")
_MLFLOW = lazy(r"^mlflow\.deployments\.[\w.()]*(create_deployment|create_endpoint|update_endpoint)$")
_AZURE = lazy(r"\.online_deployments\.(begin_)?create_or_update$")


def _code(unit: Unit) -> Iterator[Endpoint]:
    words = (".deploy(", "create_endpoint(", "update_endpoint(", "online_deployments", "create_deployment(")
    for path, source in sources_of(unit, *words):
        calls = [
            call
            for call in source.calls
            if call.attribute in ("deploy", "create_endpoint", "update_endpoint", "create_deployment")
            or _AZURE.search(call.name)
        ]
        for site in sites(unit, path, calls):
            platform = _platform(site)
            if platform:
                chain = unit.reach.chain(path, site.scope)
                by = (chain[0] if chain else f"{path}:{site.line}") if site.reached else None
                yield Endpoint(platform, path, site.line, by, _SCALES[platform](unit, site), site.cell, chain)


def _platform(site: Site) -> str:
    """The platform that a call deploys a model to; "" for other calls."""
    given = {keyword.arg for keyword in site.call.node.keywords}
    if _SDK.search(site.name):
        return "SageMaker" if site.name.startswith("sagemaker.") else "Vertex AI"
    if (
        site.call.attribute in ("create_endpoint", "update_endpoint")
        and {"EndpointName", "EndpointConfigName"} <= given
    ):
        return "SageMaker"
    if _AZURE.search(site.name):
        return "Azure ML"
    return "MLflow" if _MLFLOW.search(site.name) else ""


def _of_sagemaker(unit: Unit, site: Site) -> str:
    given = {keyword.arg: keyword.value for keyword in site.call.node.keywords}
    if "serverless_inference_config" in given:
        return "it is serverless"
    if _several(given.get("initial_instance_count")):
        return "it starts two or more instances"
    return _scaled_sagemaker(unit) or _configured(unit)


def _configured(unit: Unit) -> str:
    """What `create_endpoint_config` says: `"InitialInstanceCount": 2`, or a `ServerlessConfig`."""
    for path, source in sources_of(unit, "ProductionVariants"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute == "create_endpoint_config"]):
            variants = site.call.argument(None, "ProductionVariants")
            for node in ast.walk(variants) if site.reached and variants is not None else ():
                if isinstance(node, ast.Dict):
                    said = dict(zip(map(_key, node.keys), node.values, strict=True))
                    if "ServerlessConfig" in said:
                        return "it is serverless"
                    if _several(said.get("InitialInstanceCount")):
                        return "it starts two or more instances"
    return ""


def _key(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _scaled_sagemaker(unit: Unit) -> str:
    """Application Auto Scaling for a variant of an endpoint, of more than one instance at most."""
    for path, source in sources_of(unit, "register_scalable_target"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute == "register_scalable_target"]):
            said = {keyword.arg: keyword.value for keyword in site.call.node.keywords}
            if site.reached and _key(said.get("ServiceNamespace")) == "sagemaker" and _more(said.get("MaxCapacity")):
                return f"an autoscaler of {path} adds instances"
    for item in declared(unit):
        about = item.kind == "AWS::ApplicationAutoScaling::ScalableTarget" and deployed(unit, item.path)
        if about and item.settings.get("ServiceNamespace") == "sagemaker" and item.settings.get("MaxCapacity") != 1:
            return f"{item.name} adds instances"
    for resource in resources(unit):
        if resource.kind == "aws_appautoscaling_target" and '"sagemaker"' in resource.body and applied(unit):
            most = re.search(r"max_capacity\s*=\s*(\d+)", resource.body)
            if most is None or int(most[1]) > 1:
                return f"{resource.kind} {resource.name} adds instances"
    for _launch, command in _run(unit, ("aws", "application-autoscaling", "register-scalable-target")):
        if "sagemaker" in command.words and _option(command, "--max-capacity") != "1":
            return "an autoscaler adds instances"
    return ""


def _of_vertex(unit: Unit, site: Site) -> str:
    given = {keyword.arg: keyword.value for keyword in site.call.node.keywords}
    if _several(given.get("min_replica_count")):
        return "it has two or more replicas"
    if _more(given.get("max_replica_count")):
        return "it adds replicas"
    return _in_settings(unit, site) if None in given else ""


def _in_settings(unit: Unit, site: Site) -> str:
    """What a file that the code names says, where all of it is handed on: `endpoint.deploy(model, **spec)`."""
    text = unit.project.text(site.path) or ""
    for name in dict.fromkeys(re.findall(r"(?<![\w./-])[\w./-]+\.(?:json|ya?ml)\b", text)):
        found = [name, f"{site.path.rpartition('/')[0]}/{name}"]
        said = next((content for path in found if (content := unit.project.text(path))), "")
        most = re.search(r"max_replica_count\W{1,4}(\d+)", said)
        if most is not None and int(most[1]) > 1:
            return f"it adds replicas, as {name} says"
    return ""


def _of_azure(unit: Unit, site: Site) -> str:
    for path, source in sources_of(unit, "OnlineDeployment"):
        if path != site.path:
            continue
        for call in source.calls:
            if call.attribute.endswith("OnlineDeployment") and (
                _several(call.argument(None, "instance_count")) or call.argument(None, "scale_settings") is not None
            ):
                return "it has two or more instances"
    return _scaled_azure(unit)


def _scaled_azure(unit: Unit) -> str:
    """An autoscaler of Azure Monitor, which counts for all that is deployed here."""
    for _launch, command in _run(unit, ("az", "monitor", "autoscale", "create")):
        if _option(command, "--max-count") != "1":
            return "an autoscaler adds instances"
    if any(resource.kind == "azurerm_monitor_autoscale_setting" for resource in resources(unit)) and applied(unit):
        return "an autoscaler adds instances"
    return ""


_SCALES: dict[str, Callable[[Unit, Site], str]] = {
    "SageMaker": _of_sagemaker,
    "Vertex AI": _of_vertex,
    "Azure ML": _of_azure,
    "MLflow": lambda _unit, _site: "the platform scales it",
}


def _several(node: ast.expr | None) -> bool:
    """Whether a setting is two or more; what only a run can tell is not."""
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 2


def _more(node: ast.expr | None) -> bool:
    """Whether a maximum is given that is more than one; what only a run can tell is."""
    return node is not None and not (isinstance(node, ast.Constant) and node.value in (0, 1, None))


def _run(unit: Unit, start: tuple[str, ...]) -> Iterator[tuple[Any, Command]]:
    for launch in unit.launches:
        for command in launch.commands if launch.neutralised is None else ():
            if command.words[: len(start)] == start and not command.neutralised:
                yield launch, command


def _option(command: Command, *names: str) -> str:
    """What a command says for an option; "" without it."""
    for position, word in enumerate(command.words):
        name, joint, value = word.partition("=")
        if name in names:
            return value if joint else (*command.words[position + 1 :], "")[0]
    return ""


def _commands(unit: Unit) -> Iterator[Endpoint]:
    for launch, command in _run(unit, ("gcloud", "ai", "endpoints", "deploy-model")):
        most, least = _option(command, "--max-replica-count"), _option(command, "--min-replica-count")
        many = "it adds replicas" if most not in ("", "0", "1") or least not in ("", "0", "1") else ""
        yield _commanded("Vertex AI", launch, command, many)
    for verb in ("create-endpoint", "update-endpoint"):
        for launch, command in _run(unit, ("aws", "sagemaker", verb)):
            variants = [c for _l, c in _run(unit, ("aws", "sagemaker", "create-endpoint-config"))]
            counts = [int(found) for c in variants for found in re.findall(r"InitialInstanceCount\W{1,4}(\d+)", c.text)]
            many = "it starts two or more instances" if any(count >= 2 for count in counts) else ""
            many = many or ("it is serverless" if any("ServerlessConfig" in c.text for c in variants) else "")
            yield _commanded("SageMaker", launch, command, many or _scaled_sagemaker(unit))
    for path, document in azure_documents(unit):
        by = submitted(unit, path, "online-deployment") if "OnlineDeployment" in str(document.get("$schema")) else None
        if by is not None:
            place, _, line = by.rpartition(":")
            scales = _instances(document) or _scaled_azure(unit)
            yield Endpoint("Azure ML", place, int(line) if line.isdigit() else None, by, scales, chain=(by, path))


def _instances(said: dict[Any, Any]) -> str:
    """What the file of an online deployment says of its instances."""
    settings = mapping(said.get("scale_settings"))
    count = said.get("instance_count")
    if isinstance(count, int) and count >= 2:
        return f"it has {count} instances"
    adds = settings.get("type") == "target_utilization" and settings.get("max_instances") != 1
    return "it adds instances" if adds else ""


def _commanded(platform: str, launch: Any, command: Command, scales: str) -> Endpoint:
    line = launch.line_of(command)
    return Endpoint(platform, launch.path, line, f"{launch.path}:{line}", scales)


def _cloud_formation(unit: Unit) -> Iterator[Endpoint]:
    found = declared(unit)
    for item in found:
        if item.kind == "AWS::SageMaker::Endpoint":
            variants = [
                mapping(variant)
                for other in found
                if other.kind == "AWS::SageMaker::EndpointConfig" and other.path == item.path
                for variant in sequence(other.settings.get("ProductionVariants"))
            ]
            many = "it is serverless" if any("ServerlessConfig" in variant for variant in variants) else ""
            counts = [variant.get("InitialInstanceCount") for variant in variants]
            many = many or ("it starts two or more instances" if any(_int(count) >= 2 for count in counts) else "")
            yield Endpoint(
                "SageMaker", item.path, item.line, deployed(unit, item.path), many or _scaled_sagemaker(unit)
            )


def _int(value: object) -> int:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else 0


def _terraform(unit: Unit) -> Iterator[Endpoint]:
    for resource in resources(unit):
        if resource.kind == "aws_sagemaker_endpoint":
            variants = [other.body for other in resources(unit) if other.kind == f"{resource.kind}_configuration"]
            counts = [int(n) for body in variants for n in re.findall(r"initial_instance_count\s*=\s*(\d+)", body)]
            many = "it is serverless" if any("serverless_config" in body for body in variants) else ""
            many = many or ("it starts two or more instances" if any(count >= 2 for count in counts) else "")
            yield Endpoint("SageMaker", resource.path, resource.line, applied(unit), many or _scaled_sagemaker(unit))
