"""Which workloads of Kubernetes are scraped: by annotations, by the names of their ports, by a monitor's selector."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.kube import KubeObject, containers_of, objects
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence, strings


def annotated(unit: Unit) -> str:
    """The workload whose annotations ask to be scraped; "" without one.

    Args:
        unit: the unit.
    """
    for item in objects(unit, "Deployment", "StatefulSet", "Service"):
        found = mapping(mapping(mapping(item.spec.get("template")).get("metadata")).get("annotations")) | mapping(
            mapping(item.document.get("metadata")).get("annotations")
        )
        if str(found.get("prometheus.io/scrape")).lower() == "true":
            return f"{item.path}: {item.kind} {item.name}"
    return ""


_PORT_NAME = "__meta_kubernetes_pod_container_port_name"
_LABELS = {
    "__meta_kubernetes_pod_label_": ("Deployment", "StatefulSet"),
    "__meta_kubernetes_service_label_": ("Service",),
}


def kept(unit: Unit, job: dict[Any, Any]) -> str:
    """The workload with the label, or with a port of the name, that a scrape job keeps; "" without one.

    Args:
        unit: the unit.
        job: an entry of `scrape_configs`.
    """
    for rule in map(mapping, sequence(job.get("relabel_configs"))):
        if rule.get("action") == "keep" and strings(rule.get("source_labels")) == [_PORT_NAME]:
            wanted = str(rule.get("regex"))
            for item in objects(unit, "Deployment", "StatefulSet", "RayService"):
                for container in pods_of(item):
                    if any(mapping(port).get("name") == wanted for port in sequence(container.get("ports"))):
                        return f"{item.path}: {item.kind} {item.name}"
        if rule.get("action") == "keep" and (found := _labelled(unit, strings(rule.get("source_labels")), rule)):
            return found
    return ""


def _labelled(unit: Unit, asked: list[str], rule: dict[Any, Any]) -> str:
    """The workload or service that has the label that a rule asks for, with one of its values."""
    wanted = str(rule.get("regex")).split("|")
    for prefix, kinds in _LABELS.items():
        if len(asked) == 1 and asked[0].startswith(prefix):
            for item in objects(unit, *kinds):
                own = item.document if kinds == ("Service",) else mapping(item.spec.get("template"))
                labels = mapping(mapping(own.get("metadata")).get("labels"))
                named = {re.sub(r"\W", "_", str(name)): str(value) for name, value in labels.items()}
                if named.get(asked[0].removeprefix(prefix)) in wanted:
                    return f"{item.path}: {item.kind} {item.name}"
    return ""


def pods_of(item: KubeObject) -> list[dict[Any, Any]]:
    """The containers of a workload; of a cluster of Ray, those of its head and its workers.

    Args:
        item: the workload.
    """
    if item.kind != "RayService":
        return containers_of(item)
    pods = [mapping(mapping(group.get("template")).get("spec")) for group in _groups_of(item)]
    return [mapping(container) for pod in pods for container in sequence(pod.get("containers"))]


def _groups_of(service: KubeObject) -> list[dict[Any, Any]]:
    """The head and the workers of the cluster of a RayService."""
    cluster = mapping(service.spec.get("rayClusterConfig"))
    return [mapping(cluster.get("headGroupSpec")), *map(mapping, sequence(cluster.get("workerGroupSpecs")))]


def selected(unit: Unit, monitor: KubeObject) -> str:
    """What a monitor selects: one of pods goes by the labels of pods, one of services by those of services.

    Args:
        unit: the unit.
        monitor: a ServiceMonitor or PodMonitor.
    """
    selector = mapping(monitor.spec.get("selector"))
    for item in objects(unit, "Service", *_WORKLOADS, "InferenceService", "RayService"):
        if any(_matches(selector, labels) for labels in _labels(item, of_pods=monitor.kind == "PodMonitor")):
            return f"{item.path}: {item.kind} {item.name}"
    return ""


_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")


def _labels(item: KubeObject, *, of_pods: bool) -> Iterator[dict[Any, Any]]:
    """The labels of what an object makes, one set a kind of pod, with those that its operator adds."""
    if item.kind == "InferenceService":
        yield {"serving.kserve.io/inferenceservice": item.name, "component": "predictor"}
    elif item.kind == "RayService":
        for group in _groups_of(item):
            named = group.get("groupName")
            added = {"ray.io/is-ray-node": "yes", "ray.io/node-type": "worker" if named else "head"}
            added |= {"ray.io/group": named or "headgroup", "ray.io/cluster": item.name}
            yield added | mapping(mapping(mapping(group.get("template")).get("metadata")).get("labels"))
    else:
        labels = mapping(mapping(mapping(item.spec.get("template")).get("metadata")).get("labels"))
        own = mapping(mapping(item.document.get("metadata")).get("labels"))
        yield labels if of_pods else own | labels


def _matches(selector: dict[Any, Any], labels: dict[Any, Any]) -> bool:
    """Whether a selector of Kubernetes chooses something by its labels; one that asks for nothing chooses nothing here."""
    wanted = mapping(selector.get("matchLabels"))
    asked = [mapping(item) for item in sequence(selector.get("matchExpressions"))]
    if not wanted and not any(item.get("operator") in ("In", "Exists") for item in asked):
        return False
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(item, labels.get(item.get("key"))) for item in asked
    )


def _holds(asked: dict[Any, Any], value: Any) -> bool:
    operator = str(asked.get("operator"))
    if operator in ("Exists", "DoesNotExist"):
        return (value is not None) == (operator == "Exists")
    return operator in ("In", "NotIn") and (value in sequence(asked.get("values"))) == (operator == "In")
