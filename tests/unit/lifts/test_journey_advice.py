"""What the way to a level leaves to a person where a lift does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.lifts.journey import _ACTS, Journey, _advised, _follow_up, journey
from jupyter_mlops.lifts.lift import Act
from jupyter_mlops.lifts.registry import all_lifts

CONVERT, CLEAN = "jupyter mlops convert NOTEBOOK", "jupyter mlops lift clean-notebook"


def test_nothing_is_told_twice_and_no_lift_that_was_tried() -> None:
    done = Journey(2, cast("Any", None), cast("Any", None))
    pipeline = next(each for each in all_lifts() if each.name == "pipeline")
    acts = [Act("Mend it.", CLEAN), Act("Convert one.", CONVERT), Act("Write a test.")]
    assert _advised(acts, done) == acts
    done.stuck.append((pipeline, "It does not run."))
    done.left = [Act("Convert a notebook.", CONVERT)]
    assert _advised(acts, done) == [Act("Mend it."), Act("Write a test.")]


def test_a_command_with_a_gap_to_fill_in_is_left_to_the_person() -> None:
    done = Journey(2, cast("Any", None), cast("Any", None))
    act = Act("Convert one.", CONVERT)
    _follow_up(done, cast("Any", SimpleNamespace(plan=SimpleNamespace(left=(act,)))), _ACTS)
    assert (done.left, done.acted) == ([act], [])


def test_what_commits_on_the_way_have_opened_is_not_left_to_the_person(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import sklearn\n\nprint(sklearn.__version__)\n", encoding="utf-8")
    options = {"environment.resolve": "no"}
    untouched = journey(tmp_path, 2, options=options, write=False)
    done = journey(tmp_path, 2, options=options, act=True)
    assert len([command for command in done.acted if "git commit" in command]) > 1, done.acted
    for one in (untouched, done):
        assert "code-versioned" not in {result.criterion.id for result in one.after.headline.blockers}
        assert not [act.what for act in one.left if "second commit" in act.what]
        assert [act.what for act in one.left if "Push it to a remote" in act.what], "the rest is left all the same"


def test_a_gate_that_waits_for_a_run_alone_is_named_with_its_command(tmp_path: Path) -> None:
    stages = {
        "prepare": {"cmd": "python prepare.py", "deps": ["prepare.py", "raw.csv"], "outs": ["table.csv"]},
        "train": {"cmd": "python train.py", "deps": ["train.py", "table.csv"], "outs": ["model.pkl"], "params": ["c"]},
    }
    files = {
        "dvc.yaml": json.dumps({"stages": stages}),
        "params.yaml": "c: 1\n",
        "raw.csv": "x,y\n1,0\n",
        "prepare.py": "import pandas as pd\n\npd.read_csv('raw.csv').to_csv('table.csv')\n",
        "train.py": "import pandas as pd\nfrom sklearn.svm import SVC\n\nSVC().fit(pd.read_csv('table.csv'), [0])\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = "dvc repro dvc.yaml"
    step = SimpleNamespace(
        lift=SimpleNamespace(raises=("pipeline-automated", "pipeline-reproducible"), brings=()),
        plan=SimpleNamespace(left=(Act("Run it.", command),)),
    )
    now = assess(tmp_path)
    done = Journey(2, now, now, steps=[cast("Any", step)], committed=True)
    assert done.waiting == {"pipeline-reproducible": command}
    gates = {gate["criterion"]: gate["waits_for"] for gate in done.gates()}
    assert {name for name, waits in gates.items() if waits} == {"pipeline-reproducible"}
    assert done.level_then == now.level, "other gates are closed as well"
    done.acted.append(command)
    assert done.waiting == {}
