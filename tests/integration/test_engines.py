"""A pipeline built by hand under every engine: the same results, nothing done twice, one MLflow run an execution."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from engines import Shell, write
from jupyter_mlops_converters.emit import emit
from jupyter_mlops_converters.plan.pipeline import (
    FileUse,
    HandOver,
    Parameter,
    Pipeline,
    Stage,
    StageCell,
    TrackedModel,
)

pytest.importorskip("dvc")
pytest.importorskip("mlflow")
pytest.importorskip("ploomber")

TABLE = HandOver("df", ("df",), "load", "products/load/df.parquet", "parquet", "train uses it")
STATE = HandOver("draws", ("draws",), "load", "products/load/draws.pkl", "numpy-random-state", "train draws on")
SPLIT = HandOver("split", ("X_test", "y_test"), "train", "products/train/split.joblib", "joblib", "they share an index")
# Called as Naive Bayes models are, and as Ploomber calls the executed notebook.
MODEL = HandOver("nb", ("nb",), "train", "products/train/nb.joblib", "joblib", "evaluate and track use it")

PIPELINE = Pipeline(
    name="toy",
    title="A toy",
    notebook="notebooks/toy.ipynb",
    notebook_sha256="0" * 64,
    folder="pipelines/toy",
    workdir="notebooks",
    stages=(
        Stage(
            name="load",
            title="Load the data",
            why="It reads the file.",
            cells=(
                StageCell("code", "np.random.seed(seed)", 1, {"tags": ["parameters"]}),
                StageCell("code", "df = pd.read_csv(path)\ndf['noise'] = np.random.normal(size=len(df))", 2),
            ),
            outputs=(TABLE, STATE),
            parameters=("seed", "path"),
            context="import numpy as np\nimport pandas as pd",
            reads=(FileUse("notebooks/data/x.csv", git_tracked=True),),
        ),
        Stage(
            name="train",
            title="Train",
            why="It fits.",
            cells=(
                StageCell("code", "from itertools import product\nPath = os = json = joblib = 'taken'", 3),
                StageCell(
                    "code",
                    "assert isinstance(sizes, tuple) and isinstance(smoothing, float)\n"
                    "rows = np.random.permutation(len(df))\n"
                    "X, y = columns(df).iloc[rows], df['y'].iloc[rows]\n"
                    "X_test, y_test = X[:sizes[1]], y[:sizes[1]]\n"
                    "nb = Chatty(var_smoothing=smoothing).fit(X[-sizes[0]:], y[-sizes[0]:])\n"
                    "print(nb.var_.sum())",
                    4,
                ),
            ),
            inputs=(STATE, TABLE),
            outputs=(SPLIT, MODEL),
            parameters=("sizes", "smoothing"),
            context="import numpy as np\nfrom toy_lib import Chatty, columns",
        ),
        Stage(
            name="evaluate",
            title="Evaluate",
            why="It scores.",
            cells=(
                StageCell("code", "print('before')\nnb.nonsense", 5, {"tags": ["raises-exception"]}),
                StageCell("code", "def f(:", 6, {"tags": ["raises-exception"]}),
                StageCell(
                    "code",
                    "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
                    "accuracy = nb.score(X_test, y_test)\nreport = {'macro avg': {'rows (n)': len(y_test)}}\n"
                    "plt.plot(nb.theta_[0])\nplt.savefig('plot.png', metadata={'Software': None})\n"
                    "!ls data\nprint(accuracy)",
                    7,
                ),
            ),
            inputs=(MODEL, SPLIT),
            metrics=("accuracy", "report"),
            writes=(FileUse("notebooks/plot.png"),),
        ),
    ),
    parameters=(
        Parameter("path", "data/x.csv", "str", 2, ("load",)),
        Parameter("seed", 42, "int", 1, ("load",)),
        Parameter("sizes", [100, 40], "tuple", 4, ("train",)),
        Parameter("smoothing", 1e-09, "float", 4, ("train",)),
    ),
    library=(
        "from sklearn.naive_bayes import GaussianNB\n\n\n"
        "class Chatty(GaussianNB):\n    pass\n\n\n"
        "def columns(df):\n    return df[['a', 'b', 'noise']]"
    ),
    models=(TrackedModel("nb", MODEL, "sklearn", SPLIT, "X_test"),),
)


def write_data(root: Path) -> None:
    import numpy as np

    draws = np.random.default_rng(0).normal(size=(150, 2))
    rows = [f"{a},{b},{int(a + b > 0)}" for a, b in draws.tolist()]
    (root / "notebooks" / "data").mkdir(parents=True)
    (root / "notebooks" / "data" / "x.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")


def lock_state(folder: Path) -> bytes:
    return (folder / "dvc.lock").read_bytes()


def executed(path: Path) -> dict[int, dict[str, Any]]:
    """The user's cells of an executed notebook."""
    cells = json.loads(path.read_text())["cells"]
    return {
        own["source_cell"]: cell
        for cell in cells
        if "source_cell" in (own := cell["metadata"].get("jupyter_mlops", {}))
    }


