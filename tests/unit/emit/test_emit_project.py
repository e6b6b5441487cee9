"""Parameters, requirements, README, tests, and the files of the project."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jupyter_mlops_converters.emit import Emission, Link, emit
from jupyter_mlops_converters.emit.yaml_text import float_text
from jupyter_mlops_converters.plan.pipeline import Finding, Parameter, Pipeline, StageCell
from ruamel.yaml import YAML


def text(emission: Emission, path: str) -> str:
    content = emission.files[path]
    assert isinstance(content, bytes)
    return content.decode()


def written(emission: Emission, folder: Path) -> Path:
    for path, content in emission.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            shutil.copy(folder / content.target, target) if (folder / content.target).exists() else None
        else:
            target.write_bytes(content)
    shutil.copy(folder / "params.yaml", folder / "env.yaml")
    return folder


VALUES = {
    "power": 1e-05, "large": 1e22, "whole": 3, "negative": -2.5, "on": True, "nothing": None, "endless": float("inf"),
    "yes": "yes", "number": "10", "time": "12:30", "quoted": "it's \"x\": # é", "lines": "a\nb",
    "items": [1, 1e-07, "no", [None]], "named": {"a": "off", "b": 1},
}  # fmt: skip


def test_every_reader_of_yaml_sees_the_same_parameters(pipeline: Pipeline) -> None:
    parameters = tuple(Parameter(name, value, "str", 3, ()) for name, value in VALUES.items())
    emission = emit(replace(pipeline, stages=pipeline.stages[:0], models=(), parameters=parameters), targets=())
    content = text(emission, "params.yaml")
    assert yaml.safe_load(content) == VALUES
    assert YAML(typ="safe").load(content) == VALUES
    assert [type(value) for value in yaml.safe_load(content).values()] == [type(value) for value in VALUES.values()]


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-300, 1.5e300, 123456789.123, -1e-05, 5e-324])
def test_floats_keep_every_bit(value: float) -> None:
    assert repr(yaml.safe_load(float_text(value))) == repr(value)


def test_params_say_where_they_come_from(emission: Emission) -> None:
    lines = text(emission, "params.yaml").splitlines()
    assert "seed: 42 # cell 1: load, track" in lines
    assert "shape: [80, 20] # cell 4: train, track" in lines
    assert "rate: 1.0e-05 # cell 4: train, track" in lines


def test_a_pipeline_without_parameters_leaves_room_for_some(pipeline: Pipeline) -> None:
    stages = tuple(replace(stage, parameters=(), cells=()) for stage in pipeline.stages)
    content = text(emit(replace(pipeline, parameters=(), stages=stages)), "params.yaml")
    assert yaml.safe_load(content) is None
    assert yaml.safe_load(content + "x: 1\n") == {"x": 1}


def test_requirements_keep_the_pins_of_the_notebook(emission: Emission) -> None:
    lines = [line for line in text(emission, "requirements.txt").splitlines() if line and not line.startswith("#")]
    assert {"pandas==2.2.0", "scikit-learn==1.5.0"} <= set(lines)
    names = [line.partition("=")[0].partition(">")[0] for line in lines]
    assert {"joblib", "pyarrow", "papermill", "dvc", "mlflow", "pytest"} <= set(names)
    assert "ploomber" not in names, "it would bring Notebook back to version 6"
    assert len(names) == len(set(names))


def test_dvc_is_initialised_where_it_is_not(pipeline: Pipeline) -> None:
    assert emit(pipeline).project_files == {
        ".dvc/.gitignore": b"/config.local\n/tmp\n/cache\n",
        ".dvc/config": b"",
        ".dvcignore": emit(pipeline).project_files[".dvcignore"],
    }
    assert b"no_scm = True" in emit(replace(pipeline, has_git=False)).project_files[".dvc/config"]
    assert emit(replace(pipeline, has_dvc=True)).project_files == {}


def test_the_store_of_mlflow_and_results_stay_out_of_git(emission: Emission, pipeline: Pipeline) -> None:
    """Results are ignored from the start, so that DVC writes no `.gitignore` into the user's folders."""
    results = {f"/{use.path}" for stage in pipeline.stages for use in stage.writes if not use.git_tracked}
    assert results
    assert set(emission.ignore) == {"/mlflow.db", "/mlruns/"} | results


