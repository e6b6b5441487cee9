"""Alert rules: those of Prometheus, of its operator, and those that Grafana is provisioned with."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.metrics import inner_document, line_saying, loaded_by, prometheus_files
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, items, line_of, mapping, sequence


class Alert(NamedTuple):
    """An alert rule.

    Attributes:
        path: file.
        line: where.
        name: its name.
        expression: as written.
        loaded: what loads the file; "" when nothing does.
        annotations: its annotations.
    """

    path: str
    line: int | None
    name: str
    expression: str
    loaded: str
    annotations: dict[Any, Any]


def alerts(unit: Unit) -> list[Alert]:
    """The alert rules of a unit."""
    return unit.once("alerts", lambda: list(_alerts(unit)))


def _alerts(unit: Unit) -> Iterator[Alert]:
    for file in unit.files.suffixed(".yml", ".yaml", ".rules"):
        if file.size > 500_000:
            continue
        text = unit.project.text(file.path) or ""
        if "alert:" not in text and "expr:" not in text:
            continue
        for document in unit.project.yaml(file.path):
            if "groups" in mapping(document) and "apiVersion" not in mapping(document):
                yield from _groups(file.path, document.get("groups"), _rules_loaded(unit, file.path))
            elif "groups" in mapping(document) and "kind" not in mapping(document):
                yield from _of_grafana(file.path, document.get("groups"), loaded_by(unit, file.path))
    for item in objects(unit, "PrometheusRule"):
        yield from _groups(item.path, item.spec.get("groups"), item.path)
    for item in objects(unit, "ConfigMap"):
        for _name, text, line in items(item.document.get("data")):
            if isinstance(text, str) and "alert:" in text:
                for alert in _groups(item.path, inner_document(text).get("groups"), item.path):
                    place = line_saying(unit, item.path, line, f"alert: {alert.name}")
                    yield Alert(alert.path, place, alert.name, alert.expression, alert.loaded, alert.annotations)


def _groups(path: str, groups: Any, loaded: str) -> Iterator[Alert]:
    for group in map(mapping, sequence(groups)):
        for entry, line in entries(group.get("rules")):
            rule = mapping(entry)
            if isinstance(rule.get("alert"), str) and isinstance(rule.get("expr"), (str, int)):
                yield Alert(
                    path,
                    line_of(rule, "expr") or line,
                    rule["alert"],
                    str(rule["expr"]),
                    loaded,
                    mapping(rule.get("annotations")),
                )


def _of_grafana(path: str, groups: Any, loaded: str) -> Iterator[Alert]:
    """Alerts that Grafana is provisioned with, which look at the answers of queries: `apiVersion: 1`."""
    for group in map(mapping, sequence(groups)):
        for entry, line in entries(group.get("rules")):
            rule = mapping(entry)
            models = [mapping(mapping(query).get("model")) for query in sequence(rule.get("data"))]
            asked = next((model for model in models if isinstance(model.get("expr"), str)), None)
            if isinstance(rule.get("title"), str) and asked is not None and not rule.get("isPaused"):
                place = line_of(asked, "expr") or line
                yield Alert(path, place, rule["title"], asked["expr"], loaded, mapping(rule.get("annotations")))


def _rules_loaded(unit: Unit, path: str) -> str:
    """The Prometheus configuration that lists a rule file, by its name or a pattern."""
    name = posixpath.basename(path)
    for config, document in prometheus_files(unit):
        for pattern, line in entries(document.get("rule_files")):
            if isinstance(pattern, str) and fnmatchcase(name, posixpath.basename(pattern)):
                return f"{config}:{line}"
    return ""
