"""`jupyter mlops run`: what ran, what it gave, and in which cell it failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import FileUse, HandOver, Parameter, Pipeline, Stage, StageCell
from jupyter_mlops_converters.run import Progress, StageRun, run_pipeline

pytest.importorskip("dvc")

ROWS = HandOver("rows", ("rows",), "load", "products/load/rows.json", "json", "score reads it")
PIPELINE = Pipeline(
    name="small",
    title="Small",
    notebook="small.ipynb",
    notebook_sha256="0" * 64,
    folder="pipelines/small",
    workdir=".",
    stages=(
        Stage(
            "load",
            "Load",
            "",
            (StageCell("code", "rows = [int(line) for line in open('rows.txt')]", 2),),
            outputs=(ROWS,),
            reads=(FileUse("rows.txt"),),
        ),
        Stage(
            "score",
            "Score",
            "",
            (StageCell("markdown", "# Score", 3), StageCell("code", "score = sum(rows) / divisor\nprint(score)", 4)),
            inputs=(ROWS,),
            parameters=("divisor",),
            metrics=("score",),
        ),
    ),
    parameters=(Parameter("divisor", 2, "int", 4, ("score",)),),
    has_git=False,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("run")
    emission = emit(PIPELINE, targets=("dvc",))
    for base, files in ((root / PIPELINE.folder, emission.files), (root, emission.project_files)):
        for path, content in files.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            assert isinstance(content, bytes)
            (base / path).write_bytes(content)
    (root / "rows.txt").write_text("1\n2\n3\n")
    return root / PIPELINE.folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as from an environment that is not activated: its programs are not on PATH."""
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != here)
    return subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "run", str(folder), *arguments],
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def answer(result: subprocess.CompletedProcess[str], status: int = 0) -> dict[str, Any]:
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def states(document: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in document["stages"]}


def test_what_is_stale_runs(folder: Path) -> None:
    first = run(folder, "--format", "json", "--progress", "json")
    document = answer(first)
    assert states(document) == {"load": "run", "score": "run"}
    assert document["metrics"] == {"score": 3.0}
    assert document["parameters"] == {"divisor": 2}
    assert document["seconds"] >= sum(stage["seconds"] for stage in document["stages"]) - 0.1
    events = [json.loads(line) for line in first.stderr.splitlines() if line.startswith("{")]
    assert [event["stage"] for event in events if event["stage"]] == ["load", "score"]
    assert events[-1]["fraction"] == 1.0
    assert states(answer(run(folder, "--format", "json"))) == {"load": "skipped", "score": "skipped"}


def test_a_parameter_reruns_what_uses_it_and_an_old_value_comes_from_the_cache(folder: Path) -> None:
    changed = answer(run(folder, "-P", "divisor=3", "--format", "json"))
    assert states(changed) == {"load": "skipped", "score": "run"}
    assert changed["metrics"] == {"score": 2.0}
    assert "divisor: 3 # cell 4: score" in (folder / "params.yaml").read_text().splitlines()
    back = answer(run(folder, "-P", "divisor=2", "--format", "json"))
    assert states(back) == {"load": "skipped", "score": "restored"}
    assert back["metrics"] == {"score": 3.0}


def test_people_read_a_table(folder: Path) -> None:
    result = run(folder)
    assert result.returncode == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["load", "score", "score:", "Done"]


def test_a_failing_stage_names_its_cell_and_its_error(folder: Path) -> None:
    result = run(folder, "-P", "divisor=0", "--format", "json")
    error = answer(result, status=1)["error"]
    assert error["code"] == "stage-failed"
    assert error["cell"] == 4
    assert "score" in error["message"]
    assert "ZeroDivisionError: division by zero" in error["message"]
    assert "score = sum(rows) / divisor" in error["detail"]
    assert "\x1b" not in error["detail"]
    answer(run(folder, "-P", "divisor=2", "--format", "json"))


@pytest.fixture
def without_rows(folder: Path) -> Iterator[None]:
    rows = folder.parent.parent / "rows.txt"
    rows.rename(rows.with_suffix(".away"))
    yield
    rows.with_suffix(".away").rename(rows)


@pytest.mark.usefixtures("without_rows")
def test_missing_data_is_named(folder: Path) -> None:
    error = answer(run(folder, "--format", "json"), status=1)["error"]
    assert error["code"] == "missing-input"
    assert "rows.txt" in error["message"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-P", "divider=2"], "unknown-parameter"),
        (["-P", "divisor=two"], "invalid-parameter"),
        (["-P", "divisor"], "invalid-parameter"),
    ],
)
def test_wrong_requests_change_nothing(folder: Path, arguments: list[str], code: str) -> None:
    before = (folder / "params.yaml").read_bytes()
    error = answer(run(folder, *arguments, "--format", "json"), status=2)["error"]
    assert error["code"] == code
    assert (folder / "params.yaml").read_bytes() == before


def test_a_folder_that_is_no_pipeline(tmp_path: Path) -> None:
    assert answer(run(tmp_path, "--format", "json"), status=2)["error"]["code"] == "not-a-pipeline"


def test_a_project_without_dvc_is_told_what_to_do(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_bytes((folder / "dvc.yaml").read_bytes())
    error = answer(run(tmp_path, "--format", "json"), status=2)["error"]
    assert error["code"] == "no-dvc-project"
    assert "dvc init" in error["message"]


def test_without_dvc_the_command_that_installs_it_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['dvc'] = None\n")
    result = run(folder, "--format", "json", PYTHONPATH=str(tmp_path))
    error = answer(result, status=3)["error"]
    assert error["code"] == "missing-dependency"
    assert 'pip install "jupyter-mlops[dvc]"' in error["message"]


def test_another_engine_can_take_the_place_of_dvc(folder: Path) -> None:
    def engine(where: Path, tell: Progress) -> Iterator[StageRun]:
        tell({"phase": "run", "stage": "load", "message": "Running load", "fraction": 0.5})
        assert where == folder.resolve()
        yield StageRun("load", "run", 1.0)

    events: list[dict[str, Any]] = []
    result = run_pipeline(folder, engine=engine, progress=events.append)
    assert [stage.name for stage in result.stages] == ["load"]
    assert [event["stage"] for event in events] == ["load"]
