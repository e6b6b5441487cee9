"""The lift `prefect-flow` under real Prefect: what runs, what is up to date, what is tried again, and when it is due."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from engines import Shell
from lift_projects import WHO, commit, state, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.changes import undo
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.api import lift

DATA = "a,y\n1,0\n2,1\n3,0\n4,1\n"
PREPARE = """
    import argparse
    import os
    from pathlib import Path

    import pandas as pd

    from features import double

    parser = argparse.ArgumentParser()
    parser.add_argument("--sort", required=True)
    assert parser.parse_args().sort == "no"
    if Path("away").exists():
        os.remove("away")
        raise OSError("the disk is away")
    double(pd.read_csv("data/table.csv")).to_csv("prepared.csv", index=False)
    """
TRAIN = """
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    table = pd.read_csv("prepared.csv")
    model = DecisionTreeClassifier(random_state=0).fit(table[["a"]], table["y"])
    pd.DataFrame({"y": model.predict(table[["a"]])}).to_csv("predicted.csv")
    """
CODE: dict[str, str | bytes] = {
    "features.py": "def double(table):\n    return table.assign(a=table['a'] * 2)\n",
    "b_prepare.py": PREPARE,
    "a-train.py": TRAIN,
    "data/table.csv": DATA,
    "requirements.txt": "pandas==2.2.0\n",
    "Makefile": "prepared.csv:\n\tpython b_prepare.py --sort no\n",
    ".gitignore": "__pycache__/\nprepared.csv\npredicted.csv\n",
}
STAGES = """
    stages:
      train:
        cmd: python a-train.py
        deps: [a-train.py, prepared.csv]
        outs:
          - predicted.csv:
              cache: false
      prepare:
        cmd: python b_prepare.py --sort no
        deps: [b_prepare.py, features.py, data/table.csv]
        outs:
          - prepared.csv:
              cache: false
    """
#: Runs the flow as a person would, again and again in one process, so that one temporary server serves all.
DRIVER = """
import json, os, pathlib, runpy, sys

os.chdir(sys.argv[1])
answers = {}


def run(name):
    module = runpy.run_path("flows/pipeline.py")
    flow = module["pipeline"]
    state = flow(return_state=True)
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter

    with get_client(sync_client=True) as client:
        runs = client.read_task_runs(flow_run_filter=FlowRunFilter(id={"any_": [state.state_details.flow_run_id]}))
    answers[name] = {"state": state.name, "message": state.message, "tasks": {run.name.rsplit("-", 1)[0]: run.state.name for run in runs}}


run("first")
run("again")
pathlib.Path("features.py").write_text("def double(table):\\n    return table.assign(a=table['a'] * 4)\\n")
run("other module")
pathlib.Path("predicted.csv").unlink()
run("product gone")
pathlib.Path("away").touch()
pathlib.Path("data/table.csv").write_text("a,y\\n5,0\\n6,1\\n7,1\\n")
run("once more")
pathlib.Path("data/table.csv").rename("elsewhere")
run("no data")
pathlib.Path("elsewhere").rename("data/table.csv")

if len(sys.argv) > 2:
    import subprocess
    from prefect.server.api.server import SubprocessASGIServer

    server = SubprocessASGIServer()
    server.start()
    environment = {**os.environ, "PREFECT_API_URL": server.api_url}
    for command in (["work-pool", "create", "default", "--type", "process"], ["deploy", "--all"]):
        subprocess.run([sys.executable, "-m", "prefect", *command], env=environment, stdin=subprocess.DEVNULL, check=True)
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        answers["deployments"] = [
            [each.name, each.entrypoint, [schedule.schedule.cron for schedule in each.schedules], each.work_pool_name]
            for each in client.read_deployments()
        ]

from prefect.settings import get_current_settings
from prefect._internal.analytics.enabled import is_telemetry_enabled

