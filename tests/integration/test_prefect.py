"""`flow.py` under real Prefect: what DVC gives, nothing twice, no server, no traces elsewhere."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from engines import Shell, write
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import FileUse, HandOver, Parameter, Pipeline, Stage, StageCell
from notebooks import git

pytest.importorskip("dvc")
pytest.importorskip("prefect")

ROWS = HandOver("rows", ("rows",), "load", "products/load/rows.json", "json", "low and high read it")
LOW = HandOver("low", ("low",), "least", "products/least/low.json", "json", "spread reads it")
HIGH = HandOver("high", ("high",), "most", "products/most/high.json", "json", "spread reads it")
#: Two stages that meet: each waits until the other one has come, which takes both at the same time.
MEET = """
if os.environ.get('MEET'):
    Path('here', {me!r}).touch()
    while not Path('here', {other!r}).exists():
        assert time.monotonic() < began + 300, {me!r} + ' is alone'
        time.sleep(0.02)
"""
CONTEXT = "import os\nimport time\nfrom pathlib import Path\n\nbegan = time.monotonic()"
PIPELINE = Pipeline(
    name="spread",
    title="Spread",
    notebook="notebooks/spread.ipynb",
    notebook_sha256="0" * 64,
    folder="pipelines/spread",
    workdir="notebooks",
    stages=(
        Stage(
            "load",
            "Load",
            "",
            (
                StageCell(
                    "code",
                    "if os.path.exists('away'):\n    os.remove('away')\n    raise OSError('the disk is away')\n"
                    "rows = [int(line) for line in open('rows.txt')]\nprint(len(rows))",
                    0,
                ),
            ),
            outputs=(ROWS,),
            context="import os",
            reads=(FileUse("notebooks/rows.txt"),),
        ),
        Stage(
            "least",
            "Least",
            "",
            (StageCell("code", MEET.format(me="least", other="most") + "low = min(rows) * factor", 1),),
            inputs=(ROWS,),
            outputs=(LOW,),
            parameters=("factor",),
            context=CONTEXT,
        ),
        Stage(
            "most",
            "Most",
            "",
            (StageCell("code", MEET.format(me="most", other="least") + "high = max(rows)", 2),),
            inputs=(ROWS,),
            outputs=(HIGH,),
            context=CONTEXT,
        ),
        Stage(
            "spread",
            "Spread",
            "",
            (
                StageCell(
                    "code",
                    "spread = (high - low) / divisor\nopen('spread.txt', 'w').write(str(spread))\nprint(spread)",
                    3,
                ),
            ),
            inputs=(LOW, HIGH),
            parameters=("divisor",),
            metrics=("spread",),
            writes=(FileUse("notebooks/spread.txt"),),
        ),
    ),
    parameters=(
        Parameter("divisor", 2.0, "float", 3, ("spread",)),
        Parameter("factor", 1, "int", 1, ("least",)),
    ),
    has_git=True,
)

#: Runs the flow as a person would, again and again in one process, so that one temporary server serves all.
DRIVER = """
import hashlib, json, os, pathlib, runpy, subprocess, sys

os.chdir(sys.argv[1])
sys.path.insert(0, ".")
products, notebooks = pathlib.Path("products"), pathlib.Path("../../notebooks")
ran, answers, real_run = set(), {}, subprocess.run


def noting_run(command, **options):
    if "papermill" in command:
        ran.add(pathlib.Path(command[-1]).stem)
    return real_run(command, **options)


subprocess.run = noting_run


def look(name, *, exit=None, state=None):
    answers[name] = {
        "ran": sorted(ran),
        "spread": json.loads(pathlib.Path("metrics.json").read_text()).get("spread"),
        "lock": pathlib.Path("dvc.lock").read_text(),
        "exit": exit,
        "state": state and state.name,
        "message": state and state.message,
    }
    ran.clear()


def command(*arguments):
    sys.argv = ["flow.py", *arguments]
    try:
        runpy.run_path("flow.py", run_name="__main__")
    except SystemExit as error:
        return error.code


def call(name, **given):
    look(name, state=flow.pipeline(**given, return_state=True))


look("first", exit=command())
import flow

call("again")
call("factor", factor=3)
call("same factor", factor=3)
call("back")
(products / "least" / "low.json").unlink()
(notebooks / "spread.txt").write_text("edited")
call("without products")
(notebooks / "rows.txt").write_text("1\\n8\\n3\\n5\\n")
(notebooks / "away").touch()
(notebooks / "here").mkdir()
os.environ["MEET"] = "1"
call("more data, same range")
look("division", exit=command("-y", "divisor: 0"))
(notebooks / "rows.txt").rename(notebooks / "elsewhere.txt")
call("without data")
(notebooks / "elsewhere.txt").rename(notebooks / "rows.txt")
call("after failures")

from prefect._internal.analytics.enabled import is_telemetry_enabled
from prefect.settings import get_current_settings

