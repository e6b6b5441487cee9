"""Metrics that rules of Prometheus record: each is made of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jupyter_mlops.assessment.kube import objects
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence

_LARGEST = 500_000


def recorded(unit: Unit) -> dict[str, str]:
    """The metrics that rules record, with the expressions that they are made of.

    Args:
        unit: the unit.
    """
    return unit.once("recorded metrics", lambda: dict(_recorded(unit)))


def _recorded(unit: Unit) -> Iterator[tuple[str, str]]:
    for file in unit.files.suffixed(".yml", ".yaml", ".rules"):
        if file.size <= _LARGEST and "record:" in (unit.project.text(file.path) or ""):
            for document in unit.project.yaml(file.path):
                yield from _rules(mapping(document).get("groups"))
    for item in objects(unit, "PrometheusRule"):
        yield from _rules(item.spec.get("groups"))


def _rules(groups: Any) -> Iterator[tuple[str, str]]:
    for group in map(mapping, sequence(groups)):
        for rule in map(mapping, sequence(group.get("rules"))):
            if isinstance(rule.get("record"), str) and isinstance(rule.get("expr"), str):
                yield rule["record"], rule["expr"]
