"""What more real repositories do, as small projects: each passes, and its twin with one thing changed does not."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nmodel = SVC()\nmodel.fit([[0], [1]], [0, 1])\n"
DVC = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/x\n"
OUT = "outs:\n- md5: 00000000000000000000000000000001\n  path: {}\n"
LOG = "import mlflow\n\nmlflow.log_metric('score', 1.0)\nmlflow.sklearn.log_model(model, name='model')\n"
PINNED = "https://example.org/6f9306ad21398ea43cba4f7d537619d0e07d5ae3/rows.csv"
READ = "import pandas as pd\n\n\ndef rows(place):\n    return pd.read_csv(place)\n"
STEPS = "stages:\n  load:\n    cmd: python load.py\n    deps: [load.py]\n    outs: [data/rows.csv]\n"
LOADS = "from sklearn.datasets import load_wine\n\nload_wine(as_frame=True).frame.to_csv('data/rows.csv')\n"
STEP = "name: step\nentry_points:\n  main:\n    command: python {}.py\n"
SAVED = "from sklearn.svm import SVC\n\nimport joblib\n\nmodel = SVC()\nmodel.fit([[0], [1]], [0, 1])\n{}joblib.dump(model, 'models/model.joblib')\n"

CASES: dict[str, tuple[dict[str, str], tuple[str, str, str], str]] = {
    "a folder under DVC that git has as well": (
        {
            ".dvc/config": "",
            "data/raw/rows.csv": "a\n1\n",
            "data/raw.dvc": "outs:\n- md5: 00000000000000000000000000000001.dir\n  path: raw\n",
            "train.py": f"import pandas as pd\n\nrows = pd.read_csv('data/raw/rows.csv')\n{FIT}{LOG}",
        },
        (".dvc/config", "", "['remote \"s\"']\n    url = /home/ann/x\n"),  # nothing changes
        "",
    ),
    "the tracker that a function of another module hands out": (
        {
            "settings.py": "import mlflow\n\n\ndef tracker():\n    mlflow.set_tracking_uri('x')\n    return mlflow\n",
            "train.py": f"from settings import tracker\n\n{FIT}\n\ndef log(mlflow):\n    mlflow.log_metric('score', 1.0)\n\n\nlog(mlflow=tracker())\n",
        },
        ("settings.py", "return mlflow", "return print"),
        "experiments-tracked",
    ),
    "a parameter of a flow that names what is read": (
        {
            "data.py": READ,
            "flow.py": f"from metaflow import FlowSpec, Parameter, step\n\nfrom data import rows\n\n\nclass Train(FlowSpec):\n    place = Parameter('place', default='{PINNED}')\n\n    @step\n    def start(self):\n        self.rows = rows(self.place)\n        {FIT.splitlines()[0]}\n        model = SVC()\n        model.fit(self.rows, self.rows)\n        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n\n\nif __name__ == '__main__':\n    Train()\n",
        },
        ("flow.py", "6f9306ad21398ea43cba4f7d537619d0e07d5ae3", "latest"),
        "data-versioned",
    ),
    "data of a package that stages hand on": (
        {
            ".dvc/config": "",
            "dvc.yaml": STEPS,
            "load.py": LOADS,
            "train.py": f"import pandas as pd\n\nrows = pd.read_csv('data/rows.csv')\n{FIT}{LOG}",
        },
        ("load.py", "load_wine(as_frame=True).frame", "__import__('pandas').read_csv('https://example.org/x.csv')"),
        "data-versioned",
    ),
    "the project's folder where that of a machine is not there": (
        {
            ".dvc/config": DVC,
            "models/checkpoints.dvc": OUT.format("checkpoints"),
            "train.py": f"import os\n\nimport torch\n\nplace = '/gcs/x' if os.path.exists('/gcs/x') else 'models/checkpoints'\n{FIT}torch.save(model.state_dict(), os.path.join(place, 'best.pth'))\n",
        },
        ("train.py", "'models/checkpoints'", "'models/others'"),
        "data-versioned",
    ),
    "a model in git from the run that logs it": (
        {"models/model.joblib": "x", "train.py": SAVED.format(LOG)},
        ("train.py", LOG, ""),
        "data-versioned",
    ),
    "metrics that another step of an MLproject logs": (
        {
            "MLproject": STEP.format("main"),
            "main.py": "import mlflow\n\nmlflow.run('steps/train')\nmlflow.run('steps/judge')\n",
            "steps/train/MLproject": STEP.format("fit"),
            "steps/train/fit.py": FIT,
            "steps/judge/MLproject": STEP.format("judge"),
            "steps/judge/judge.py": "import wandb\n\nwandb.init()\nwandb.log({'score': 1.0})\n",
        },
        ("main.py", "mlflow.run", "print"),
        "experiments-tracked",
    ),
    "models that a loop logs by their kind": (
        {
            "models/model.pkl": "x",
            "train.py": f"import wandb\n\nrun = wandb.init(config={{'c': 1}})\n{FIT}for kind, path in {{'model': 'models/model.pkl'}}.items():\n    made = wandb.Artifact(kind, type=kind)\n    made.add_file(path)\n    run.log_artifact(made)\n",
        },
        ("train.py", "{'model': ", "{'report': "),
        "data-versioned",
    ),
    "pictures that a YOLO is trained with": (
        {
            "conf/pictures.yaml": "path: pictures\ntrain: train\n",
            "pictures/train/rows.csv": "a\n1\n",
            "train.py": "from ultralytics import YOLO\n\nmodel = YOLO('n.pt')\nmodel.train(data='conf/pictures.yaml')\n",
        },
        ("train.py", "conf/pictures.yaml", "elsewhere/pictures.yaml"),
        "data-versioned",
    ),
    "rows of JSON": (
        {
            "data/rows.json": "[]",
            "train.py": f"import json\n\nwith open('data/rows.json') as file:\n    rows = json.load(file)\n{FIT}{LOG}",
        },
        ("train.py", "data/rows.json", "elsewhere/rows.json"),
        "data-versioned",
    ),
}
CASES |= {
    "a helper that writes what each caller names": (
        {
            "load.py": "from sklearn.datasets import load_wine\n\n\ndef save(rows, place):\n    rows.to_csv(place)\n\n\nwine = load_wine(as_frame=True).frame\nsave(wine, 'data/raw.csv')\nsave(wine[:100], 'data/some.csv')\n",
            "train.py": f"import pandas as pd\n\nrows = pd.read_csv('data/some.csv')\n{FIT}{LOG}",
        },
        ("load.py", "save(wine[:100]", "print(wine[:100]"),
        "data-versioned",
    ),
    "a download where the file is not there": (
        {
            "data/rows.csv": "a\n1\n",
            "train.py": f"import os\nimport urllib.request\n\nimport pandas as pd\n\nPLACE = 'data/rows.csv'\n\n\ndef place():\n    if os.path.exists(PLACE):\n        return PLACE\n    try:\n        urllib.request.urlretrieve('https://example.org/rows.csv', PLACE)\n        return PLACE\n    finally:\n        print()\n\n\nrows = pd.read_csv(place())\n{FIT}{LOG}",
        },
        ("train.py", "        return PLACE\n    try", "        print()\n    try"),
        "data-versioned",
    ),
    "a Kedro project of one pipeline": (
        {
            "pyproject.toml": "[tool.kedro]\npackage_name = 'p'\n",
            "src/p/pipeline_registry.py": "from kedro.framework.project import find_pipelines\n\n\ndef register_pipelines():\n    return find_pipelines()\n",
            "src/p/pipeline.py": "from kedro.pipeline import node, pipeline\n\nfrom .nodes import fit\n\n\ndef create_pipeline(**options):\n    return pipeline([node(func=fit, inputs='rows', outputs='model')])\n",
            "src/p/nodes.py": "import mlflow\nfrom sklearn.svm import SVC\n\n\ndef fit(rows):\n    model = SVC()\n    model.fit(rows, rows)\n    mlflow.log_metric('score', 1.0)\n",
        },
        ("src/p/pipeline.py", "def create_pipeline", "def another_pipeline"),
        "experiments-tracked",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_seen_case_and_its_twin(project: Any, name: str) -> None:
    files, (path, old, new), criterion = CASES[name]
    project.files(files).commit()
    if not criterion:
        assert results(project.assess())["data-versioned"].state == "pass"
        return
    assert results(project.assess())[criterion].state in ("pass", "not-applicable")
    project.edit(path, old, new).commit()
    assert results(project.assess())[criterion].state in ("partial", "fail")


def test_what_another_run_logs_is_not_the_model_in_git(project: Any) -> None:
    project.files({"models/model.joblib": "x", "train.py": SAVED.format(""), "trial.py": f"{FIT}{LOG}"}).commit()
    assert results(project.assess())["data-versioned"].state == "partial"
    project.edit(
        "trial.py", "mlflow.log_metric", "mlflow.log_artifact('models/model.joblib')\nmlflow.log_metric"
    ).commit()
    assert results(project.assess())["data-versioned"].state == "pass"


def test_a_folder_is_no_data_because_code_is_there(project: Any) -> None:
    source = f"import pandas as pd\n\n\ndef read(place: str = ''):\n    return pd.read_csv(place)\n\n\nrows = read()\n{FIT}{LOG}"
    project.files({"src/train.py": source, "src/other.py": "A = 1\n"}).commit()
    assert results(project.assess())["data-versioned"].state == "partial"


@pytest.mark.parametrize(("branches", "state"), [("[main]", "pass"), ("[none]", "partial")])
def test_a_workflow_for_no_branch_never_runs(level_2: Any, branches: str, state: str) -> None:
    level_2.edit(
        ".github/workflows/ci.yml", "on: [push, pull_request]", f"on:\n  push:\n    branches: {branches}"
    ).commit()
    assert results(level_2.assess())["ci"].state == state


def test_the_steps_of_an_mlproject_are_no_projects_of_their_own(project: Any) -> None:
    step = STEP.format("run")
    files = {"MLproject": step, "conda.yml": "name: x\n", "main.py": "import mlflow\n\nmlflow.run('src/load')\n"}
    for name in ("load", "split"):
        files |= {f"src/{name}/MLproject": step, f"src/{name}/conda.yml": "name: x\n", f"src/{name}/run.py": FIT}
    assert len(project.files(files).commit().assess().units) == 1
    project.remove("MLproject")
    assert len(project.commit().assess().units) > 1


LOGGED = """
import hydra
from lightning import Trainer


