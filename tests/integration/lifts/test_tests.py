"""The lift `tests`: what it writes passes, fails when code or data is broken, and only claims what was seen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lift_projects import WHO, commit, notebook, run, state, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.changes import undo
from jupyter_mlops.lifts.api import Lifted, lift

pytest.importorskip("pandera")

FEATURES = """
    import random

    import pandas as pd


    def ratio(part, whole):
        return part / whole if whole else 0.0


    def clean(table, least=0):
        kept = table[table["a"] >= least].copy()
        kept["share"] = kept["a"] / kept["b"].replace(0, 1)
        return kept.reset_index(drop=True)


    def noisy(number):
        return number + random.random()
    """
PREPARE = """
    import pandas as pd

    from features import clean, noisy, ratio

    if __name__ == "__main__":
        table = clean(pd.read_csv("data/table.csv", sep=";"), least=1)
        print(ratio(1, 4), noisy(1))
        table.to_csv("prepared.csv", index=False)
    """
REPORT = """
    import pandas as pd

    print(pd.read_csv("prepared.csv")["share"].mean())
    """
ROWS = "".join(
    f"{n};{n * 3 % 50};{n % 7};{n % 2};{'Rome' if n % 3 else 'Oslo'};2024-01-{n % 28 + 1:02d}\n" for n in range(400)
)
PROJECT: dict[str, str | bytes] = {
    "features.py": FEATURES,
    "b_prepare.py": PREPARE,
    "a_report.py": REPORT,
    "broken.py": "import pandas as pd\n\nprint(pd.read_csv('data/table.csv')['nothing'])\n",
    "sure.ipynb": notebook("print(1 + 1)", outputs=True).replace("shown\\n", "2\\n"),
    "unsure.ipynb": notebook("import time\nprint(time.time_ns())", outputs=True),
    "pytest.ini": "# ours\n[pytest]\naddopts = -ra\n",
    "tests/__init__.py": "",
    "requirements.txt": "pandas==2.2.0\n",
    "data/table.csv": "id;a;b;y;city;when\n" + ROWS,
}


def pytest_says(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def lifted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, object], Lifted]]:
    """A project, as it was, and what the lift did to it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in WHO.items():
            patch.setenv(name, value)
        patch.delenv("VIRTUAL_ENV", raising=False)
        root = tmp_path_factory.mktemp("lifted") / "project"
        root.mkdir()
        write(root, PROJECT)
        commit(root, "one")
        commit(root, "two")
        before = state(root)
        yield root, before, lift("tests", root)


def test_what_does_not_pass_in_a_copy_is_left_out_and_told(lifted) -> None:
    root, _before, done = lifted
    assert done.applied is not None
    refused = {(refusal.path, refusal.what) for refusal in done.plan.cannot}
    assert refused == {("broken.py", "a test that runs it"), ("unsure.ipynb", "a comparison of its outputs")}
    assert any("Cell 0" in refusal.why for refusal in done.plan.cannot)
    runs = (root / "tests/test_runs.py").read_text("utf-8")
    # The report reads what is prepared, so it comes after that.
    assert runs.index('"b_prepare.py"') < runs.index('"a_report.py"')
    assert '"unsure.ipynb"' in runs
    assert '"sure.ipynb"' in (root / "tests/test_notebooks.py").read_text("utf-8")


def test_functions_are_tested_by_what_they_gave_and_only_what_is_certain(lifted) -> None:
    root, _before, _done = lifted
    text = (root / "tests/test_functions.py").read_text("utf-8")
    assert "ratio(part=1, whole=4)" in text
    assert "pytest.approx(0.25)" in text
    assert "def test_clean" in text
    assert "noisy" not in text


def test_all_pass_then_the_criterion_does_and_ruff_has_nothing_to_say(lifted) -> None:
    root, _before, _done = lifted
    said = pytest_says(root)
    assert said.returncode == 0, said.stdout
    run(root, sys.executable, "-m", "ruff", "check", "--isolated", "tests")
    assert "# ours" in (root / "pytest.ini").read_text("utf-8")
    assert "-r requirements.txt" in (root / "requirements-dev.txt").read_text("utf-8")
    commit(root, "tests")
    stands = {result.criterion.id: result.state for result in assess(root).headline.results}
    assert stands["tests"] == "pass"
    assert lift("tests", root).plan.state == "done"
    run(root, "git", "reset", "--quiet", "HEAD~1")


