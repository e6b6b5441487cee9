"""`lift --to 2`: from a notebook and its table to Level 2, shown in a copy first, then made step by step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from lift_projects import notebook, state, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.api import lift
from jupyter_mlops.lifts.journey import journey

OPTIONS = {"environment.resolve": "no", "dvc-init.remote": "s3://bucket/churn"}


def passes_its_ci(root: Path) -> None:
    """The commands of its CI pass in a fresh clone, but for the installation, and leave it as it is."""
    clone = root.with_name("clone")
    subprocess.run(["git", "clone", "--quiet", "--depth=1", root.as_uri(), str(clone)], check=True)
    steps = yaml.safe_load((clone / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]["tests"]["steps"]
    checks = [step for step in steps if "run" in step and step["name"] != "Install"]
    assert [step["name"] for step in checks] == [
        "Test the pipeline churn",
        "Reproduce the pipeline churn on a sample",
    ]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for step in checks:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=clone,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step['name']}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""


@pytest.mark.e2e
def test_from_a_notebook_and_its_table_to_level_2(make) -> None:
    root = make("level-0")
    before = state(root)
    shown = journey(root, 2, options=OPTIONS, write=False, act=True)
    assert state(root) == before, "the preview wrote something"
    assert [step.lift.name for step in shown.steps][-2:] == ["pipeline", "ci"]
    assert "mlflow-tracking" not in [step.lift.name for step in shown.steps], "the pipeline records its runs"
    done = journey(root, 2, options=OPTIONS, act=True)
    assert [step.lift.name for step in done.steps] == [step.lift.name for step in shown.steps]
    assert any(command.startswith("dvc repro") for command in done.acted)
    # A copy that was run, too, shows how each gate stands in the end.
    assert shown.waiting == done.waiting == {}
    assert shown.gates() == done.gates()
    assert (shown.after.level, shown.level_then) == (done.after.level, done.after.level)
    # Two things only a person can do: another day's commit, and a place to push to.
    write(root, {"README.md": "# Churn\n"})
    subprocess.run(["sh", "-c", "git add --all && git commit --quiet -m more"], cwd=root, check=True)
    after = assess(root)
    assert after.level == 2, [(result.criterion.id, result.message) for result in after.headline.blockers]
    passes_its_ci(root)
    again = journey(root, 2, options=OPTIONS, act=True)
    assert again.steps == []
    assert again.unused == list(OPTIONS), "options of what was not needed are told"


def test_what_stops_a_notebook_is_cleared_out_of_the_way(make) -> None:
    root = make("level-0")
    cells = (
        "import numpy as np",
        "rows = [float(row.split(',')[0]) for row in open('C:/Users/ann/Desktop/Table.csv').readlines()[1:]]",
        "x = np.array(rows, dtype=np.float)\nprint(x.mean())",
    )
    write(root, {"churn.ipynb": notebook(*cells)})
    lifted = lift("pipeline", root, write=False)
    assert lifted.plan.state == "not-here"
    assert [(one.path, one.cell) for one in lifted.plan.cannot] == [("churn.ipynb", 1)]
    assert [act.command for act in lifted.plan.left] == ["jupyter mlops lift clean-notebook"]
    shown = journey(root, 2, options=OPTIONS, write=False)
    steps = [step.lift.name for step in shown.steps]
    assert steps.index("clean-notebook") < steps.index("pipeline") < steps.index("ci")
    assert shown.stuck == []
    made = next(step for step in shown.steps if step.lift.name == "pipeline").plan
    assert "The notebook is churn_clean.ipynb; it stays as it is." in made.found
    assert "pipelines/churn/dvc.yaml" in [change.path for change in made.changes.changes]
    # What the preview has not run is named, and so is where that leads.
    assert shown.waiting == {"pipeline-reproducible": "dvc repro pipelines/churn/dvc.yaml"}
    # A run is no model, which this notebook does not train: that gate waits for more.
    (trains,) = [gate for gate in shown.gates() if gate["criterion"] == "pipeline-automated"]
    assert (trains["state"][1], trains["waits_for"]) == ("partial", None)
    assert shown.level_then == shown.after.level


def test_scripts_reach_level_2_without_a_notebook(make) -> None:
    shown = journey(make("steps"), 2, options={**OPTIONS, "tests.run": "no"}, write=False)
    assert shown.before.level == 0
    assert shown.after.level == 2, [(result.criterion.id, result.message) for result in shown.after.headline.blockers]
    # What the pipeline of a notebook would have brought along.
    assert {"prefect-flow", "mlflow-tracking", "environment"} <= {step.lift.name for step in shown.steps}
    assert shown.stuck == []


def test_what_does_not_fit_stops_nothing_else(make) -> None:
    root = make("steps")
    write(root, {"prefect.yaml": "deployments: [\n"})
    shown = journey(root, 2, options={**OPTIONS, "tests.run": "no"}, write=False)
    assert {each.name for each, _why in shown.stuck} == {"pipeline", "prefect-flow"}
    assert "ci" in {step.lift.name for step in shown.steps}


def test_a_step_that_is_not_agreed_to_ends_the_way(make) -> None:
    root = make("script")
    before = state(root)
    asked: list[str] = []

    def agree(planned) -> bool:
        asked.append(planned.lift.name)
        return False

    done = journey(root, 1, options=OPTIONS, agree=agree)
    assert len(asked) == 1
    assert done.steps == []
    assert state(root) == before


@pytest.mark.parametrize(
    ("target", "options", "code"), [(5, {}, "invalid-target"), (1, {"remote": "x"}, "invalid-option"), (1, {"no.such": "x"}, "invalid-option")]
)  # fmt: skip
def test_what_cannot_be_asked_for(target: int, options: dict[str, str], code: str, make) -> None:
    with pytest.raises(MlopsError) as caught:
        journey(make("script"), target, options=options)
    assert caught.value.code == code


def test_settings_in_the_code_of_scripts_are_named_with_their_place_and_with_what_to_do(make) -> None:
    root = make("steps")
    script = (root / "prepare.py").read_text("utf-8")
    taken = script.index("parser ="), script.index("table =")
    write(
        root, {"prepare.py": script[: taken[0]].replace("import argparse\n", "") + "factor = 3\n" + script[taken[1] :]}
    )
    shown = journey(root, 2, options={**OPTIONS, "tests.run": "no"}, write=False)
    assert {each.name for each, _why in shown.stuck} == {"pipeline"}
    assert [result.criterion.id for result in shown.after.headline.blockers] == ["pipeline-reproducible"]
    assert "prefect-flow" in {step.lift.name for step in shown.steps}
    plan = lift("pipeline", root, write=False).plan
    assert [(one.what, one.path) for one in plan.cannot] == [("`random_state=0` of RandomForestClassifier", "train.py")]
    assert "RandomForestClassifier" in (root / "train.py").read_text("utf-8").splitlines()[plan.cannot[0].line - 2]
    (act,) = plan.left
    assert act in shown.left
    # Done as it is told, the gate opens.
    code = (root / "train.py").read_text("utf-8")
    code = code.replace("import numpy as np\n", "from pathlib import Path\n\nimport numpy as np\nimport yaml\n")
    code = code.replace(
        "\n\ndef train",
        '\n\nPARAMS = yaml.safe_load(Path(__file__).with_name("params.yaml").read_text("utf-8"))\n\n\ndef train',
        1,
    )
    write(root, {"train.py": code.replace("random_state=0", 'random_state=PARAMS["seed"]'), "params.yaml": "seed: 0\n"})
    subprocess.run(["sh", "-c", "git add --all && git commit --quiet -m params"], cwd=root, check=True)
    assert journey(root, 2, options={**OPTIONS, "tests.run": "no"}, write=False).after.level == 2
