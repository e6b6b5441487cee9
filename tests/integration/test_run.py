"""`jupyter mlops run`: what ran, what it gave, how DVC finds it afterwards, and what happens when it cannot."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import FileUse, HandOver, Parameter, Pipeline, Stage, StageCell
from jupyter_mlops_converters.run import run_pipeline
from jupyter_mlops_converters.warm import kept

pytest.importorskip("dvc")

ROWS = HandOver("rows", ("rows",), "load", "products/load/rows.npy", "npy", "others read it")
SUM = HandOver("total", ("total",), "add", "products/add/total.json", "json", "score reads it")
MEAN = HandOver("mean", ("mean",), "average", "products/average/mean.json", "json", "score reads it")

#: Changes what a stage would see if it shared a process with this one.
POLLUTE = "import builtins\nbuiltins.leak = np.leak = 1\nnp.random.seed(0)\nnp.set_printoptions(precision=1)"
#: Stages that can only both end when they run at the same time.
MEET = """
import pathlib, time
pathlib.Path({mine!r}).touch()
until = time.monotonic() + 60
while not pathlib.Path({other!r}).exists():
    assert time.monotonic() < until, "nobody came"
    time.sleep(0.01)
"""


def cell(source: str, number: int) -> StageCell:
    return StageCell("code", source, number)


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
            (cell("rows = np.loadtxt('rows.txt')", 2), cell(POLLUTE, 3)),
            outputs=(ROWS,),
            reads=(FileUse("rows.txt", git_tracked=True),),
            context="import numpy as np",
        ),
        Stage(
            "add",
            "Add",
            "",
            (
                StageCell("markdown", "# Add", 4),
                cell("print('leak' in vars(__builtins__), hasattr(np, 'leak'), np.array([1 / 3]))", 5),
                cell("total = float(rows.sum()) / divisor\ntotal", 6),
            ),
            inputs=(ROWS,),
            outputs=(SUM,),
            parameters=("divisor",),
            context="import numpy as np",
        ),
        Stage("average", "Average", "", (cell("mean = float(rows.mean())\nmean", 7),), inputs=(ROWS,), outputs=(MEAN,)),
        Stage(
            "score",
            "Score",
            "",
            (
                cell("import matplotlib.pyplot as plt\nplt.plot([total, mean]);", 8),
                cell("score = total + mean * weight", 9),
            ),
            inputs=(SUM, MEAN),
            parameters=("weight",),
            metrics=("score",),
        ),
    ),
    parameters=(Parameter("divisor", 2, "int", 6, ("add",)), Parameter("weight", 1.0, "float", 9, ("score",))),
)


def write(root: Path, pipeline: Pipeline) -> Path:
    """A project with the pipeline, as a conversion leaves it in git."""
    root.mkdir(exist_ok=True)
    emission = emit(pipeline, targets=("dvc",))
    for base, files in ((root / pipeline.folder, emission.files), (root, emission.project_files)):
        for path, content in files.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            assert isinstance(content, bytes)
            (base / path).write_bytes(content)
    (root / "rows.txt").write_text("1\n2\n3\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "--quiet", "--message=start")
    return root / pipeline.folder


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def start(folder: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Starts the command as from an environment that is not activated: its programs are not on PATH."""
    here = str(Path(sys.executable).parent)
    path = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != here)
    return subprocess.Popen(
        [sys.executable, "-m", "jupyter_mlops", "run", str(folder), "--format", "json", *arguments],
        env={**os.environ, "PATH": path, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *arguments: str, status: int = 0, **variables: str) -> tuple[dict[str, Any], str]:
    """The command's answer, and what it said on stderr."""
    with start(folder, *arguments, **variables) as process:
        output, errors = process.communicate(timeout=300)
    assert process.returncode == status, errors
    assert "Traceback" not in errors
    document = json.loads(output)
    assert isinstance(document, dict)
    return document, errors


def states(document: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in document["stages"]}


def dvc(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    answer = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def events(errors: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in errors.splitlines() if line.startswith("{")]


@dataclass(frozen=True)
class FirstRun:
    """A pipeline that has been run once, a copy of it from before, and what was answered and told."""

    folder: Path
    untouched: Path
    document: dict[str, Any]
    errors: str


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    root = tmp_path_factory.mktemp("run")
    folder = write(root / "project", PIPELINE)
    shutil.copytree(root / "project", root / "copy")
    document, errors = run(folder, "--progress", "json")
    return FirstRun(folder, root / "copy" / PIPELINE.folder, document, errors)


@pytest.fixture
def folder(first: FirstRun) -> Path:
    return first.folder


def without_times(text: str) -> Any:
    """An executed notebook without what is another in every run."""
    document = json.loads(re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"time"', text))
    for holder in (document, *document["cells"]):
        assert isinstance(holder["metadata"]["papermill"].pop("duration"), (float, int))
    for each in document["cells"]:
        if "injected-parameters" in each["metadata"]["tags"]:
            assert each.pop("id")
    return document


def test_what_is_stale_runs_and_dvc_finds_it_as_if_it_had_done_it(first: FirstRun) -> None:
    folder, document = first.folder, first.document
    assert states(document) == dict.fromkeys(("load", "add", "average", "score"), "run")
    assert document["metrics"] == {"score": 5.0}
    assert document["parameters"] == {"divisor": 2, "weight": 1.0}
    assert all(1e7 < stage["memory"] < 1e9 for stage in document["stages"])
    told = events(first.errors)
    assert {event["stage"] for event in told if event.get("state") == "queued"} == set(states(document))
    assert [event["stage"] for event in told if event.get("state") == "run"][::3] == ["load", "score"]
    assert [event["cell"] for event in told if event["stage"] == "add" and event["cell"] is not None] == [4, 5, 6]
    assert told[-1]["fraction"] == 1.0
    assert dvc(folder, "status").strip() == "Data and pipelines are up to date."
    lock = (folder / "dvc.lock").read_bytes()
    assert dvc(folder, "repro").count("didn't change, skipping") == 4
    assert (folder / "dvc.lock").read_bytes() == lock
    here = git(folder, "status", "--porcelain", "--untracked-files=all", ".").split()
    assert here == ["??", "pipelines/small/dvc.lock", "??", "pipelines/small/metrics.json"]

    # The same by DVC and papermill.
    other = first.untouched
    dvc(other, "repro")
    products = sorted(path.relative_to(other) for path in (other / "products").rglob("*.*"))
    assert products == sorted(path.relative_to(folder) for path in (folder / "products").rglob("*.*"))
    for path in products:
        assert (folder / path).read_bytes() == (other / path).read_bytes(), path
    assert lock == (other / "dvc.lock").read_bytes()


def test_a_notebook_is_left_as_papermill_leaves_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "project", variant(LOAD))
    stages = (folder / "dvc.yaml").read_text()
    (folder / "dvc.yaml").write_text(re.sub(r"\n +- python reproducible.py .*", "", stages))
    shutil.copytree(tmp_path / "project", tmp_path / "copy")
    other = tmp_path / "copy" / PIPELINE.folder
    run(folder)
    dvc(other, "repro")
    ours, theirs = (without_times((each / "products/load.ipynb").read_text()) for each in (folder, other))
    assert ours == theirs


def test_nothing_runs_where_nothing_changed(folder: Path) -> None:
    lock = (folder / "dvc.lock").read_bytes()
    document, _ = run(folder)
    assert states(document) == dict.fromkeys(("load", "add", "average", "score"), "skipped")
    assert (folder / "dvc.lock").read_bytes() == lock


def test_a_parameter_reruns_what_uses_it_and_an_old_value_comes_from_the_cache(folder: Path) -> None:
    document, _ = run(folder, "-P", "divisor=3")
    assert states(document) == {"load": "skipped", "add": "run", "average": "skipped", "score": "run"}
    assert document["metrics"] == {"score": 4.0}
    assert "divisor: 3 # cell 6: add" in (folder / "params.yaml").read_text().splitlines()
    document, _ = run(folder, "-P", "divisor=2")
    assert states(document) == {"load": "skipped", "add": "restored", "average": "skipped", "score": "restored"}
    assert document["metrics"] == {"score": 5.0}
    document, _ = run(folder, "-P", "weight=2", "--cold")
    assert states(document) == {"load": "skipped", "add": "skipped", "average": "skipped", "score": "run"}
    assert document["metrics"] == {"score": 7.0}
    assert dvc(folder, "status").strip() == "Data and pipelines are up to date."


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_the_next_run_takes_over_the_warm_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def waiting() -> set[int]:
        return {
            process.pid
            for process in psutil.process_iter(["cmdline", "cwd"])
            if "zygote.py" in str(process.info["cmdline"]) and process.info["cwd"] == str(folder.resolve() / "stages")
        }

    with TemporaryDirectory() as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        monkeypatch.setenv(kept.SETTING, "60")
        run(folder, "-P", "divisor=5")
        first = waiting()
        document, _ = run(folder, "-P", "divisor=10")
        assert states(document) == {"load": "skipped", "add": "run", "average": "skipped", "score": "run"}
        assert len(first) == 1
        assert waiting() == first
        run(folder, "-P", "divisor=0", status=1)
        assert waiting() == set()
        run(folder, "-P", "divisor=2", **{kept.SETTING: "0"})
        assert waiting() == set()


def test_people_read_a_table(folder: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops", "run", str(folder)],
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=True,
    )
    words = [line.split()[0] for line in result.stdout.splitlines()]
    assert words == ["load", "add", "average", "score", "score:", "Done"]


def test_it_may_be_called_where_an_event_loop_runs(folder: Path) -> None:
    async def call() -> list[str]:
        return [stage.status for stage in run_pipeline(folder).stages]

    before = Path.cwd()
    assert asyncio.run(call()) == ["skipped"] * 4
    assert Path.cwd() == before


def test_a_failing_stage_names_its_cell_and_its_error(folder: Path) -> None:
    document, errors = run(folder, "-P", "divisor=0", "--progress", "json", status=1)
    error = document["error"]
    assert error["code"] == "stage-failed"
    assert error["cell"] == 6
    assert "add" in error["message"]
    assert "ZeroDivisionError: float division by zero" in error["message"]
    assert "total = float(rows.sum()) / divisor" in error["detail"]
    assert "\x1b" not in error["detail"]
    assert [event["stage"] for event in events(errors) if event.get("state") == "failed"] == ["add"]
    executed = json.loads((folder / "products" / "add.ipynb").read_text())
    assert executed["metadata"]["papermill"]["exception"] is True
    assert "An Exception was encountered" in "".join(executed["cells"][0]["source"])
    run(folder, "-P", "divisor=2")


@pytest.fixture
def without_rows(folder: Path) -> Iterator[None]:
    rows = folder.parent.parent / "rows.txt"
    rows.rename(rows.with_suffix(".away"))
    yield
    rows.with_suffix(".away").rename(rows)


@pytest.mark.usefixtures("without_rows")
def test_missing_data_is_named_and_nothing_is_lost(folder: Path) -> None:
    document, _ = run(folder, status=1)
    assert document["error"]["code"] == "missing-input"
    assert "rows.txt" in document["error"]["message"]
    assert (folder / "products" / "load.ipynb").exists()


def test_a_pipeline_that_another_process_runs_is_left_alone(folder: Path) -> None:
    lock = folder.parents[1] / ".dvc" / "tmp" / "rwlock"
    other = {"pid": os.getpid(), "cmd": "another"}
    lock.write_text(json.dumps({"write": {str(folder / "products" / "load.ipynb"): other}}))
    try:
        document, _ = run(folder, status=1)
    finally:
        lock.unlink()
    assert document["error"]["code"] == "pipeline-busy"


def test_locks_that_a_killed_run_left_broken_are_named(folder: Path) -> None:
    lock = folder.parents[1] / ".dvc" / "tmp" / "rwlock"
    lock.write_text('{"write": {"')
    try:
        document, _ = run(folder, "-P", "divisor=7", status=1)
    finally:
        lock.unlink()
    assert (document["error"]["code"], document["error"]["path"]) == ("pipeline-busy", str(lock))


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
    document, _ = run(folder, *arguments, status=2)
    assert document["error"]["code"] == code
    assert (folder / "params.yaml").read_bytes() == before


def test_a_folder_that_is_no_pipeline(tmp_path: Path) -> None:
    assert run(tmp_path, status=2)[0]["error"]["code"] == "not-a-pipeline"


def test_a_project_without_dvc_is_told_what_to_do(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_bytes((folder / "dvc.yaml").read_bytes())
    error = run(tmp_path, status=2)[0]["error"]
    assert error["code"] == "no-dvc-project"
    assert "dvc init" in error["message"]


def test_a_broken_dvc_yaml_is_named(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder.parents[1] / ".dvc", tmp_path / ".dvc")
    (tmp_path / ".git").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages:\n  load: 3\n")
    assert run(tmp_path, status=2)[0]["error"]["code"] == "invalid-dvc-yaml"


def test_without_dvc_the_command_that_installs_it_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['dvc'] = None\n")
    paths = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    error = run(folder, status=3, PYTHONPATH=paths)[0]["error"]
    assert error["code"] == "missing-dependency"
    assert 'pip install "jupyter-mlops[dvc]"' in error["message"]


def variant(*stages: Stage) -> Pipeline:
    return replace(PIPELINE, stages=stages, parameters=())


LOAD = Stage(
    "load",
    "Load",
    "",
    (cell("rows = [1]", 2),),
    outputs=(replace(ROWS, path="products/load/rows.json", format="json"),),
)


def after_load(name: str, source: str) -> Stage:
    return Stage(name, name, "", (cell(source, 5),), inputs=LOAD.outputs)


def test_stages_that_do_not_need_each_other_run_side_by_side(tmp_path: Path) -> None:
    left = after_load("left", MEET.format(mine="left", other="right"))
    right = after_load("right", MEET.format(mine="right", other="left"))
    document, _ = run(write(tmp_path, variant(LOAD, left, right)), "--jobs", "2")
    assert states(document) == dict.fromkeys(("load", "left", "right"), "run")


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    dies = after_load("dies", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    folder = write(tmp_path, variant(LOAD, dies))
    error = run(folder, status=1)[0]["error"]
    assert error["code"] == "stage-failed"
    assert error["cell"] == 5
    assert "kernel died" in error["message"]
    assert "signal 9" in error["message"]
    assert (folder / "products" / "dies.ipynb").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_and_keeps_what_is_done(tmp_path: Path, number: signal.Signals) -> None:
    waits = after_load("waits", "import subprocess\nsubprocess.run(['sleep', '300'])")
    folder = write(tmp_path, variant(LOAD, waits))
    with start(folder, "--progress", "json") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if '"cell": 5' in line:
                break
        started = psutil.Process(process.pid).children(recursive=True)
        while not any(each.name() == "sleep" for each in started):
            started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    assert "Traceback" not in errors
    _, alive = psutil.wait_procs(started, timeout=20)
    assert not alive
    assert "load:" in (folder / "dvc.lock").read_text()
    waiting = folder / "stages" / "waits.ipynb"
    waiting.write_text(waiting.read_text().replace("'300'", "'0'"))
    assert states(run(folder)[0]) == {"load": "skipped", "waits": "run"}


TRACK = Stage(
    "track",
    "Track",
    "",
    (StageCell("code", "assert trackable"),),
    parameters=("trackable",),
    after=("load",),
    tracks=True,
)


def test_the_run_is_tracked_after_its_result_and_a_failure_of_that_undoes_nothing(tmp_path: Path) -> None:
    pipeline = replace(variant(LOAD, TRACK), parameters=(Parameter("trackable", False, "bool", 1, ("track",)),))
    folder = write(tmp_path, pipeline)
    with start(folder, "--progress", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 0
    assert states(json.loads(output)) == {"load": "run", "track": "pending"}
    assert "could not be tracked" in errors
    phases = [(event["phase"], event.get("state")) for event in events(errors)]
    assert phases.index(("run", "run")) < phases.index(("track", "running")) < phases.index(("track", "failed"))
    assert "track:" in dvc(folder, "status")
    _, errors = run(folder, "-P", "trackable=true")
    assert "could not be tracked" not in errors
    assert dvc(folder, "status").strip() == "Data and pipelines are up to date."


def test_stages_with_other_commands_run_as_dvc_runs_them(tmp_path: Path) -> None:
    folder = write(tmp_path, variant(LOAD))
    stage = "  copy:\n    cmd: cp products/load/rows.json copy.json && echo $DVC_STAGE\n    deps: [products/load/rows.json]\n    outs: [copy.json]\n"
    (folder / "dvc.yaml").write_text((folder / "dvc.yaml").read_text() + stage)
    assert states(run(folder)[0]) == {"load": "run", "copy": "run"}
    assert (folder / "copy.json").read_bytes() == (folder / "products" / "load" / "rows.json").read_bytes()
    assert dvc(folder, "status").strip() == "Data and pipelines are up to date."
    (folder / "dvc.yaml").write_text(
        (folder / "dvc.yaml").read_text().replace("echo $DVC_STAGE", "echo no >&2 && false")
    )
    error = run(folder, status=1)[0]["error"]
    assert error["code"] == "stage-failed"
    assert "copy" in error["message"]
    assert error["detail"] == "no"


def test_data_that_dvc_keeps_is_looked_after_as_dvc_does(tmp_path: Path) -> None:
    reads = replace(
        LOAD, cells=(cell("rows = [int(line) for line in open('rows.txt')]", 2),), reads=(FileUse("rows.txt"),)
    )
    folder = write(tmp_path, variant(reads))
    git(tmp_path, "rm", "--quiet", "--cached", "rows.txt")
    dvc(tmp_path, "add", "rows.txt")
    assert states(run(folder)[0]) == {"load": "run"}
    data = tmp_path / "rows.txt"
    data.unlink()
    data.write_text("4\n")
    assert states(run(folder)[0]) == {"load": "run"}
    assert dvc(folder, "status").strip() == "Data and pipelines are up to date."
    data.unlink()
    error = run(folder, status=1)[0]["error"]
    assert error["code"] == "missing-input"
    assert "rows.txt" in error["message"]
