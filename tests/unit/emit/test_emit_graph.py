"""dvc.yaml and pipeline.yaml: the same graph, with every file where it belongs."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jupyter_mlops_converters.emit import Emission, Link, emit
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.pipeline import FileUse, Parameter, Pipeline, Stage, StageCell


def dvc(emission: Emission) -> dict[str, Any]:
    return yaml.safe_load(emission.files["dvc.yaml"])


def tasks(emission: Emission) -> dict[str, Any]:
    return {task["name"]: task for task in yaml.safe_load(emission.files["pipeline.yaml"])["tasks"]}


def test_dvc_stages(emission: Emission) -> None:
    stages = dvc(emission)["stages"]
    assert list(stages) == ["load", "train", "evaluate", "track"]
    train = stages["train"]
    options = "-f params.yaml --cwd stages --no-progress-bar --log-level ERROR"
    assert train["cmd"] == [
        f"papermill {options} stages/train.ipynb products/train.ipynb",
        "python reproducible.py products/train.ipynb",
    ]
    assert set(train["deps"]) == {
        "stages/train.ipynb", "wine_lib.py", "products/load/df.parquet", "products/load/draws.pkl",
    }  # fmt: skip
    assert train["params"] == ["shape", "rate"]
    assert set(train["outs"]) == {"products/train.ipynb", "products/train/split.joblib", "products/train/nb.joblib"}
    assert stages["load"]["deps"] == ["stages/load.ipynb", "../../data/x.csv"]
    assert stages["evaluate"]["metrics"] == [{"metrics.json": {"cache": False}}]


def test_executed_notebooks_gate_the_tracking_stage_alone(emission: Emission) -> None:
    stages = dvc(emission)["stages"]
    executed = {f"products/{name}.ipynb" for name in stages}
    for name, stage in stages.items():
        expected = executed - {"products/track.ipynb"} if name == "track" else set()
        assert executed & set(stage["deps"]) == expected


def test_results_of_user_code_are_outs_as_git_allows(emission: Emission) -> None:
    outs = dvc(emission)["stages"]["evaluate"]["outs"]
    assert "../../plot.png" in outs
    assert {"../../report.txt": {"cache": False, "persist": True}} in outs
    assert dvc(emission)["plots"] == ["../../plot.png"]


def with_files(pipeline: Pipeline, **uses: tuple[list[str], list[str]]) -> Emission:
    stages = tuple(
        Stage(
            name,
            name,
            "",
            (StageCell("code", "1", number),),
            reads=tuple(map(FileUse, reads)),
            writes=tuple(map(FileUse, writes)),
            after=tuple(list(uses)[:number]),
        )
        for number, (name, (reads, writes)) in enumerate(uses.items())
    )
    return emit(replace(pipeline, stages=stages, parameters=(), models=(), library=""), targets=("dvc", "ploomber"))


def test_a_file_between_stages_is_an_out_and_a_dep(pipeline: Pipeline) -> None:
    emission = with_files(pipeline, one=([], ["work/a.csv"]), two=(["work/a.csv"], []))
    stages = dvc(emission)["stages"]
    assert "../../a.csv" in stages["one"]["outs"]
    assert "../../a.csv" in stages["two"]["deps"]
    assert tasks(emission)["two"]["upstream"] == ["one"]
    assert "params" not in tasks(emission)["two"], "Ploomber would look for the file before the first stage has run"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((["work/a.csv"], ["work/a.csv"]), ([], [])),
        ((["work/a.csv"], []), (["work/a.csv"], ["work/a.csv"])),
    ],
)
def test_an_overwritten_file_is_neither_dep_nor_out(
    pipeline: Pipeline, one: tuple[list[str], list[str]], two: tuple[list[str], list[str]]
) -> None:
    stages = dvc(with_files(pipeline, one=one, two=two))["stages"]
    for stage in stages.values():
        assert "../../a.csv" not in [*stage["deps"], *stage["outs"]]


def test_an_order_without_a_file_still_is_an_order(pipeline: Pipeline) -> None:
    stages = dvc(with_files(pipeline, one=([], []), two=([], [])))["stages"]
    assert set(stages["two"]["deps"]) & set(stages["one"]["outs"])


def test_no_path_is_written_by_two_stages_or_read_and_written_by_one(emission: Emission) -> None:
    seen: set[str] = set()
    for stage in dvc(emission)["stages"].values():
        outs = {out if isinstance(out, str) else next(iter(out)) for out in (*stage["outs"], *stage.get("metrics", ()))}
        assert not outs & seen
        assert not outs & set(stage["deps"])
        seen |= outs


def test_ploomber_has_the_graph_of_dvc(emission: Emission) -> None:
    stages = dvc(emission)["stages"]
    owner = {}
    for name, stage in stages.items():
        for out in (*stage["outs"], *stage.get("metrics", ())):
            owner[out if isinstance(out, str) else next(iter(out))] = name
    for name, task in tasks(emission).items():
        assert set(task.get("upstream", [])) == {owner[dep] for dep in stages[name]["deps"] if dep in owner}
        assert task["source"] == f"stages/{name}.ipynb"
        assert task["local_execution"] is True


def test_the_engines_share_no_product(emission: Emission) -> None:
    ours = {path for task in tasks(emission).values() for path in task["product"].values()}
    assert all(path.startswith("products/ploomber/") for path in ours)
    for stage in dvc(emission)["stages"].values():
        for out in (*stage["outs"], *stage.get("metrics", ())):
            assert (out if isinstance(out, str) else next(iter(out))) not in ours


def test_ploomber_gets_parameters_and_data(emission: Emission) -> None:
    assert tasks(emission)["load"]["params"] == {
        "seed": "{{seed}}", "sample_rows": "{{sample_rows}}", "resources_": {"x": "../../data/x.csv"},
    }  # fmt: skip
    assert tasks(emission)["train"]["params"]["rate"] == "{{rate}}"
    assert tasks(emission)["train"]["params"]["resources_"] == {"wine_lib": "wine_lib.py"}
    assert emission.files["env.yaml"] == Link("params.yaml")


def test_without_parameters_there_is_no_env_yaml_which_ploomber_would_refuse(pipeline: Pipeline) -> None:
    emission = with_files(pipeline, one=([], []))
    assert "env.yaml" not in emission.files
    assert "env.yaml" not in emission.files[f"tests/test_{pipeline.name}.py"].decode()


def test_files_of_one_name_are_all_watched(pipeline: Pipeline) -> None:
    emission = with_files(pipeline, one=(["work/a/x.csv", "work/b/x.csv", "work/b/x y.csv"], []))
    assert tasks(emission)["one"]["params"]["resources_"] == {
        "x": "../../a/x.csv", "x_2": "../../b/x.csv", "x_y": "../../b/x y.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        ("10", "str", False),
        ("True", "str", False),
        ("none", "str", False),
        ("1e3", "str", False),
        ("007", "str", True),
        ("data/x.csv", "str", True),
        (["a", "1"], "list", False),
        (["a", "b"], "list", True),
        ({"a": 1}, "dict", True),
        (1e-07, "float", True),
        (float("nan"), "float", False),
        (None, "null", True),
        (True, "bool", True),
        ([1, 2], "tuple", True),
        ("line\n", "str", True),
        ("{{x}}", "str", False),
    ],
)
def test_values_that_ploomber_would_change_stay_with_the_stage(
    pipeline: Pipeline, value: Any, kind: Any, kept: bool
) -> None:
    given = replace(pipeline, parameters=(Parameter("rate", value, kind, 4, ("train",)), *pipeline.parameters[1:]))
    emission = emit(given)
    assert ("rate" in tasks(emission)["train"]["params"]) == kept
    assert [finding.code for finding in emission.findings] == ([] if kept else ["ploomber-parameter"])
    assert dvc(emission)["stages"]["train"]["params"] == ["shape", "rate"]


def test_paths_have_one_form(emission: Emission) -> None:
    for stage in dvc(emission)["stages"].values():
        for path in stage["deps"]:
            assert path == posixpath.normpath(path)
            assert not path.startswith("/")


def test_unknown_targets_are_named(pipeline: Pipeline) -> None:
    with pytest.raises(MlopsError, match="airflow") as error:
        emit(pipeline, targets=("dvc", "airflow"))
    assert error.value.code == "unknown-target"
    assert "papermill" in error.value.message


def test_a_target_that_is_not_asked_for_leaves_nothing(pipeline: Pipeline) -> None:
    emission = emit(pipeline, targets=("papermill",))
    assert not {"dvc.yaml", "pipeline.yaml", "env.yaml", "stages/track.ipynb"} & set(emission.files)
    assert emission.project_files == {}
    assert emission.ignore == ()
    assert "dvc" not in emission.files["requirements.txt"].decode()