@pytest.mark.parametrize(
    ("path", "old", "new", "selected", "said"),
    [
        ("features.py", "part / whole", "whole / part", "tests/test_functions.py", "test_ratio"),
        ("b_prepare.py", "to_csv", "to_nothing", "tests/test_runs.py", "test_a_step_runs_to_its_end[b_prepare.py]"),
        ("sure.ipynb", "1 + 1", "1 + 2", "tests/test_notebooks.py", "test_a_notebook_gives_its_outputs[sure.ipynb]"),
        ("data/table.csv", "Oslo", "Bergen", "tests/test_data.py", "Bergen"),
        ("data/table.csv", "3;9;3;1", "3;900;3;1", "tests/test_data.py", "900"),
        ("data/table.csv", "3;9;3;1", "3;x;3;1", "tests/test_data.py", "int64"),
        ("data/table.csv", "\n3;", "\n2;", "tests/test_data.py", "unique"),
        ("data/table.csv", "id;a;", "id;A;", "tests/test_data.py", "column_in_dataframe"),
    ],
)  # fmt: skip
def test_what_is_broken_is_noticed(path: str, old: str, new: str, selected: str, said: str, lifted) -> None:
    root, _before, _done = lifted
    file = root / path
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new), "utf-8")
    try:
        answer = pytest_says(root, selected)
    finally:
        file.write_text(content, "utf-8")
    assert answer.returncode == 1, answer.stdout
    assert said in answer.stdout


def test_data_that_is_not_here_fails_nobody(lifted) -> None:
    root, _before, _done = lifted
    file = root / "data/table.csv"
    file.rename(root / "away")
    try:
        answer = pytest_says(root, "tests/test_data.py")
    finally:
        (root / "away").rename(file)
    assert answer.returncode == 0, answer.stdout
    assert "get the data first" in answer.stdout


def test_undo_takes_all_of_it_back(lifted) -> None:
    root, before, _done = lifted
    undo(root)
    left = state(root)
    assert {path: left[path] for path in before if path not in ("index", "head")} == {
        path: content for path, content in before.items() if path not in ("index", "head")
    }


def test_stages_of_dvc_are_what_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    stages = {
        "train": {"cmd": "python train.py --rows 3", "deps": ["train.py", "out.csv"], "outs": ["model.txt"]},
        "load": {"cmd": "python load.py", "deps": ["load.py", "data.csv"], "outs": ["out.csv"]},
    }
    write(
        tmp_path,
        {
            "load.py": "import pandas as pd\n\npd.read_csv('data.csv').to_csv('out.csv')\n",
            "train.py": "import pandas as pd\nfrom sklearn.svm import SVC\n\nSVC().fit(pd.read_csv('out.csv')[['a']], [0, 1])\n",
            "data.csv": "a,b\n1,2\n3,4\n",
            "dvc.yaml": json.dumps({"stages": stages}),
            ".dvc/config": "",
        },
    )
    commit(tmp_path, "one")
    commit(tmp_path, "two")
    lift("tests", tmp_path, options={"run": "no"})
    text = (tmp_path / "tests/test_runs.py").read_text("utf-8")
    assert text.index('"load": ("python load.py"') < text.index('"train": ("python train.py --rows 3"')


def test_contracts_alone_are_not_said_to_test_the_code(tmp_path: Path) -> None:
    window = notebook("import pandas as pd\n\ntable = pd.read_csv('table.csv')", "open('/nowhere/display')")
    write(tmp_path, {"window.ipynb": window, "table.csv": "a,b\n" + "1,2\n" * 30})
    commit(tmp_path, "a")
    plan = lift("tests", tmp_path, write=False).plan
    assert plan.why == "1 table has no contract."
    assert [one.path for one in plan.cannot] == ["window.ipynb"]
    assert plan.left[-1].what.startswith("Or write a test that calls"), "tests of the code are still to be written"
