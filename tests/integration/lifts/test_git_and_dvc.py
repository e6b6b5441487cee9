"""What git-init and dvc-init do to projects that are not as they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lift_projects import LARGE, WHO, commit, notebook, run, table, write

from jupyter_mlops.lifts.api import Lifted, lift


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


READS = notebook(
    "import pandas as pd\nfrom sklearn.svm import SVC", 'df = pd.read_csv("data/table.csv")', "SVC().fit(df, df)"
)


def planned(name: str, root: Path, **options: str) -> Lifted:
    return lift(name, root, options=options, write=False)


def ignored(root: Path) -> list[str]:
    return [line for line in (root / ".gitignore").read_text().splitlines() if line and line[0] != "#"]


def test_a_new_repository_leaves_out_what_is_too_large_and_what_is_secret(root: Path) -> None:
    write(
        root,
        {
            "a.ipynb": READS,
            "data/table.csv": LARGE,
            "models/model.pkl": b"model",
            ".env": "KEY=1\n",
            "my env/pyvenv.cfg": "home = /\n",
            "my env/lib/big.csv": b"x",
            "small.csv": "a\n",
            ".gitignore": "# mine\n__pycache__",
        },
    )
    lifted = lift("git-init", root)
    assert ignored(root)[0] == "__pycache__"
    assert {".ipynb_checkpoints/", ".env", "/my env/", "/data/table.csv", "/models/model.pkl"} <= set(ignored(root))
    command = next(act.command for act in lifted.plan.left if act.command and act.command.startswith("git add"))
    run(root, "sh", "-c", command)
    assert run(root, "git", "ls-files").splitlines() == [".gitattributes", ".gitignore", "a.ipynb", "small.csv"]


def test_many_files_of_a_kind_take_one_line_which_leaves_room_for_dvc(root: Path) -> None:
    write(root, {"a.ipynb": READS, "data/sub/readme.txt": "x\n"})
    write(root, {f"data/sub/{number}.csv": LARGE[:3_000_000] for number in range(12)})
    lift("git-init", root)
    assert "/data/**/*.csv" in ignored(root)
    run(root, "git", "add", "-A")
    write(root, {"data/sub/1.csv.dvc": "outs:\n"})
    assert "data/sub/1.csv.dvc" in run(root, "git", "ls-files", "--others", "--exclude-standard")


def test_outputs_stay_out_of_a_new_history_and_in_the_file(root: Path) -> None:
    pytest.importorskip("nbstripout")
    write(root, {"a.ipynb": notebook("1", outputs=True)})
    lift("git-init", root)
    run(root, "git", "add", "a.ipynb")
    assert json.loads(run(root, "git", "show", ":a.ipynb"))["cells"][0]["outputs"] == []
    assert json.loads((root / "a.ipynb").read_text())["cells"][0]["outputs"]
    assert run(root, "git", "diff", "--stat") == ""


def test_outputs_that_are_committed_stay_committed_unless_a_person_says_otherwise(root: Path) -> None:
    pytest.importorskip("nbstripout")
    write(root, {"a.ipynb": notebook("1", outputs=True), "b.py": "1\n"})
    commit(root, "one")
    commit(root, "two")
    text = planned("git-init", root).preview()
    assert "filter=nbstripout" not in text
    assert "filter=nbstripout" in planned("git-init", root, outputs="strip").preview()


def test_what_a_person_set_up_for_notebooks_stays(root: Path) -> None:
    write(root, {"a.ipynb": notebook("1"), ".gitattributes": "*.ipynb filter=jupyter -diff\n"})
    plan = planned("git-init", root).plan
    assert [change.path for change in plan.changes.changes] == [".gitignore"]


def test_what_a_person_ignores_in_the_root_is_not_ignored_again(root: Path) -> None:
    write(root, {"a.py": "import mlflow\n", ".gitignore": "/mlruns/\n/mlflow.db\n/.venv/\n__pycache__/\n"})
    commit(root, "one")
    commit(root, "two")
    assert planned("git-init", root).plan.state == "done"
    write(root, {"sub/mlruns/0/meta.yaml": "a: 1\n"})
    lift("git-init", root)
    assert "mlruns/" in ignored(root), "where it lies elsewhere, it is"
    assert "mlflow.db" not in ignored(root)


def test_junk_that_is_committed_is_pointed_at_with_the_command(root: Path) -> None:
    write(root, {"a.py": "1\n", "x/.ipynb_checkpoints/a.ipynb": notebook("1"), ".env": "KEY=1\n"})
    commit(root, "one")
    commit(root, "two")
    lifted = lift("git-init", root)
    for act in lifted.plan.left:
        if act.command and "--cached" in act.command:
            run(root, "sh", "-c", act.command)
    assert run(root, "git", "ls-files").splitlines() == ["a.py"]


@pytest.mark.parametrize("pattern", ["data/", "data", "/data", "/data/", "/data/*"])
def test_patterns_that_hide_dvc_files_are_opened_for_them_and_for_nothing_else(root: Path, pattern: str) -> None:
    write(
        root,
        {
            "a.ipynb": READS,
            "data/table.csv": table(9),
            "data/deep/other.csv": table(9),
            ".gitignore": f"*.log\n{pattern}\n!b\n",
        },
    )
    commit(root, "one")
    commit(root, "two")
    lift("dvc-init", root)
    run(root, "git", "add", "-A")
    tracked = run(root, "git", "ls-files").splitlines()
    assert "data/table.csv.dvc" in tracked
    assert not [path for path in tracked if path.endswith(".csv")]


def test_a_pattern_that_cannot_be_opened_is_named(root: Path) -> None:
    write(root, {"a.ipynb": READS, "data/table.csv": table(9), ".gitignore": "da*\n"})
    commit(root, "one")
    plan = planned("dvc-init", root).plan
    assert plan.state == "not-here"
    (refusal,) = plan.cannot
    assert (refusal.path, refusal.line) == (".gitignore", 1)


def test_small_data_stays_with_git_and_only_what_is_too_much_goes(root: Path) -> None:
    write(root, {"a.ipynb": READS, "data/table.csv": LARGE, "data/small.csv": table(9)})
    commit(root, "one")
    lifted = lift("dvc-init", root)
    assert [path for path in lifted.applied.paths if path.endswith(".dvc")] == ["data/table.csv.dvc"]
    assert run(root, "git", "ls-files", "data").splitlines() == ["data/small.csv"]


def test_small_data_alone_needs_no_dvc(root: Path) -> None:
    write(root, {"a.ipynb": READS, "data/table.csv": table(9)})
    commit(root, "one")
    commit(root, "two")
    assert planned("dvc-init", root).plan.state == "done"


def test_a_version_that_only_the_index_has_is_not_let_go(root: Path) -> None:
    write(root, {"a.ipynb": READS, "model.pkl": b"one"})
    commit(root, "one")
    (root / "model.pkl").write_bytes(b"two")
    run(root, "git", "add", "model.pkl")
    (root / "model.pkl").write_bytes(b"three")
    plan = planned("dvc-init", root).plan
    assert plan.state == "not-here"
    assert "staged" in plan.cannot[-1].why


def test_links_and_data_of_packages_stay(root: Path) -> None:
    write(
        root,
        {
            "setup.py": "from setuptools import setup\nsetup()\n",
            "pack/__init__.py": "",
            "pack/model.pkl": b"model",
            "elsewhere.csv": table(9),
            "a.ipynb": READS,
        },
    )
    (root / "data").mkdir()
    (root / "data/table.csv").symlink_to("../elsewhere.csv")
    commit(root, "one")
    plan = planned("dvc-init", root).plan
    assert {refusal.path for refusal in plan.cannot} >= {"pack/model.pkl", "data/table.csv"}
    assert "pack/model.pkl.dvc" not in plan.changes.preview()


def test_a_remote_that_is_there_stays(root: Path) -> None:
    config = "[core]\n    analytics = false\n['remote \"mine\"']\n    url = s3://mine\n"
    write(
        root,
        {"a.ipynb": READS, "model.pkl": b"one", ".dvc/config": config, ".dvc/.gitignore": "/cache\n", ".dvcignore": ""},
    )
    commit(root, "one")
    lifted = lift("dvc-init", root, options={"remote": "s3://other"})
    assert (root / ".dvc/config").read_text() == config
    assert any("s3://mine already" in sentence for sentence in lifted.plan.found)


def test_a_cache_outside_of_the_project_is_left_to_dvc(root: Path) -> None:
    write(root, {"a.ipynb": READS, "model.pkl": b"one", ".dvc/config": "[cache]\n    dir = /shared\n"})
    commit(root, "one")
    plan = planned("dvc-init", root).plan
    assert plan.state == "not-here"
    assert plan.left[0].command == "dvc add model.pkl"