answers["telemetry"] = is_telemetry_enabled() or get_current_settings().server.analytics_enabled
pathlib.Path("answers.json").write_text(json.dumps(answers))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a committed project of these files."""
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)

    def made(files: dict[str, str | bytes]) -> Path:
        root = tmp_path / "project"
        root.mkdir()
        write(root, files)
        commit(root, "one")
        commit(root, "two")
        return root

    return made


def driven(root: Path, base: Path, *, deploy: bool = False) -> dict[str, Any]:
    """What the driver saw, with short retries."""
    flow = root / "flows/pipeline.py"
    knobs = '"retry_delay_seconds": 10'
    text = flow.read_text("utf-8")
    assert knobs in text
    flow.write_text(text.replace(knobs, '"retry_delay_seconds": 0').replace('"retries": 2', '"retries": 1'), "utf-8")
    driver = base / "driver.py"
    driver.write_text(DRIVER, "utf-8")
    shell = Shell(base / "hidden")
    for name in [each for each in shell.environment if each.startswith("PREFECT_")] + ["DO_NOT_TRACK", "CI"]:
        shell.environment.pop(name, None)
    (base / "home").mkdir()
    shell.environment["HOME"] = str(base / "home")
    shell(f"{sys.executable} {driver} {root}{' deploy' if deploy else ''}", root)
    answers: dict[str, Any] = json.loads((root / "answers.json").read_text("utf-8"))
    return answers


def check(answers: dict[str, Any], first: str, second: str) -> None:
    """Each run did what was out of date, and nothing else."""
    ran, cached = "Completed", "Cached"
    assert answers["first"]["tasks"] == {first: ran, second: ran}
    assert answers["again"] == {
        "state": "Completed",
        "message": answers["again"]["message"],
        "tasks": {first: cached, second: cached},
    }
    assert answers["other module"]["tasks"] == {first: ran, second: ran}
    assert answers["product gone"]["tasks"] == {first: cached, second: ran}
    assert answers["once more"]["tasks"] == {first: ran, second: ran}
    assert answers["no data"]["state"] == "Failed"
    assert answers["telemetry"] is False


def test_scripts_become_tasks_that_run_when_they_have_to(project, tmp_path: Path) -> None:
    pytest.importorskip("prefect")
    root = project(CODE)
    before = state(root)
    assert {result.criterion.id: result.state for result in assess(root).headline.results}[
        "pipeline-automated"
    ] != "pass"
    preview = lift("prefect-flow", root, write=False)
    assert state(root) == before
    done = lift("prefect-flow", root)
    assert done.plan.changes.id == preview.plan.changes.id
    assert lift("prefect-flow", root).plan.state == "done"
    commit(root, "flow")
    assert {result.criterion.id: result.state for result in assess(root).headline.results}[
        "pipeline-automated"
    ] == "pass"
    answers = driven(root, tmp_path, deploy=True)
    check(answers, "b_prepare.py", "a-train.py")
    assert answers["deployments"] == [["scheduled", "flows/pipeline.py:pipeline", ["0 6 * * *"], "default"]]
    assert "data/table.csv, which is not there" in answers["no data"]["message"]


def test_stages_of_dvc_become_tasks_that_dvc_runs(project, tmp_path: Path) -> None:
    pytest.importorskip("prefect")
    pytest.importorskip("dvc")
    root = project({**CODE, "dvc.yaml": STAGES, ".dvc/config": "", ".dvc/.gitignore": "/tmp\n/cache\n"})
    lift("prefect-flow", root)
    commit(root, "flow")
    answers = driven(root, tmp_path)
    check(answers, "prepare", "train")
    Shell(tmp_path / "hidden2")("dvc status", root)


def test_undo_leaves_nothing(project) -> None:
    root = project(CODE)
    before = state(root)
    lift("prefect-flow", root)
    undo(root)
    assert state(root) == before


def test_a_deployment_is_added_to_those_that_are_there(project) -> None:
    mine = "# ours\nname: us\ndeployments:\n  - name: scheduled   # not this one\n    entrypoint: a-train.py:x\n"
    root = project({**CODE, "prefect.yaml": mine})
    lift("prefect-flow", root, options={"schedule": "30 5 * * 1-5"})
    text = (root / "prefect.yaml").read_text("utf-8")
    assert text.startswith(mine)
    document = yaml.safe_load(text)
    assert document["deployments"][1] == {
        "name": "scheduled-2",
        "entrypoint": "flows/pipeline.py:pipeline",
        "schedules": [{"cron": "30 5 * * 1-5", "timezone": "UTC"}],
        "work_pool": {"name": "default"},
    }


@pytest.mark.parametrize("cron", ["daily", "1 2 3", "0 6 * * * *"])
def test_a_schedule_that_is_none_is_refused(cron: str, project) -> None:
    with pytest.raises(MlopsError) as raised:
        lift("prefect-flow", project(CODE), options={"schedule": cron}, write=False)
    assert raised.value.code == "invalid-option"


def test_the_flow_of_a_converted_pipeline_gets_a_schedule_and_stays_as_it_is(project) -> None:
    flow = "from prefect import flow\n\n\n@flow\ndef pipeline():\n    pass\n"
    root = project({"pipelines/churn/conversion.json": "{}", "pipelines/churn/flow.py": flow})
    done = lift("prefect-flow", root)
    assert done.applied is not None
    assert done.applied.paths == ("prefect.yaml",)
    (deployment,) = yaml.safe_load((root / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert deployment["entrypoint"] == "pipelines/churn/flow.py:pipeline"