@hydra.main(config_path="conf", config_name="main")
def train(cfg):
    Trainer(logger=hydra.utils.instantiate(cfg.logger)).fit(1)


train()
"""
HYDRA: dict[str, str | bytes] = {
    "train.py": LOGGED,
    "conf/main.yaml": "defaults:\n  - logger: wandb\n",
    "conf/logger/wandb.yaml": "_target_: lightning.pytorch.loggers.WandbLogger\n",
}


@pytest.mark.parametrize(("default", "state"), [("wandb", "pass"), ("null", "partial")])
def test_a_logger_that_hydra_makes(project: Any, default: str, state: str) -> None:
    project.files(HYDRA).edit("conf/main.yaml", "wandb", default).commit()
    assert results(project.assess())["experiments-tracked"].state == state


@pytest.mark.parametrize(("mode", "state"), [("", "pass"), (", mode='disabled'", "fail")])
def test_a_tracker_that_is_off_in_one_place_only(project: Any, mode: str, state: str) -> None:
    trial = "import wandb\n\nwandb.init(mode='disabled')\n"
    source = f"import wandb\n\nwandb.init(project='x'{mode})\n{FIT}wandb.log({{'score': 1.0}})\n"
    project.files({"trial.py": trial, "train.py": source}).commit()
    assert results(project.assess())["experiments-tracked"].state == state


@pytest.mark.parametrize(
    ("url", "state"), [("gdrive://1q1WBIBYEJWygBLB2IMygM", "pass"), ("gdrive://FOLDER_ID", "partial")]
)
def test_a_remote_that_nobody_filled_in(project: Any, url: str, state: str) -> None:
    files = {".dvc/config": DVC.replace("s3://bucket/x", url), "rows.csv.dvc": OUT.format("rows.csv")}
    files["train.py"] = f"import pandas as pd\n\nrows = pd.read_csv('rows.csv')\n{FIT}{LOG}"
    project.files(files).commit()
    assert results(project.assess())["data-versioned"].state == state


@pytest.mark.parametrize(("option", "passes"), [("'--c', type=float", True), ("'--quiet', action='store_true'", False)])
def test_what_is_only_switched_on_is_no_parameter(project: Any, option: str, passes: bool) -> None:
    source = f"import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument({option})\n{FIT}"
    found = results(project.files({"train.py": source}).commit().assess())["pipeline-reproducible"]
    assert passes == any(finding.probe == "parameters" for finding in found.evidence)


def test_a_function_is_found_in_a_file_and_a_folder_of_its_name(project: Any) -> None:
    source = "import mlflow\n\nfrom train import train\n\ntrain()\nmlflow.log_metric('score', 1.0)\n"
    fits = "def train():\n" + "".join(f"    {line}\n" for line in FIT.splitlines() if line)
    project.files({"train/run.py": source, "train/train.py": fits}).commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"


@pytest.mark.parametrize(("named", "state"), [("train", "pass"), ("other", "partial")])
def test_jobs_of_azure_that_a_loop_of_the_shell_submits(project: Any, named: str, state: str) -> None:
    job = "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: python train.py ${{inputs.rows}}\ncode: ..\ninputs:\n  rows:\n    type: uri_file\n    path: azureml:rows:1\n"
    source = f"import sys\n\nimport pandas as pd\n\nrows = pd.read_csv(sys.argv[1])\n{FIT}{LOG}"
    script = f'for job in {named}; do\n  az ml job create -f "${{HERE}}/jobs/${{job}}.yml"\ndone\n'
    project.files({"jobs/train.yml": job, "train.py": source, "run.sh": script}).commit()
    assert results(project.assess())["data-versioned"].state == state


@pytest.mark.parametrize(("what", "state"), [("checkpoint", "partial"), ("report", "not-applicable")])
def test_a_model_put_into_a_bucket_is_kept_without_a_version(project: Any, what: str, state: str) -> None:
    source = f"from google.cloud import storage\n\n{FIT}{what} = 'x'\nstorage.Client().bucket('b').blob('x').upload_from_filename({what})\n"
    project.files({"train.py": source}).commit()
    assert results(project.assess())["data-versioned"].state == state


@pytest.mark.parametrize(
    ("changed", "kept", "state"),
    [(False, "pictures", "pass"), (True, "pictures", "partial"), (True, "raw.txt", "pass")],
)
def test_a_remote_has_what_a_stage_wrote_when_it_was_run(project: Any, changed: bool, kept: str, state: str) -> None:
    stages = "stages:\n  load:\n    cmd: python load.py\n    deps: [load.py, raw.txt]\n    outs: [rows.db]\n"
    train = "  train:\n    cmd: python train.py\n    deps: [train.py, rows.db]\n    outs: [model.joblib]\n"
    fit = f"import joblib\nimport pandas as pd\n\nrows = pd.read_sql('select a from rows', 'sqlite:///rows.db')\n{FIT}joblib.dump(model, 'model.joblib')\n"
    project.files(
        {
            ".dvc/config": DVC,
            ".gitignore": "/raw.txt\n/rows.db\n/model.joblib\n",
            f"{kept}.dvc": OUT.format(kept),
            "dvc.yaml": stages + train,
            "raw.txt": "1\n",
            "rows.db": "a\n1\n",
            "model.joblib": "x",
            "load.py": "import shutil\n\nshutil.copy('raw.txt', 'rows.db')\n",
            "train.py": fit,
        }
    ).lock().commit()
    project.remove("raw.txt", "rows.db", "model.joblib")
    if changed:
        project.edit("load.py", "import shutil\n", "import shutil\n\nprint()\n").commit()
    assert results(project.assess())["data-versioned"].state == state
