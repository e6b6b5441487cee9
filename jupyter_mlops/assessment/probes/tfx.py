"""TFX: components that hand on what they make, run by a runner; an evaluator that lets models through."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jupyter_mlops.assessment.dataflow import bound_to, connected_calls
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call
from jupyter_mlops.project.reach import Node

_COMPONENT = lazy(
    r"^tfx\.[\w.]*\b(\w*ExampleGen|StatisticsGen|SchemaGen|ImportSchemaGen|ExampleValidator|Transform|Trainer|Tuner|Evaluator"
    r"|InfraValidator|Pusher|BulkInferrer|Importer|Resolver)$"
)
_PIPELINE = lazy(r"^tfx\.[\w.]*\bPipeline$")
_RUNNER = lazy(r"^tfx\.[\w.]*Runner\(\)\.run$")


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path, source in sources_of(unit, "tfx"):
        for call in source.calls:
            if _PIPELINE.match(call.name):
                stages = tuple(_stages(path, call))
                started = _started(unit, (path, call.scope.name))
                if stages:
                    yield Pipeline(
                        "tfx",
                        "TFX",
                        path,
                        call.line,
                        stages,
                        started_by="a runner of TFX" if started else "",
                        chain=started or (),
                        confidence=CALL,
                    )


def _stages(path: str, made: Call) -> Iterator[Stage]:
    """The components of the function that makes a pipeline, as far as the pipeline is given them."""
    calls, edges = connected_calls(
        made.scope,
        lambda call: "pipeline" if call is made else call.attribute if _COMPONENT.match(call.name) else None,
    )
    end = next(position for position, (_name, call) in enumerate(calls) if call is made)
    given = made.argument(None, "components")
    listed = {before for before, after in edges if after == end}
    if given is not None and not isinstance(given, (ast.List, ast.Tuple)):
        listed = _collected(made, given, calls) or set(range(len(calls))) - {end}
    for position in sorted(listed):
        name, call = calls[position]
        after = frozenset(f"{calls[before][0]}#{before}" for before, later in edges if later == position)
        yield Stage(f"{name}#{position}", path, call.line, after=after, node=(path, made.scope.name))


def _collected(made: Call, given: ast.expr, calls: list[tuple[str, Call]]) -> set[int]:
    """The components in a list that has a name: `components = [gen, trainer]`."""
    listed: set[str] = set()
    for node in (inner for statement in made.scope.body for inner in ast.walk(statement)):
        named = isinstance(node, ast.Assign) and any(
            ast.unparse(target) == ast.unparse(given) for target in node.targets
        )
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            listed |= {ast.unparse(element) for element in node.value.elts}
    return {position for position, (_name, call) in enumerate(calls) if _names(call) & listed}


def _names(call: Call) -> set[str]:
    """The names that a component has, `Trainer(…).with_id("x")` included."""
    found = set(bound_to(call).split())
    for statement in (node for inner in call.scope.body for node in ast.walk(inner)):
        if isinstance(statement, ast.Assign) and any(node is call.node for node in ast.walk(statement.value)):
            found |= {ast.unparse(target) for target in statement.targets}
    return found


def _started(unit: Unit, node: Node) -> tuple[str, ...] | None:
    """How a runner is reached that runs the pipeline of a function; None where none does."""
    for path, source in sources_of(unit, ".run("):
        for site in sites(unit, path, [call for call in source.calls if _RUNNER.match(call.name)]):
            if site.reached and node in unit.reach.behind((path, site.scope)):
                return (*unit.reach.chain(path, site.scope), f"{path}:{site.line}")
    return None


def _findings(unit: Unit) -> Iterator[Finding]:
    for pipeline in _pipelines(unit):
        if pipeline.started_by:
            yield from _of(unit, pipeline)


def _of(unit: Unit, pipeline: Pipeline) -> Iterator[Finding]:
    kinds = {stage.name.partition("#")[0] for stage in pipeline.stages}
    source = unit.project.python(pipeline.path)
    for call in source.calls if source is not None else ():
        if call.attribute == "ExampleValidator" and _COMPONENT.match(call.name) and call.attribute in kinds:
            yield Finding(
                "tfx",
                "data-validated",
                Rung.E3,
                "The ExampleValidator checks each run's data against a schema.",
                confidence=CALL,
                path=pipeline.path,
                line=call.line,
                chain=pipeline.chain,
            )
        if call.attribute == "Pusher" and _COMPONENT.match(call.name) and {"Evaluator", "Pusher"} <= kinds:
            blessing = call.argument(None, "model_blessing")
            if blessing is not None:
                yield _gate(unit, pipeline, call)


def _gate(unit: Unit, pipeline: Pipeline, pusher: Call) -> Finding:
    """What the blessing that a pusher waits for is worth: thresholds of the evaluator."""
    source = unit.project.python(pipeline.path)
    calls = source.calls if source is not None else []
    baseline = any(
        call.attribute == "Evaluator" and call.argument(None, "baseline_model") is not None for call in calls
    )
    change = any(call.attribute == "GenericChangeThreshold" for call in calls) and baseline
    bounds = [call for call in calls if call.attribute == "GenericValueThreshold"]
    settled = [call for call in bounds if not _is_fixed(call)]
    if change or settled:
        rung, why, advice = Rung.E3, "on a threshold", None
    elif bounds:
        rung, why = Rung.E2, "on a figure that is fixed in the code"
        advice = "Compare with the last blessed model, or take the threshold from the parameters."
    else:
        rung, why, advice = Rung.E2, "without a threshold", "Give the Evaluator a threshold."
    return Finding(
        "tfx",
        "retraining-automated",
        rung,
        f"The Evaluator blesses what the Pusher may push, {why}.",
        part="gate",
        confidence=CALL,
        path=pipeline.path,
        line=pusher.line,
        chain=pipeline.chain,
        raise_by=advice,
    )


def _is_fixed(call: Call) -> bool:
    """Whether all bounds of a threshold are numbers in the code."""
    values = [keyword.value for keyword in call.node.keywords]
    return not any(
        isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) for value in values for node in ast.walk(value)
    )


PROBE = Probe(
    id="tfx",
    title="TFX",
    reads="Python code that makes a pipeline of TFX components",
    credits="configured: components without data between them, a pipeline that no runner runs, an Evaluator without a threshold or with a fixed figure · wired: connected components that a runner runs, a blessing on a threshold",
    pipelines=_pipelines,
    findings=_findings,
)
