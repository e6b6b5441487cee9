"""Pipelines of several notebooks put together: names, parameters, libraries and files of each stay its own, or are one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from jupyter_mlops_converters.plan.join import join
from jupyter_mlops_converters.plan.labels import joint_name, labels
from jupyter_mlops_converters.plan.libraries import merge_libraries
from jupyter_mlops_converters.plan.pipeline import FileUse, HandOver, Parameter, Pipeline, Stage, TrackedModel


def pipeline(label: str, *, value: object = 1, kind: str = "int", **more: object) -> Pipeline:
    """A pipeline of two stages, with one parameter and a model, as the planner gives it for one of several notebooks."""
    model = HandOver("model", ("model",), f"{label}_load", f"products/{label}_load/model.joblib", "joblib", "")
    return Pipeline(
        name="both",
        title="Both",
        notebook=f"{label}/{label}.ipynb",
        notebook_sha256=label,
        folder="pipelines/both",
        workdir=label,
        stages=(
            Stage(
                f"{label}_load", "Load", "", (), outputs=(model,), parameters=("seed",), metrics=("score",), writes=(FileUse(f"{label}.csv"),),
            ),
            Stage(f"{label}_train", "Train", "", (), inputs=(model,), parameters=("seed",), after=(f"{label}_load",)),
        ),
        parameters=(Parameter("seed", value, kind, 1, (f"{label}_load", f"{label}_train")),),  # type: ignore[arg-type]
        models=(TrackedModel("model", model, "sklearn"),),
        metric_values={"score": 0.5},
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def joined(*pipelines: Pipeline, taken: frozenset[str] = frozenset()) -> Pipeline:
    return join(pipelines, [p.workdir for p in pipelines], taken)


def test_a_parameter_of_one_name_and_value_is_one_parameter() -> None:
    (parameter,) = joined(pipeline("a"), pipeline("b")).parameters
    assert (parameter.name, parameter.source_notebook) == ("seed", "a/a.ipynb")
    assert parameter.stages == ("a_load", "a_train", "b_load", "b_train")


@pytest.mark.parametrize(("value", "kind"), [(2, "int"), (1.0, "float"), (True, "bool")])
def test_a_parameter_of_another_value_or_type_gets_the_name_of_its_notebook(value: object, kind: str) -> None:
    both = joined(pipeline("a"), pipeline("b", value=value, kind=kind), taken=frozenset({"b_seed"}))
    assert [(p.name, p.variable, p.value) for p in both.parameters] == [
        ("a_seed", "seed", 1),
        ("b_seed_2", "seed", value),
    ]
    assert [stage.parameters for stage in both.stages] == [("a_seed",)] * 2 + [("b_seed_2",)] * 2


def test_files_order_the_stages_of_different_notebooks() -> None:
    first, second = pipeline("a"), pipeline("b")
    reading = replace(second.stages[1], reads=(FileUse("a.csv"),))
    both = joined(first, replace(second, stages=(second.stages[0], reading)))
    assert [stage.after for stage in both.stages] == [(), ("a_load",), (), ("a_load", "b_load")]
    assert [both.workdir_of(stage) for stage in both.stages] == ["a", "a", "b", "b"]


def test_a_notebook_may_wait_for_another_without_reading_its_files() -> None:
    both = join([pipeline("a"), pipeline("b")], ["a", "b"], frozenset(), [frozenset(), frozenset({0})])
    assert [stage.after for stage in both.stages] == [(), ("a_load",), ("a_train",), ("b_load",)]


def test_metrics_and_models_of_one_name_stay_two() -> None:
    both = joined(pipeline("a"), pipeline("b"))
    assert {stage.metrics_file for stage in both.stages if stage.metrics} == {"metrics/a.json", "metrics/b.json"}
    assert both.metric_values == {"a.score": 0.5, "b.score": 0.5}
    assert [model.variable for model in both.models] == ["a_model", "b_model"]
    assert [model.hand_over.variables for model in both.models] == [("a_model",), ("b_model",)]
    assert [stage.outputs[0].variables for stage in both.stages if stage.outputs] == [("model",), ("model",)]


SAME = '"""."""\n\nimport numpy as np\nfrom math import sqrt, pi\n\n\ndef area(r):\n    return pi * np.square(r)\n'


def test_a_function_that_two_notebooks_have_is_in_the_library_once() -> None:
    other = '"""."""\n\nimport numpy as np\nfrom math import pi, tau\n\n\n@np.vectorize\ndef turn(r):\n    return r * tau\n\n\ndef area(r):\n    # the same\n    return pi * np.square(r)\n'
    merged = merge_libraries([SAME, "", other], "both")
    assert not merged.apart
    assert merged.source.count("def area") == 1
    assert merged.source.count("import numpy as np") == 1
    assert "from math import tau\n" in merged.source
    names: dict[str, object] = {}
    exec(merged.source, names)
    assert names["turn"](1) == pytest.approx(6.283185307)  # type: ignore[operator]


@pytest.mark.parametrize(
    "other",
    [
        '"""."""\n\n\ndef area(r):\n    return 3 * r\n',
        '"""."""\n\nfrom numpy import pi\n\n\ndef area(r):\n    return pi\n',
        '"""."""\n\nfrom cmath import sqrt\n\n\ndef root(r):\n    return sqrt(r)\n',
    ],
)
def test_what_means_something_else_stays_apart(other: str) -> None:
    merged = merge_libraries([SAME, other], "both")
    assert dict(merged.apart) == {1: frozenset({"root" if "root" in other else "area"})}


@pytest.mark.parametrize(
    ("paths", "expected", "name"),
    [
        (["01-ml-pipeline-data-analysis.ipynb", "02-ml-pipeline-training.ipynb"], ("data_analysis", "training"), "ml_pipeline"),
        (["clean.ipynb", "train.ipynb"], ("clean", "train"), "clean_to_train"),
        (["a/model.ipynb", "b/model.ipynb"], ("a", "b"), "model"),
        (["1.ipynb", "2.ipynb"], ("notebook_1", "notebook_2"), "notebook_1_to_notebook_2"),
        (["train.ipynb", "train_final.ipynb"], ("train", "train_final"), "train"),
        (["日本.ipynb", "日.ipynb"], ("notebook", "notebook_2"), "notebook_to_notebook_2"),
        (["PrepareData.ipynb", "class.ipynb"], ("prepare_data", "class_notebook"), "prepare_data_to_class_notebook"),
    ],
)  # fmt: skip
def test_notebooks_and_their_pipeline_get_telling_names(paths: list[str], expected: tuple[str, ...], name: str) -> None:
    assert (labels(paths), joint_name(paths)) == (expected, name)
