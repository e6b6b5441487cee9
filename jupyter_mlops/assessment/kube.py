"""Kubernetes objects of a unit: plain manifests and Helm charts with their default values, and what applies them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.images import entry_words
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import entries, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join
from jupyter_mlops.project.yaml_reader import DocumentError, read_yaml


class KubeObject(NamedTuple):
    """An object of a manifest.

    Attributes:
        path: the file.
        api: its apiVersion without the version: "apps", "serving.kserve.io", "" for core.
        kind: its kind.
        name: its name.
        document: all of it.
        line: 1-based line where it starts.
    """

    path: str
    api: str
    kind: str
    name: str
    document: dict[Any, Any]
    line: int | None

    @property
    def spec(self) -> dict[Any, Any]:
        """Its spec."""
        return mapping(self.document.get("spec"))


def objects(unit: Unit, *kinds: str) -> list[KubeObject]:
    """The objects of a unit, of some kinds or of all."""
    found: list[KubeObject] = unit.once("kube objects", lambda: list(_objects(unit)))
    return [item for item in found if not kinds or item.kind in kinds]


def _objects(unit: Unit) -> Iterator[KubeObject]:
    for file in unit.files.suffixed(".yaml", ".yml"):
        if file.size > 500_000 or unit.is_test(file.path):
            continue
        text = unit.project.text(file.path) or ""
        if "apiVersion" not in text:
            continue
        for document in _documents(unit, file.path, text):
            listed = sequence(mapping(document).get("items")) if mapping(document).get("kind") == "List" else [document]
            for item in map(mapping, listed):
                if isinstance(item.get("apiVersion"), str) and isinstance(item.get("kind"), str):
                    name = mapping(item.get("metadata")).get("name")
                    yield KubeObject(
                        file.path,
                        item["apiVersion"].rpartition("/")[0],
                        item["kind"],
                        str(name or ""),
                        item,
                        line_of(item),
                    )


def _documents(unit: Unit, path: str, text: str) -> list[Any]:
    if "{{" not in text or "/templates/" not in f"/{path}":
        return unit.project.yaml(path)
    chart = path.rpartition("/templates/")[0]
    values = mapping(next(iter(unit.project.yaml(f"{chart}/values.yaml")), None))
    try:
        return read_yaml(_rendered(text, values))
    except DocumentError:
        return []


_ACTION = lazy(r"\{\{-?([^{}]*)\}\}")
_VALUE = lazy(r"\.Values\.([\w.]+)")


def _rendered(text: str, values: dict[Any, Any]) -> str:
    """A template with its default values, line for line; blocks that the values switch off are left out."""
    lines = []
    hidden: list[bool] = []
    for line in text.split("\n"):
        alone = _ACTION.fullmatch(line.strip())
        action = alone[1].removesuffix("-").strip() if alone else ""
        word = action.split(" ")[0] if action else ""
        if word in ("if", "range", "with"):
            hidden.append(word == "if" and _is_off(action, values))
            lines.append("")
        elif word == "else" and hidden:
            hidden[-1] = not hidden[-1]
            lines.append("")
        elif word == "end" and hidden:
            hidden.pop()
            lines.append("")
        elif alone or any(hidden):
            lines.append("")
        else:
            lines.append(_ACTION.sub(lambda found: _value(found[1].removesuffix("-").strip(), values), line))
    return "\n".join(lines)


def _is_off(action: str, values: dict[Any, Any]) -> bool:
    path = _VALUE.search(action)
    negated = " not " in f" {action} "
    off = path is not None and not _lookup(values, path[1])
    return off != negated if path is not None else False


def _value(action: str, values: dict[Any, Any]) -> str:
    path = _VALUE.search(action)
    value = _lookup(values, path[1]) if path is not None else None
    if value is None or isinstance(value, (dict, list)):
        return "chart"
    return "true" if value is True else "false" if value is False else str(value)


def _lookup(values: Any, path: str) -> Any:
    for part in path.split("."):
        values = mapping(values).get(part)
    return values


def applied_by(unit: Unit, path: str) -> str | None:
    """What applies a manifest: a command, a kustomization, a chart, an Argo CD application; None without one.

    Args:
        unit: the unit.
        path: the manifest.
    """
    places = unit.once("applied", lambda: dict(_applied(unit)))
    folder = path
    while True:
        if folder in places:
            return places[folder]
        if folder in (".", ""):
            return None
        folder = posixpath.dirname(folder) or "."


def _applied(unit: Unit) -> Iterator[tuple[str, str]]:
    for launch in unit.launches:
        for command in launch.commands:
            for place in _applied_paths(command.words):
                yield join(join(launch.folder, command.folder), place), f"{launch.path}:{launch.line_of(command)}"
    for file in unit.named("kustomization.yaml", "kustomization.yml"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for key in ("resources", "bases", "components"):
            for item, line in entries(document.get(key)):
                if isinstance(item, str):
                    yield join(file.folder, item), f"{file.path}:{line}"
    for file in unit.named("skaffold.yaml"):
        for document in unit.project.yaml(file.path):
            for place in strings(mapping(mapping(document).get("manifests")).get("rawYaml")):
                yield join(file.folder, place.partition("*")[0].rstrip("/") or "."), file.path
    for application in (item for item in objects(unit, "Application") if item.api == "argoproj.io"):
        source = mapping(application.spec.get("source"))
        if isinstance(source.get("path"), str):
            yield unit.below(source["path"]), f"{application.path}:{line_of(source, 'path')}"


def left_out(unit: Unit, path: str) -> str | None:
    """Why a manifest is not applied though its neighbours are: the kustomization beside it lists them, and nothing names it.

    Args:
        unit: the unit.
        path: the manifest.
    """
    folder, name = posixpath.dirname(path) or ".", posixpath.basename(path)
    for file in unit.named("kustomization.yaml", "kustomization.yml"):
        if file.folder == folder and name not in (unit.project.text(file.path) or ""):
            listed = [join(folder, one) for one in _kustomized(unit, file.path)]
            if any(posixpath.dirname(one) == posixpath.dirname(path) and unit.project.exists(one) for one in listed):
                return None if _is_named(unit, folder, name) else f"{file.path} leaves it out"
    return None


def _kustomized(unit: Unit, path: str) -> list[str]:
    document = mapping(next(iter(unit.project.yaml(path)), None))
    return [item for key in ("resources", "bases", "components") for item in strings(document.get(key))]


def _is_named(unit: Unit, folder: str, name: str) -> bool:
    """Whether some file names a manifest, or applies its folder as it is: `kubectl apply -f k8s/`."""
    whole = re.compile(rf"apply\b.*\s-f\s*\S*\b{re.escape(posixpath.basename(folder))}/?([\s\"']|$)", re.MULTILINE)
    for file in unit.all_files.suffixed(".yml", ".yaml", ".sh", ".toml", ".json", ".jenkinsfile", ".py", ""):
        text = unit.project.text(file.path) or "" if file.size < 100_000 else ""
        if name in text or (folder != "." and whole.search(text)):
            return True
    return False


def _applied_paths(words: tuple[str, ...]) -> list[str]:
    if words[:1] == ("kubectl",) and {"apply", "create", "replace"} & set(words):
        found = [
            words[position + 1]
            for position, word in enumerate(words[:-1])
            if word in ("-f", "--filename", "-k", "--kustomize")
        ]
        found += [word.partition("=")[2] for word in words if word.startswith(("--filename=", "-f="))]
        return [place.rstrip("/") for text in found for place in text.split(",") if "://" not in place and place != "-"]
    if words[:1] == ("helm",) and {"install", "upgrade"} & set(words):
        plain = [word for word in words[1:] if not word.startswith("-")]
        return [place.rstrip("/") for place in plain[2:3] or plain[-1:]]
    if words[:2] == ("kustomize", "build") and len(words) > 2:
        return [words[2].rstrip("/")]
    return []


def pod_of(item: KubeObject) -> dict[Any, Any]:
    """The pod's spec inside a workload."""
    template = item.spec.get("template")
    if item.kind == "CronJob":
        template = mapping(mapping(item.spec.get("jobTemplate")).get("spec")).get("template")
    if item.kind == "Pod":
        return item.spec
    return mapping(mapping(template).get("spec"))