def test_products_stay_out_of_git(emission: Emission) -> None:
    assert emission.files["products/.gitignore"] == b"*\n!.gitignore\n"


def test_the_library_is_written_as_it_is(emission: Emission) -> None:
    assert text(emission, "wine_lib.py") == "def fit(df, shape, rate):\n    return None\n"


def test_the_readme_shows_graph_parameters_and_commands(pipeline: Pipeline) -> None:
    pipeline = replace(
        pipeline, findings=(Finding("x", "warning", "Mind the gap.", 3), Finding("y", "info", "Hidden."))
    )
    readme = text(emit(pipeline), "README.md")
    for line in (
        '    load -->|"random state, df"| train',
        '    train -->|"nb, X_test, y_test"| evaluate',
        '    evaluate -->|"plot.png, metrics"| track',
        "| `shape` | `[80, 20]` | 4 | train, track |",
        "- Mind the gap. (cell 3)",
        "ploomber build      # other parameters: --env--rate …",
    ):
        assert line in readme.splitlines(), line
    assert "[work/wine notes.ipynb](../../wine%20notes.ipynb)" in readme
    assert "dvc repro" in readme
    assert "Hidden." not in readme
    assert "{{" not in readme


def test_the_tracking_stage_is_like_the_others(pipeline: Pipeline, emission: Emission) -> None:
    track = emission.pipeline.stage("track")
    assert track.parameters == ("rate", "sample_rows", "seed", "shape")
    assert emission.pipeline.parameter("seed").stages == ("load", "track")
    assert track.source_cells == ()
    assert [each.name for each in pipeline.stages] == ["load", "train", "evaluate"], "the given plan is not changed"
    for cell in track.cells:
        ast.parse(cell.source)


def test_a_stage_called_track_keeps_its_name(pipeline: Pipeline) -> None:
    stages = (*pipeline.stages[:2], replace(pipeline.stages[2], name="track"))
    emission = emit(replace(pipeline, stages=stages))
    assert [stage.name for stage in emission.pipeline.stages] == ["load", "train", "track", "track_run"]
    assert emission.pipeline.stage("track_run").tracks


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "tests"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_pipelines_own_tests_pass(emission: Emission, tmp_path: Path) -> None:
    answer = pytest_in(written(emission, tmp_path))
    assert answer.returncode == 0, answer.stdout
    assert "skipped" in answer.stdout, "there are no metrics before the first run"


@pytest.mark.parametrize(
    ("path", "old", "new", "fails"),
    [
        ("dvc.yaml", "      - products/load/df.parquet\n", "", "test_dvc_knows_what_a_stage_depends_on[train]"),
        (
            "pipeline.yaml",
            "    upstream:\n      - train\n",
            "",
            "test_ploomber_knows_what_a_stage_depends_on[evaluate]",
        ),
        ("params.yaml", "seed: 42", "sed: 42", "test_parameters_are_in_params_yaml[load]"),
        ("env.yaml", "seed: 42", "seed: 43", "test_ploomber_reads_the_same_parameters"),
        ("stages/train.ipynb", "products/train/nb.joblib", "products/train/other.joblib", "[evaluate]"),
        ("metrics.json", "", '{"accuracy": 0.5}', "test_a_metric_is_within_its_bounds[accuracy-bounds0]"),
        ("metrics.json", "", '{"accuracy": NaN}', "test_metrics_are_numbers"),
    ],
)
def test_the_pipelines_own_tests_find_what_is_broken(
    emission: Emission,
    tmp_path: Path,
    path: str,
    old: str,
    new: str,
    fails: str,
) -> None:
    file = written(emission, tmp_path) / path
    content = file.read_text() if file.exists() else ""
    assert old in content
    file.write_text(content.replace(old, new) if old else new)
    answer = pytest_in(tmp_path)
    assert answer.returncode == 1
    assert fails in "".join(line for line in answer.stdout.splitlines() if line.startswith("FAILED"))


