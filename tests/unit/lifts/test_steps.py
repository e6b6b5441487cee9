"""What of a project runs by itself, and with which arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from lift_projects import notebook, write

from jupyter_mlops.lifts.api import lift
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.lifts.testing.steps import left_out, scripts, steps

TRAIN = """
    import argparse

    import pandas as pd

    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--trees", type=int, default=5)
    args = parser.parse_args()
    pd.read_csv(args.data).to_csv("seen.csv")
    """


def found(root: Path, files: dict[str, str | bytes]) -> tuple[list[tuple[str, str]], list[str]]:
    """Command and folder of what runs; scripts that are left out."""
    write(root, {"train.py": TRAIN, "requirements.txt": "pandas\n", **files})
    scene = Scene.open(root)
    return [(step.command, step.folder) for step in scripts(scene)], [path for path, _why in left_out(scene)]


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": "train:\n\tpython train.py --data data/t.csv --trees 7\n"},
        {"run.sh": "#!/bin/sh\npython train.py --data data/t.csv --trees 7 > log.txt 2>&1\n"},
        {"README.md": "# Churn\n\n```sh\npython train.py \\\n    --data data/t.csv --trees 7\n```\n"},
        {
            "README.md": "`python train.py --data <file>` or `python train.py --data $DATA`, such as"
            " `python train.py --data data/t.csv --trees 7`"
        },
    ],
)
def test_a_script_is_given_what_the_project_says(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    assert found(tmp_path, files) == ([("python train.py --data data/t.csv --trees 7", ".")], [])


def test_a_script_whose_arguments_nobody_says_is_named(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "README.md": "`python train.py --data YOURS[.csv]`",
        "ask.py": "import pandas as pd\n\npd.read_csv(input('which? '))\n",
    }
    assert found(tmp_path, files) == ([], ["ask.py", "train.py"])


def test_a_script_runs_where_its_command_line_stands(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "src/fit.py": TRAIN,
        "Makefile": "fit:\n\tcd src && python fit.py --data ../t.csv\n",
    }
    assert ("python fit.py --data ../t.csv", "src") in found(tmp_path, files)[0]


def test_what_loads_a_model_comes_after_what_keeps_it(tmp_path: Path) -> None:
    table = "table = pd.read_csv('data/t.csv')\n"
    files: dict[str, str | bytes] = {
        "z_fit.py": f"import joblib\nimport pandas as pd\nfrom sklearn.svm import SVC\n{table}"
        "joblib.dump(SVC().fit(table[['a']], table.y), 'models/model.joblib')\n",
        "judge.py": f"import joblib\nimport pandas as pd\n{table}print(joblib.load('models/model.joblib').score(table[['a']], table.y))\n",
        "again.py": f"import pickle\nimport pandas as pd\n{table}pickle.load(open('models/model.joblib', 'rb')).predict(table[['a']])\n",
        "requirements.txt": "pandas\n",
        "data/t.csv": "a,y\n1,0\n",
    }
    write(tmp_path, files)
    scene = Scene.open(tmp_path)
    assert {step.name: step.after for step in scripts(scene)} == {
        "z_fit.py": (),
        "again.py": ("z_fit.py",),
        "judge.py": ("z_fit.py",),
    }
    flow = lift("prefect-flow", tmp_path, write=False).preview()
    assert 'reads=["data/t.csv", "judge.py", "models/model.joblib"]' in flow


@pytest.mark.parametrize("install", ["pip install pandas==0.1", "!pip install -q pandas==0.1", "%pip install pandas"])
def test_a_notebook_that_installs_is_not_run_by_tests(install: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": notebook(install, "open('b.csv').read()"), "b.ipynb": notebook("print(1)")})
    scene = Scene.open(tmp_path)
    assert [step.source for step in steps(scene)] == ["b.ipynb"]
    assert [path for path, _why in left_out(scene)] == ["a.ipynb"]