answers["settings"] = {
    "tells": is_telemetry_enabled() or get_current_settings().server.analytics_enabled,
    "home": str(get_current_settings().home),
}
pathlib.Path("answers.json").write_text(json.dumps(answers))
"""


class Project:
    """The project after the driver has run, beside one that DVC alone has run."""

    def __init__(self, base: Path) -> None:
        self.run = Shell(base / "hidden")
        self.home = base / "home"
        self.home.mkdir()
        for name in [each for each in self.run.environment if each.startswith("PREFECT_")] + ["DO_NOT_TRACK", "CI"]:
            self.run.environment.pop(name, None)
        self.run.environment["HOME"] = str(self.home)
        self.root = base / "project"
        self.folder = write(emit(PIPELINE, ("dvc", "prefect")), self.root)
        flow = self.folder / "flow.py"
        text = flow.read_text()
        knobs = "RETRIES = 2\nRETRY_SECONDS = 10\n"
        assert knobs in text
        flow.write_text(text.replace(knobs, "RETRIES = 1\nRETRY_SECONDS = 0\n"))
        (self.root / "notebooks").mkdir()
        (self.root / "notebooks" / "rows.txt").write_text("1\n8\n3\n")
        git(self.root, "init", "-q")
        self.by_dvc = base / "by_dvc"
        shutil.copytree(self.root, self.by_dvc, symlinks=True)
        self.run("dvc repro", self.by_dvc / PIPELINE.folder)
        driver = base / "driver.py"
        driver.write_text(DRIVER)
        self.log = self.run(f"{sys.executable} {driver} {self.folder}", self.root)
        self.answers: dict[str, dict[str, Any]] = json.loads((self.folder / "answers.json").read_text())

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.answers[name]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("prefect"))


def test_everything_runs_once_and_gives_what_dvc_gives(project: Project) -> None:
    assert project["first"]["ran"] == ["least", "load", "most", "spread"]
    assert project["first"]["exit"] is None
    other = project.by_dvc / PIPELINE.folder
    assert project["first"]["spread"] == json.loads((other / "metrics.json").read_text())["spread"] == 3.5
    assert project["again"]["ran"] == []
    assert project["again"]["state"] == "Completed"


def test_the_lock_is_as_if_dvc_had_run(project: Project) -> None:
    theirs = (project.by_dvc / PIPELINE.folder / "dvc.lock").read_text()
    assert project["first"]["lock"] == theirs
    assert "Running stage" not in project.run("dvc repro", project.folder)
    assert "up to date" in project.run("dvc status", project.folder)


def test_other_parameters_run_what_uses_them_and_leave_the_lock_alone(project: Project) -> None:
    assert project["factor"]["ran"] == ["least", "spread"]
    assert project["factor"]["spread"] == 2.5
    assert project["same factor"]["ran"] == []
    assert project["factor"]["lock"] == project["again"]["lock"]
    assert "dvc.lock is of params.yaml" in project.log
    # The products were of the other value, so those of params.yaml are made again.
    assert project["back"]["ran"] == ["least", "spread"]
    assert project["back"]["spread"] == 3.5


def test_a_product_that_is_missing_or_edited_is_made_again(project: Project) -> None:
    assert project["without products"]["ran"] == ["least", "spread"]
    assert (project.root / "notebooks" / "spread.txt").read_text() == "3.5"


def test_a_change_goes_as_far_as_it_makes_a_difference(project: Project) -> None:
    assert project["more data, same range"]["ran"] == ["least", "load", "most"]


def test_a_stage_that_fails_is_tried_again(project: Project) -> None:
    assert "OSError: the disk is away" in project.log
    assert project["more data, same range"]["state"] == "Completed"


def test_stages_that_do_not_depend_on_each_other_run_at_the_same_time(project: Project) -> None:
    assert {path.name for path in (project.root / "notebooks" / "here").iterdir()} == {"least", "most"}
    assert project["more data, same range"]["state"] == "Completed"


def test_a_failing_stage_fails_the_flow_and_says_why(project: Project) -> None:
    assert project["division"]["exit"] == (
        "spread failed: ZeroDivisionError: float division by zero (products/spread.ipynb shows where)"
    )
    assert project["without data"]["state"] == "Failed"
    assert "../../notebooks/rows.txt is not there, and load reads it" in project["without data"]["message"]
    assert project["after failures"]["ran"] == ["spread"]


def test_nothing_is_told_to_anyone_and_nothing_left_elsewhere(project: Project) -> None:
    assert project["settings"] == {"tells": False, "home": str(project.folder / "products" / ".prefect")}
    assert not (project.home / ".prefect").exists()
    assert {path.name for path in project.home.iterdir()} <= {".cache", ".config", ".ipython", ".local"}
    left = git(project.root, "status", "--porcelain", "--untracked-files=all", "--", PIPELINE.folder + "/products")
    assert [line.split("/")[-1] for line in left.splitlines()] == [".gitignore"]
