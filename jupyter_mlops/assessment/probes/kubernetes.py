"""Kubernetes, KServe, Knative, KEDA: workloads that run the project's image, and how they scale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.images import built_from
from jupyter_mlops.assessment.kube import KubeObject, applied_by, containers_of, launches, objects
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.scraped import pods_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.dockerfile import NAMES as DOCKERFILES
from jupyter_mlops.project.marks import line_of, mapping

_PLACEHOLDERS = ("example.com", "my-bucket", "your-", "<", "changeme", "path/to")


def _findings(unit: Unit) -> Iterator[Finding]:
    for item in objects(unit, "Deployment", "StatefulSet", "Rollout"):
        yield from _workload(unit, item)
    for item in objects(unit, "InferenceService", "LLMInferenceService"):
        if item.api == "serving.kserve.io":
            yield from _kserve(unit, item)
    for item in objects(unit, "Service"):
        if item.api == "serving.knative.dev":
            yield from _knative(unit, item)
    for item in objects(unit, "SeldonDeployment", "Model", "RayService"):
        if item.api in ("machinelearning.seldon.io", "mlops.seldon.io", "ray.io"):
            yield from _platform(unit, item)


def _scaling(item: KubeObject, message: str, line: int | None = None) -> Finding:
    return Finding(
        "kubernetes",
        "deployed-and-scaled",
        Rung.E3,
        message,
        part="scaling",
        confidence=PARSED,
        path=item.path,
        line=line or item.line,
    )


def _placed(unit: Unit, finding: Finding, item: KubeObject) -> Finding:
    """The finding, worth less when nothing applies the manifest."""
    by = applied_by(unit, item.path)
    if by is None:
        return finding.capped(Rung.E2, "nothing applies the manifest", "Apply it in CI, or list it in a kustomization.")
    return replace(finding, chain=(by, f"{item.path}:{item.line}"))


def _workload(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    images = [str(container.get("image") or "") for container in containers_of(item)]
    found = [(image, *built_from(unit, image)) for image in images]
    own = next(((image, build, sure) for image, build, sure in found if build is not None), None)
    if own is None:
        if images and not unit.project.exists(unit.below("Dockerfile")):
            return
        yield replace(
            _scaling(item, f"Nothing here builds the image {images[0] if images else ''} of {item.kind} {item.name}."),
            rung=Rung.E1,
            raise_by="Build the image that the manifest names in CI.",
        )
        return
    image, _build, sure = own
    replicas, line, why = _replicas(unit, item)
    confidence = PARSED if sure else 0.7
    if replicas:
        yield _placed(
            unit,
            replace(_scaling(item, f"{item.kind} {item.name} runs {image} with {why}.", line), confidence=confidence),
            item,
        )
    else:
        yield replace(
            _scaling(item, f"{item.kind} {item.name} runs one replica of {image}.", line),
            rung=Rung.E2,
            confidence=confidence,
            raise_by="Set two or more replicas, or add an autoscaler.",
        )


def _replicas(unit: Unit, item: KubeObject) -> tuple[bool, int | None, str]:
    for scaler in objects(unit, "HorizontalPodAutoscaler", "ScaledObject"):
        target = mapping(scaler.spec.get("scaleTargetRef"))
        if target.get("name") in (item.name, "chart"):
            least = scaler.spec.get("minReplicas", scaler.spec.get("minReplicaCount", 1))
            most = scaler.spec.get("maxReplicas", scaler.spec.get("maxReplicaCount", 100))
            if (isinstance(most, int) and most > 1 and least != most) or (isinstance(least, int) and least > 1):
                return True, None, f"an autoscaler ({least} to {most} replicas, {scaler.path})"
    replicas = item.spec.get("replicas", 1)
    return isinstance(replicas, int) and replicas >= 2, line_of(item.spec, "replicas"), f"{replicas} replicas"


def _kserve(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    predictor = mapping(item.spec.get("predictor"))
    if item.kind == "LLMInferenceService":
        copies = item.spec.get("replicas", 1)
        predictor = {"model": item.spec.get("model"), "minReplicas": copies, "maxReplicas": copies}
    model = mapping(predictor.get("model")) or next(
        (mapping(value) for key, value in predictor.items() if isinstance(value, dict) and "storageUri" in value), {}
    )
    storage = model.get("storageUri") or mapping(model.get("storage")).get("path") or model.get("uri")
    containers = [
        mapping(container)
        for container in predictor.get("containers") or []
        if isinstance(predictor.get("containers"), list)
    ]
    place = line_of(predictor) or item.line
    if not storage and not containers:
        yield replace(
            _scaling(item, f"InferenceService {item.name} names no model.", place),
            rung=Rung.E1,
            raise_by="Name the model with storageUri.",
        )
        return
    text = str(storage or containers[0].get("image") or "")
    # What is built here under a name is no placeholder, whatever the host is called.
    if any(word in text for word in _PLACEHOLDERS) and (storage or built_from(unit, text)[0] is None):
        yield replace(
            _scaling(item, f"InferenceService {item.name} names a placeholder ({text}).", place),
            rung=Rung.E1,
            raise_by="Name the project's own model.",
        )
        return
    if not storage and not _is_made(unit, text):
        yield replace(
            _scaling(item, f"Nothing here builds the image {text} of InferenceService {item.name}.", place),
            rung=Rung.E1,
            raise_by="Build the image that the manifest names in CI.",
        )
        return
    for part in ("api", "health", "launch"):
        yield _placed(
            unit,
            Finding(
                "kubernetes",
                "model-served",
                Rung.E3,
                f"KServe serves {text} as {item.name}.",
                part=part,
                confidence=PARSED,
                path=item.path,
                line=line_of(model, "storageUri") or line_of(model) or _image_line(containers) or place,
            ),
            item,
        )
    deploys = _placed(unit, _scaling(item, f"KServe deploys and scales {item.name}.", place), item)
    yield replace(deploys, part="container")
    if predictor.get("minReplicas") == predictor.get("maxReplicas") == 1:
        message = f"{item.kind} {item.name} has one replica at least and at most."
        yield replace(deploys, rung=Rung.E2, message=message, raise_by="Let maxReplicas be larger.")
    else:
        yield deploys


def _image_line(containers: list[dict[Any, Any]]) -> int | None:
    return line_of(containers[0], "image") if containers else None


def _is_made(unit: Unit, image: str) -> bool:
    """Whether an image is built here, or the project has nothing of which it could be."""
    return built_from(unit, image)[0] is not None or not unit.named(*DOCKERFILES)


def _knative(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    annotations = mapping(mapping(mapping(item.spec.get("template")).get("metadata")).get("annotations"))
    most: Any = annotations.get(
        "autoscaling.knative.dev/maxScale", annotations.get("autoscaling.knative.dev/max-scale")
    )
    if str(most) == "1":
        yield replace(
            _scaling(item, f"Knative service {item.name} has one replica at most."),
            rung=Rung.E2,
            raise_by="Let maxScale be larger.",
        )
    else:
        yield _placed(unit, _scaling(item, f"Knative scales {item.name}."), item)


def _names_model(unit: Unit, item: KubeObject) -> bool:
    """Whether a resource of Seldon or Ray says what it serves, and the project has that where it is code."""
    if item.kind == "RayService":
        text = str(item.spec.get("serveConfigV2") or "")
        modules = re.findall(r"import_path:\s*[\"']?([\w.]+):", text)
        own = all(unit.reach.modules.find_served(module) for module in modules)
        return bool(modules) and (own or "working_dir" in text)
    if item.kind == "Model":
        return isinstance(item.spec.get("storageUri"), str)
    predictors = str(item.spec.get("predictors") or "")
    return "modelUri" in predictors or "componentSpecs" in predictors


def _unbuilt(unit: Unit, item: KubeObject) -> str | None:
    """The image of a cluster of Ray that is to hold the project's code, where nothing builds it: Ray's own holds none."""
    if item.kind != "RayService" or "working_dir" in str(item.spec.get("serveConfigV2") or ""):
        return None
    for container in pods_of(item):
        image = str(container.get("image") or "")
        if image and "rayproject/" not in image and built_from(unit, image)[0] is None:
            return image
    return None


def _platform(unit: Unit, item: KubeObject) -> Iterator[Finding]:
    if not _names_model(unit, item):
        advice = "Name the model, or the module of the project that serves it."
        yield replace(
            _scaling(item, f"{item.kind} {item.name} names no model of the project."), rung=Rung.E1, raise_by=advice
        )
        return
    for part in ("api", "health", "launch"):
        yield _placed(
            unit,
            Finding(
                "kubernetes",
                "model-served",
                Rung.E3,
                f"{item.kind} {item.name} serves a model.",
                part=part,
                confidence=PARSED,
                path=item.path,
                line=item.line,
            ),
            item,
        )
    unbuilt = _unbuilt(unit, item)
    if unbuilt is not None:
        advice = "Build the image that the manifest names."
        message = f"Nothing here builds the image {unbuilt} of {item.kind} {item.name}."
        yield replace(_scaling(item, message), rung=Rung.E1, raise_by=advice)
        return
    for part in ("container", "scaling"):
        yield _placed(
            unit, replace(_scaling(item, f"{item.kind} {item.name} is deployed by its operator."), part=part), item
        )


PROBE = Probe(
    id="kubernetes",
    title="Kubernetes, KServe, Knative, KEDA, Seldon, Ray Serve, Helm, kustomize",
    reads="manifests, charts, kustomizations",
    credits="declared: an image that nothing builds, a placeholder · configured: one replica, or a manifest that nothing applies · wired: replicas or an autoscaler, applied by CI, kustomize, Helm or Argo CD",
    launches=launches,
    findings=_findings,
)