def containers_of(item: KubeObject) -> list[dict[Any, Any]]:
    """The containers of a workload."""
    return [mapping(container) for container in sequence(pod_of(item).get("containers"))]


def launches(unit: Unit) -> Iterator[Launch]:
    """What the containers of workloads run, where the manifest says it; scheduled for cron jobs."""
    yield from ray_launches(unit)
    for item in objects(unit, "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"):
        for position, container in enumerate(containers_of(item)):
            words = [*strings(container.get("command")), *strings(container.get("args"))]
            if words and "command" not in container:
                words = [*entry_words(unit, str(container.get("image") or "")), *words]
            if words:
                key = "command" if "command" in container else "args"
                kind = "schedule" if item.kind == "CronJob" else "container"
                yield Launch(
                    f"{item.path}#{item.kind}/{item.name}/{position}",
                    kind,
                    item.path,
                    line_of(container, key),
                    _quoted(words),
                    unit.path,
                    f"{item.kind} {item.name}",
                    triggers=frozenset({"schedule"} if kind == "schedule" else ()),
                    neutralised="it is suspended" if item.spec.get("suspend") is True else left_out(unit, item.path),
                )


def ray_launches(unit: Unit) -> Iterator[Launch]:
    """The applications that a RayService serves, by their import path."""
    for item in objects(unit, "RayService"):
        text = item.spec.get("serveConfigV2")
        for number, line in enumerate((text if isinstance(text, str) else "").splitlines(), 1):
            found = _IMPORTED.search(line)
            if found:
                yield Launch(
                    f"{item.path}#RayService/{item.name}/{number}",
                    "container",
                    item.path,
                    (line_of(item.spec, "serveConfigV2") or 1) + number,
                    f"serve run {found[1]}",
                    unit.path,
                    f"RayService {item.name}",
                )


_IMPORTED = lazy(r"^\s*(?:-\s+)?import_path:\s*[\"']?([\w.]+:\w+)")


def _quoted(words: list[str]) -> str:
    import shlex

    if words[0] in ("sh", "bash", "/bin/sh", "/bin/bash") and len(words) > 2 and words[1] in ("-c", "-lc"):
        return words[2]
    return " ".join(shlex.quote(word) for word in words)