def texts(cell: dict[str, Any]) -> list[str]:
    """What a cell shows as text; what it printed in one piece, however it came."""
    found = [""]
    for output in cell["outputs"]:
        text = "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        found = [*found[:-1], found[-1] + text] if output["output_type"] == "stream" else [*found, text, ""]
    return [text for text in found if text]


class Project:
    """The project, after each engine has run once in it."""

    def __init__(self, root: Path, store: Path) -> None:
        self.root = root
        self.run = run = Shell(root.parent / "hidden")
        root.mkdir()
        write_data(root)
        self.folder = write(emit(PIPELINE), root)
        run("git init -q", root)
        run("git add -A", root)
        run("git commit -qm start", root)
        shutil.copy(store, root / "mlflow.db")
        self.first_repro = run("dvc repro", self.folder)

    def runs(self) -> list[Any]:
        from mlflow import MlflowClient

        client = MlflowClient(f"sqlite:///{self.root}/mlflow.db")
        experiment = client.get_experiment_by_name("toy")
        return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"]) if experiment else []


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, migrated_mlflow_store: Path) -> Project:
    return Project(tmp_path_factory.mktemp("engines") / "project", migrated_mlflow_store)


def test_no_engine_can_import_this_package(project: Project) -> None:
    for module in ("jupyter_mlops", "jupyter_mlops_converters"):
        with pytest.raises(AssertionError, match="ModuleNotFoundError"):
            project.run(f"{sys.executable} -c 'import {module}'", project.root)


def test_dvc_runs_every_stage_once(project: Project) -> None:
    for stage in ("load", "train", "evaluate", "track"):
        assert f"Running stage '{stage}'" in project.first_repro
    before = lock_state(project.folder)
    again = project.run("dvc repro", project.folder)
    assert again.count("didn't change, skipping") == 4
    assert "Running stage" not in again
    assert lock_state(project.folder) == before
    assert project.run("git status --porcelain --untracked-files=all", project.root).split() == [
        "??", "pipelines/toy/dvc.lock", "??", "pipelines/toy/metrics.json",
    ]  # fmt: skip


def test_cells_that_raise_do_so_and_the_stage_goes_on(project: Project) -> None:
    cells = executed(project.folder / "products" / "evaluate.ipynb")
    printed, raised = cells[5]["outputs"]
    assert printed["output_type"] == "stream"
    assert raised["output_type"] == "display_data"
    assert raised["metadata"]["ename"] == "AttributeError"
    assert "nb.nonsense" in "".join(raised["data"]["text/plain"])
    (refused,) = cells[6]["outputs"]
    assert refused["metadata"]["ename"] == "SyntaxError"
    assert "accuracy" in "".join(cells[7]["source"])
    assert texts(cells[7])[0].splitlines()[0] == "x.csv"


def test_one_execution_leaves_one_run_with_all_there_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    first = project.runs()[0]
    assert first.info.status == "FINISHED"
    assert first.data.params == {
        "path": "data/x.csv", "sample_rows": "None", "seed": "42", "sizes": "(100, 40)", "smoothing": "1e-09",
    }  # fmt: skip
    metrics = json.loads((project.folder / "metrics.json").read_text())
    assert first.data.metrics == {"accuracy": metrics["accuracy"], "report.macro avg.rows _n_": 40}
    assert first.data.tags["mlflow.source.git.commit"] == project.run("git rev-parse HEAD", project.root).strip()
    assert first.data.tags["mlflow.source.name"] == "pipelines/toy"
    assert len(first.data.tags["code_version"]) == 32
    (data,) = first.inputs.dataset_inputs
    assert data.dataset.name == "x.csv"
    assert data.dataset.digest == _md5(project.root / "notebooks" / "data" / "x.csv")
    figures = project.root / "mlruns" / first.info.run_id / "artifacts" / "figures"
    # What a cell has shown, and what it has saved.
    assert sorted(each.name for each in figures.iterdir()) == ["evaluate-cell-7-1.png", "plot.png"]
    # MLflow puts the address into the environment, where later tests would find it.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{project.root}/mlflow.db")
    mlflow.set_tracking_uri(f"sqlite:///{project.root}/mlflow.db")
    (output,) = first.outputs.model_outputs
    model = mlflow.models.get_model_info(f"models:/{output.model_id}")
    assert [column.name for column in model.signature.inputs] == ["a", "b", "noise"]
    assert model.signature.outputs is not None
    assert model.saved_input_example_info is not None
    # The model brings the class that the notebook defined, so it loads where the pipeline is not.
    code = (
        f"import mlflow; mlflow.set_tracking_uri('sqlite:///{project.root}/mlflow.db'); "
        f"model = mlflow.pyfunc.load_model('models:/{output.model_id}'); "
        "print('predicted', len(model.predict(model.input_example)))"
    )
    assert "predicted 5" in project.run(f"{sys.executable} -c {shlex.quote(code)}", Path("/"))


