"""`tests/contracts.yaml`: what the tests expect of tables that come from data, observed with room to spare."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap

from jupyter_mlops_converters.emit import layout, yaml_text
from jupyter_mlops_converters.plan.pipeline import Column, HandOver, Pipeline

FILE = "tests/contracts.yaml"
HEADER = """\
What the tests expect of tables that come from data. Observed in the notebook, with room to spare: numbers may lie half
their range beyond those seen, and half as many values again may be missing. Narrow or widen as the project needs.
"""
_FORMATS = frozenset({"parquet", "joblib"})


def contracts(pipeline: Pipeline) -> bytes | None:
    """The file; None when no table of the data is handed over."""
    found = CommentedMap()
    for stage in pipeline.stages:
        if stage.inputs and not layout.files(pipeline, stage).data:
            continue
        for hand_over in stage.outputs:
            if hand_over.format in _FORMATS:
                for variable, columns in hand_over.tables.items():
                    found[f"{stage.name}/{variable}"] = _contract(hand_over, variable, columns)
    return yaml_text.dump(found, header=HEADER) if found else None


def _contract(hand_over: HandOver, variable: str, columns: tuple[Column, ...]) -> CommentedMap:
    contract = CommentedMap(file=hand_over.path)
    if len(hand_over.variables) > 1:
        contract["key"] = variable
    contract["columns"] = CommentedMap({column.name: _rule(column) for column in columns})
    return contract


def _rule(column: Column) -> Any:
    rule: dict[str, Any] = {"type": column.kind, "missing": round(min(1.0, column.missing * 1.5), 3)}
    if column.lowest is not None and column.highest is not None:
        room = (column.highest - column.lowest) / 2 or max(abs(column.highest) / 2, 1.0)
        # What never was below zero is not expected there, and likewise above.
        lowest = max(0.0, column.lowest - room) if column.lowest >= 0 else column.lowest - room
        highest = min(0.0, column.highest + room) if column.highest <= 0 else column.highest + room
        rule.update(lowest=_round(lowest), highest=_round(highest))
    return yaml_text.plain(rule)


def _round(value: float) -> float | int:
    rounded = float(f"{value:.3g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
