"""Pipelines in plain Python whose steps stand in a table that a loop runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.handovers import leaves_for
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.tables import Table, step_tables
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.reach import Node, scope_named


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for table in step_tables(unit):
        stages = tuple(_stages(unit, table))
        if not any(stage.after for stage in stages):
            continue
        chain = unit.reach.chain(table.path, table.runner)
        started = next((link for link in chain if ".py:" in link), table.path).partition(":")[0]
        yield Pipeline(
            "step-tables",
            "Python",
            table.path,
            table.line,
            stages,
            started_by=f"python {unit.local(started)}",
            chain=chain,
            confidence=0.7,
        )


def _stages(unit: Unit, table: Table) -> Iterator[Stage]:
    names = [f"{entry.name}#{position}" for position, entry in enumerate(table.entries)]
    for position, entry in enumerate(table.entries):
        after = {
            names[earlier]
            for earlier in range(position)
            if (table.chained and earlier == position - 1)
            or leaves_for(unit, table.entries[earlier].node, entry.node)
            or _shares(unit, table.entries[earlier].node, entry.node)
        }
        yield Stage(names[position], table.path, entry.line, after=frozenset(after), node=entry.node)


def _shares(unit: Unit, earlier: Node, later: Node) -> bool:
    """Whether one step sets what another reads, by a key or a field of what both are handed: `context["rows"]`."""
    return bool(_keys(unit, earlier, ast.Store) & _keys(unit, later, ast.Load))


def _keys(unit: Unit, node: Node, context: type[ast.expr_context]) -> set[str]:
    source = unit.project.python(node[0])
    scope = scope_named(source, node[1]) if source is not None else None
    arguments = getattr(scope.node, "args", None) if scope is not None else None
    if scope is None or not isinstance(arguments, ast.arguments):
        return set()
    given = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    found = set()
    for inner in (inner for statement in scope.body for inner in ast.walk(statement)):
        if not isinstance(inner, (ast.Subscript, ast.Attribute)) or not isinstance(inner.ctx, context):
            continue
        if not isinstance(inner.value, ast.Name) or inner.value.id not in given:
            continue
        if isinstance(inner, ast.Attribute):
            found.add(f".{inner.attr}")
        elif isinstance(inner.slice, ast.Constant) and isinstance(inner.slice.value, str):
            found.add(f"[{inner.slice.value}]")
    return found


PROBE = Probe(
    id="step-tables",
    title="tables of steps in plain Python",
    reads="Python files with a list or a mapping of functions that a loop calls",
    credits="wired: a loop in code that runs calls the functions, and hands results from one to the next",
    pipelines=_pipelines,
)