def test_metrics_near_those_of_the_notebook_pass(emission: Emission, tmp_path: Path) -> None:
    (written(emission, tmp_path) / "metrics.json").write_text('{"accuracy": 0.91, "more": {"rows": 3}}')
    answer = pytest_in(tmp_path)
    assert answer.returncode == 0, answer.stdout


def names_bound_before(emission: Emission, names: dict[str, Any]) -> dict[str, Any]:
    namespace = {**names}
    exec(emission.pipeline.stage("track").cells[0].source, {"os": __import__("os")}, namespace)
    return namespace


def test_tracking_takes_values_before_it_binds_names_of_its_own(pipeline: Pipeline) -> None:
    awkward = ("data", "digest", "figures", "flat", "git", "json", "key", "math", "metrics", "path", "project", "run")
    parameters = tuple(Parameter(name, number, "int", 1, ("load",)) for number, name in enumerate(awkward))
    stages = (
        replace(pipeline.stages[0], parameters=awkward),
        *(replace(s, parameters=()) for s in pipeline.stages[1:]),
    )
    emission = emit(replace(pipeline, parameters=parameters, stages=stages))
    given: dict[str, Any] = {name: number for number, name in enumerate(awkward)} | {"sample_rows": None}
    namespace = names_bound_before(emission, {**given, "nb": "the model", "X_test": list(range(9))})
    assert namespace["_params"] == given
    assert namespace["_model_1"] == "the model"
    assert namespace["_example_1"] == [0, 1, 2, 3, 4]
    later = "\n".join(cell.source for cell in emission.pipeline.stage("track").cells[1:])
    assert not any(f" {name}," in later and f'"{name}": {name}' in later for name in awkward)


@pytest.mark.parametrize("flavor", ["sklearn", "xgboost", "lightgbm", "statsmodels", "pytorch"])
def test_models_of_every_flavor_are_logged_by_valid_code(pipeline: Pipeline, flavor: str) -> None:
    emission = emit(replace(pipeline, models=(replace(pipeline.models[0], flavor=flavor),)))
    last = emission.pipeline.stage("track").cells[-1].source
    assert f"mlflow.{flavor}.log_model(" in last
    calls = [node for node in ast.walk(ast.parse(last)) if isinstance(node, ast.Call)]
    call = next(each for each in calls if ast.unparse(each.func).endswith(".log_model"))
    assert {"name", "input_example", "code_paths", "pip_requirements"} <= {each.arg for each in call.keywords}


def test_tests_of_a_pipeline_without_tables_count_as_tests(emission: Emission, tmp_path: Path) -> None:
    from jupyter_mlops.assessment.api import assess

    assert "tests/contracts.yaml" not in emission.files
    written(emission, tmp_path)
    for command in (
        ["init", "-q"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    found = {result.criterion.id: result for result in assess(tmp_path).headline.results}
    assert found["tests"].state == "pass", found["tests"].message


def test_cells_in_a_row_are_told_by_the_first_and_the_last(pipeline: Pipeline) -> None:
    stages = tuple(
        replace(stage, cells=tuple(StageCell("code", "1", cell) for cell in (0, 1, 2, 4)))
        for stage in pipeline.stages[:1]
    )
    readme = text(emit(replace(pipeline, stages=stages, models=()), targets=()), "README.md")
    assert "| 0 to 2, 4 |" in readme


def test_the_readme_says_which_cells_are_left_out(pipeline: Pipeline) -> None:
    assert "Left out:" not in text(emit(pipeline, targets=()), "README.md")
    readme = text(emit(replace(pipeline, skipped=(28, 29, 30)), targets=()), "README.md")
    assert "\n\nLeft out: cells 28 to 30 of the notebook.\n" in readme
