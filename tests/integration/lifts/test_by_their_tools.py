"""Lifts by the tools they are for: DVC gets the data back, MLflow has the runs, uv resolves what is declared."""

from __future__ import annotations

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from lift_projects import WHO, commit, level_0, messy, run, script

from jupyter_mlops.changes import undo
from jupyter_mlops.lifts.api import lift
from jupyter_mlops.lifts.environment.resolving import resolve


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_dvc_takes_what_left_git_and_gives_it_back(root: Path) -> None:
    pytest.importorskip("dvc")
    messy(root)
    for number in range(12):
        (root / f"data/scans/{number}.npy").parent.mkdir(exist_ok=True)
        (root / f"data/scans/{number}.npy").write_bytes(bytes([number]) * 100)
    lifted = lift("dvc-init", root, options={"data": "data/raw files/table.csv,models/model v2.pkl,data/scans"})
    assert lifted.applied is not None
    data = [root / "data/raw files/table.csv", root / "models/model v2.pkl", *sorted((root / "data/scans").iterdir())]
    before = {path: digest(path) for path in data}
    assert "up to date" in run(root, "dvc", "status")
    command = next(act.command for act in lifted.plan.left if act.command and act.command.startswith("git "))
    run(root, "sh", "-c", command)
    tracked = run(root, "git", "ls-files").splitlines()
    assert "data/raw files/table.csv.dvc" in tracked
    assert not set(tracked) & {path.relative_to(root).as_posix() for path in data}
    run(root, "dvc", "push", "-q")
    # A clone on another machine has neither the data nor the cache.
    shutil.rmtree(root / ".dvc/cache")
    for path in data:
        path.unlink()
    run(root, "dvc", "pull", "-q")
    assert {path: digest(path) for path in data} == before


def test_an_undo_after_dvc_was_used_leaves_the_data_and_gives_it_back_to_git(root: Path) -> None:
    pytest.importorskip("dvc")
    messy(root)
    before = run(root, "git", "ls-files", "--stage")
    path = root / "data/raw files/table.csv"
    data = digest(path)
    lift("dvc-init", root)
    run(root, "dvc", "status")
    undo(root)
    assert run(root, "git", "ls-files", "--stage") == before
    assert digest(path) == data
    assert not (root / ".dvc/cache").exists()


def test_training_leaves_runs_with_parameters_metrics_and_model(root: Path) -> None:
    mlflow = pytest.importorskip("mlflow")
    import nbformat
    from nbclient import NotebookClient

    script(root)
    level_0(root)
    commit(root, "a notebook, too")
    before = digest(root / "churn.ipynb")
    lift("mlflow-tracking", root, options={"notebooks": "copy"})
    assert digest(root / "churn.ipynb") == before
    assert "accuracy" in run(root, sys.executable, "src/train.py")
    copy = nbformat.read(root / "churn_tracked.ipynb", as_version=4)
    NotebookClient(copy, resources={"metadata": {"path": str(root)}}, timeout=300).execute()
    shown = float(copy.cells[-1].outputs[0]["data"]["text/plain"])  # the cell still shows its score
    client = mlflow.MlflowClient(f"sqlite:///{root}/mlflow.db")
    found = client.search_runs([each.experiment_id for each in client.search_experiments()])
    of_notebook, of_script = sorted(found, key=lambda run: "accuracy" in run.data.metrics)
    assert of_script.data.params["n_estimators"] == "5"
    assert set(of_script.data.metrics) == {"accuracy"}
    assert of_notebook.data.params["C"] == "0.5"
    assert of_notebook.data.metrics["score"] == pytest.approx(shown)
    assert {each.info.status for each in found} == {"FINISHED"}
    assert [len(each.outputs.model_outputs) for each in found] == [1, 1]
    commit(root, "tracked")
    assert "mlflow.db" not in run(root, "git", "ls-files")


def wheel(folder: Path, name: str, version: str, *needs: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}.py", "")
        metadata = [
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
            *(f"Requires-Dist: {need}" for need in needs),
        ]
        archive.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")
def test_what_is_declared_is_resolved_and_what_does_not_fit_is_told(tmp_path: Path, monkeypatch) -> None:
    wheel(tmp_path, "upper", "1.0", "lower<2")
    wheel(tmp_path, "lower", "1.0")
    wheel(tmp_path, "lower", "2.0")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    fine = resolve("upper==1.0\n", f"{sys.version_info.major}.{sys.version_info.minor}", tmp_path)
    assert fine.fits is True
    assert dict(fine.versions) == {"upper": "1.0", "lower": "1.0"}
    torn = resolve("upper==1.0\nlower==2.0\n", f"{sys.version_info.major}.{sys.version_info.minor}", tmp_path)
    assert torn.fits is False
    assert "lower" in torn.reason
