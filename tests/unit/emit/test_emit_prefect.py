"""`flow.py`: the graph of the other engines, whatever names the notebook has."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import yaml
from jupyter_mlops_converters.emit import Emission, emit
from jupyter_mlops_converters.plan.pipeline import Parameter, Pipeline


def tree(emission: Emission) -> ast.Module:
    content = emission.files["flow.py"]
    assert isinstance(content, bytes)
    return ast.parse(content.decode())


def stages(emission: Emission) -> dict[str, Any]:
    return next(
        ast.literal_eval(node.value)
        for node in tree(emission).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "STAGES"
    )


def flow(emission: Emission) -> ast.FunctionDef:
    return next(node for node in tree(emission).body if isinstance(node, ast.FunctionDef) and node.name == "pipeline")


def waits(emission: Emission) -> dict[str, set[str]]:
    """Stage → stages whose futures it waits for."""
    futures: dict[str, str] = {}
    found: dict[str, set[str]] = {}
    for node in flow(emission).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            stage = ast.literal_eval(node.value.args[0])
            futures[ast.unparse(node.targets[0])] = stage
            upstream = next((ast.unparse(each.value) for each in node.value.keywords), "[]")
            found[stage] = {futures[name] for name in upstream.strip("[]").split(", ") if name}
    return found


def test_the_flow_has_the_graph_of_dvc(emission: Emission) -> None:
    theirs = yaml.safe_load(emission.files["dvc.yaml"])["stages"]
    assert list(stages(emission)) == list(theirs)
    for name, entry in theirs.items():
        ours = stages(emission)[name]
        outs = {out if isinstance(out, str) else next(iter(out)) for out in (*entry["outs"], *entry.get("metrics", ()))}
        assert {f"stages/{name}.ipynb", *ours["inputs"]} == set(entry["deps"])
        assert {f"products/{name}.ipynb", *ours["products"]} == outs
        assert ours["parameters"] == entry.get("params", [])
    assert waits(emission) == {
        "load": set(), "train": {"load"}, "evaluate": {"train"}, "track": {"load", "train", "evaluate"},
    }  # fmt: skip


def test_the_flows_parameters_are_typed_and_none_is_needed(emission: Emission) -> None:
    arguments = flow(emission).args
    assert {arg.arg: ast.unparse(arg.annotation) for arg in arguments.args if arg.annotation} == {
        "rate": "float | None", "sample_rows": "int | None", "seed": "int | None", "shape": "list | None",
    }  # fmt: skip
    assert [ast.unparse(default) for default in arguments.defaults] == ["None"] * 4


def test_names_of_the_notebook_do_not_get_in_the_way(pipeline: Pipeline) -> None:
    names = ("load", "run_stage", "given", "stage", "name", "value", "return_state", "path", "json")
    parameters = tuple(Parameter(name, 1, "int", 0, ("load",)) for name in names)
    first = replace(pipeline.stages[0], parameters=names)
    others = tuple(replace(stage, parameters=()) for stage in pipeline.stages[1:])
    emission = emit(replace(pipeline, parameters=parameters, stages=(first, *others)))
    # Prefect, or the flow, has another meaning for these; params.yaml still has them.
    assert {arg.arg for arg in flow(emission).args.args} == {*names, "sample_rows"} - {"run_stage", "return_state"}
    assert waits(emission)["track"] == {"load", "train", "evaluate"}
    assert "load_ = run_stage.submit('load', given)" in ast.unparse(flow(emission))
    first_statement = ast.unparse(flow(emission).body[1])
    assert first_statement == "given = {name: value for name, value in locals().items() if value is not None}"


def test_a_keyword_can_be_a_stage(pipeline: Pipeline) -> None:
    renamed = replace(pipeline.stages[0], name="import", parameters=())
    emission = emit(replace(pipeline, stages=(renamed,), parameters=(), models=()), targets=("prefect",))
    assert "import_ = run_stage.submit('import', given)" in ast.unparse(flow(emission))
