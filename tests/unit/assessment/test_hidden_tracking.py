"""Trackers that code gets by way of other modules, and tracking that is written and never happens: each beside one that counts."""

from __future__ import annotations

import pytest

from .conftest import Project, results

TRAIN = """
from sklearn.svm import SVC

{imports}


def train():
    {before}
    model = SVC().fit([[0], [1]], [0, 1])
    {after}
    return model


if __name__ == "__main__":
    train()
"""
METRIC = "mlflow.log_metric('accuracy', 1.0)"


def tracked(after: str, imports: str = "import mlflow", before: str = "pass", **others: str) -> dict[str, str]:
    """A project that trains and tracks."""
    train = TRAIN.format(imports=imports, before=before, after=after.replace("\n", "\n    "))
    return {"train.py": train} | {f"{name}.py": text + "\n" for name, text in others.items()}


SEEN = [
    tracked("log('accuracy', 1)", "from tracking import log", tracking="import mlflow\n\nlog = mlflow.log_metric"),
    tracked("tracking.log('accuracy', 1)", "import tracking", tracking="import mlflow\n\nlog = mlflow.log_metric"),
    tracked("log_metric('accuracy', 1)", "from tracking import log_metric", tracking="from mlflow import log_metric"),
    tracked("log_metric('accuracy', 1)", "from tracking import *", tracking="from mlflow import log_metric"),
    tracked("tracker.log_metric('accuracy', 1)", "from tracking import tracker", tracking="import mlflow as tracker"),
    tracked("log({'a': 1})", "from t import log, start", "start()", t="import wandb\n\nstart = wandb.init\nlog = wandb.log"),
    tracked("log_metric('accuracy', 1)", "from mlflow import *"),
    tracked("log = lambda value: mlflow.log_metric('accuracy', value)\nlog(1)"),
    tracked("if TRACK:\n    " + METRIC, "import mlflow\n\nTRACK = True"),
    tracked("if TRACK:\n    " + METRIC, "import mlflow, sys\n\nTRACK = False\nif 'track' in sys.argv:\n    TRACK = True"),
    tracked("if LEVEL > 1:\n    " + METRIC, "import mlflow\n\nLEVEL = 2"),
    tracked("pass", before="mlflow.autolog()"),
    tracked("wandb.log({'a': 1})", "import wandb", "wandb.init()"),
    tracked("wandb.log({'a': 1})", "import wandb\nfrom start import start", "start()", start="import wandb\n\n\ndef start():\n    wandb.init()"),
    {"old/train.py": tracked(METRIC)["train.py"], "main.py": "from old.train import train\n\ntrain()\n"},
]  # fmt: skip
HIDDEN = [
    tracked("log('accuracy', 1)", "from tracking import log", tracking="import mlflow\n\nlog = print"),
    tracked("log_metric('accuracy', 1)", "from mlflow import *\nfrom tracking import *", tracking="log_metric = print"),
    tracked("print(1)", "from mlflow import *"),
    tracked("log = lambda value: mlflow.log_metric('accuracy', value)"),
    tracked("if TRACK:\n    " + METRIC, "import mlflow\n\nTRACK = False"),
    tracked("track = False\nif track:\n    " + METRIC),
    tracked("if not TRACK:\n    return model\n" + METRIC, "import mlflow\n\nTRACK = False"),
    tracked("if LEVEL > 1:\n    " + METRIC, "import mlflow\n\nLEVEL = 0"),
    tracked("if MODE == 'on':\n    " + METRIC, "import mlflow\n\nMODE = 'off'"),
    tracked("try:\n    pass\nexcept Exception:\n    " + METRIC),
    tracked("mlflow.autolog()"),
    tracked("wandb.log({'a': 1})", "import wandb"),
    tracked("wandb.log({'a': 1})", "import wandb", other="import wandb\n\nwandb.init()"),
    tracked(METRIC, mlflow="def log_metric(name, value):\n    pass"),
    {"train.py": tracked("print(1)")["train.py"], "build/lib/pkg/train.py": tracked(METRIC)["train.py"]},
    {"train.py": tracked("print(1)")["train.py"], "_vendor/train.py": tracked(METRIC)["train.py"]},
    {"train.py": tracked("print(1)")["train.py"], "old/train.py": tracked(METRIC)["train.py"]},
]


def state_of(project: Project, files: dict[str, str]) -> str:
    return results(project.files(files).commit().assess())["experiments-tracked"].state


def name_of(files: dict[str, str]) -> str:
    return " ".join(" ".join(text.split()) for text in files.values())[-70:]


@pytest.mark.parametrize("files", SEEN, ids=name_of)
def test_what_is_recorded_counts(project, files):
    assert state_of(project, files) == "pass"


@pytest.mark.parametrize("files", HIDDEN, ids=name_of)
def test_what_never_happens_does_not(project, files):
    assert state_of(project, files) in ("partial", "fail")


def test_a_parameter_of_a_notebook_is_not_fixed(project):
    cells = [
        "import mlflow\nTRACK = False",
        *tracked("if TRACK:\n    " + METRIC)["train.py"].split("\n\n\n")[1:2],
        "train()",
    ]
    cells[1] = f"from sklearn.svm import SVC\n{cells[1]}"
    project.notebook("train.ipynb", *cells).commit()
    assert results(project.assess())["experiments-tracked"].state == "fail"
    project.edit(
        "train.ipynb",
        '"metadata": {},\n   "execution_count": 1',
        '"metadata": {"tags": ["parameters"]},\n   "execution_count": 1',
    )
    assert results(project.commit().assess())["experiments-tracked"].state == "pass"