def _md5(path: Path) -> str:
    import hashlib

    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def test_ploomber_gives_the_same_results_and_skips_a_second_time(project: Project) -> None:
    before = lock_state(project.folder)
    runs = len(project.runs())
    first = project.run("ploomber build", project.folder)
    assert [line.split()[:2] for line in first.splitlines() if " True " in line] == [
        ["load", "True"], ["train", "True"], ["evaluate", "True"], ["track", "True"],
    ]  # fmt: skip
    assert "not used in the task" not in first
    products = project.folder / "products"
    for path in ("load/df.parquet", "load/draws.pkl", "train/split.joblib", "train/nb.joblib"):
        assert (products / "ploomber" / path).read_bytes() == (products / path).read_bytes(), path
    assert (products / "ploomber" / "metrics.json").read_bytes() == (project.folder / "metrics.json").read_bytes()
    for stage in ("load", "train", "evaluate"):
        ours, theirs = executed(products / f"{stage}.ipynb"), executed(products / "ploomber" / f"{stage}.ipynb")
        assert ours.keys() == theirs.keys()
        for source_cell, cell in ours.items():
            assert texts(cell) == texts(theirs[source_cell])
    assert len(project.runs()) == runs + 1
    second = project.run("ploomber build", project.folder)
    assert second.count(" False ") == 4
    assert " True " not in second
    assert len(project.runs()) == runs + 1
    assert "Source code" not in _status(project, "load")
    data = project.root / "notebooks" / "data" / "x.csv"
    given = data.read_bytes()
    data.write_bytes(given + b"0.5,0.5,1\n")
    assert "Source code" in _status(project, "load")
    data.write_bytes(given)
    # The engines leave each other's files alone.
    assert "Running stage" not in project.run("dvc repro", project.folder)
    assert lock_state(project.folder) == before


def _status(project: Project, stage: str) -> str:
    """Ploomber's line about a stage: it has `Source code` where anything that the stage depends on changed."""
    lines = project.run("ploomber status", project.folder).splitlines()
    return next(line for line in lines if line.startswith(stage))


def test_an_experiment_runs_what_uses_the_parameter(project: Project) -> None:
    project.run("git add -A", project.root)
    project.run("git commit -qm lock", project.root)
    answer = project.run("dvc exp run -S smoothing=1e-3", project.folder)
    assert "Stage 'load' didn't change" in answer
    assert "Running stage 'train'" in answer
    last = project.runs()[-1]
    assert last.data.params["smoothing"] == "0.001"
    assert float(texts(executed(project.folder / "products" / "train.ipynb")[4])[0]) > 0
    project.run("git checkout -q -- .", project.root)
    project.run("dvc checkout", project.folder)


def test_papermill_alone_takes_parameters_with_their_types(project: Project, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project.root, copy, symlinks=True)
    folder = copy / "pipelines" / "toy"
    command = "papermill --cwd stages --log-level ERROR --no-progress-bar stages/train.ipynb products/train.ipynb"
    project.run(f"{command} -y 'sizes: [60, 30]'", folder)
    project.run(f"{command.replace('train', 'evaluate')}", folder)
    assert json.loads((folder / "metrics.json").read_text())["report"] == {"macro avg": {"rows (n)": 30}}


def test_the_pipelines_tests_pass_after_a_run(project: Project) -> None:
    answer = project.run(f"{sys.executable} -m pytest -q -p no:cacheprovider tests", project.folder)
    assert "skipped" not in answer
    assert "passed" in answer


VALUES = (
    "10", "007", "1e3", "a'b", "(1, 2)", "yes", "True", "none", "x\n", "x\ny", "{{a}}", "", "0x10", "b'x'", "é", "data/",
    ["a", "1"], ["a"], {"a": "b"}, {"a": {"b": [1, "2"]}}, {"a": [True, "on"]}, 1e-7, float("inf"), -0.0, None, [1.5, None],
)  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_it_is_known_which_values_ploomber_changes(value: Any, tmp_path: Path) -> None:
    import yaml
    from jupyter_mlops_converters.emit.ploomber import survives
    from ploomber.env.envdict import EnvDict
    from ploomber.env.expand import expand_raw_dictionary

    (tmp_path / "env.yaml").write_text(yaml.safe_dump({"given": value}))
    try:
        arrives = expand_raw_dictionary({"it": "{{given}}"}, EnvDict(str(tmp_path / "env.yaml")))["it"]
    except Exception as error:  # noqa: BLE001 - a refused value does not survive either
        arrives = error
    same = type(arrives) is type(value) and repr(arrives) == repr(value)
    assert survives(Parameter("given", value, "str", 0, ())) == same
