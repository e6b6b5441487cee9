"""The same capability from other tools: wired, and a twin of each that is only configured or declared."""

from __future__ import annotations

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\nmodel = SVC().fit([[0], [1]], [0, 1])\nprint(model)\n"
#: Tracker → how it starts, and the call that records.
TRACKERS = {
    "wandb": ("import wandb\nrun = wandb.init(project='x')\n", "run.log({'accuracy': 1})\n"),
    "dvclive": ("from dvclive import Live\nlive = Live()\n", "live.log_metric('accuracy', 1)\n"),
    "neptune": ("import neptune\nrun = neptune.init_run()\n", "run['accuracy'].append(1)\n"),
    "clearml": ("from clearml import Task\ntask = Task.create()\n", "task = Task.init('x', 'y')\n"),
    "comet": ("import comet_ml\nexperiment = comet_ml.start()\n", "experiment.log_metric('accuracy', 1)\n"),
    "aim": ("from aim import Run\nrun = Run()\n", "run.track(1, name='accuracy')\n"),
    "tensorboard": (
        "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\n",
        "writer.add_scalar('accuracy', 1)\n",
    ),
    "zenml": (
        "from zenml import Model, log_metadata\nmodel_version = Model(name='x')\n",
        "log_metadata({'accuracy': 1})\n",
    ),
    "azureml": ("from azureml.core import Run\nrun = Run.get_context()\n", "run.log('accuracy', 1)\n"),
}


@pytest.mark.parametrize("name", TRACKERS)
def test_trackers(project, name):
    start, record = TRACKERS[name]
    project.files({"train.py": start + FIT + record}).commit()
    assert results(project.assess())["experiments-tracked"].rung == 3
    project.files({"train.py": start + FIT}).commit()
    assert results(project.assess())["experiments-tracked"].rung == 2
    project.files({"train.py": start.splitlines()[0] + "\n" + FIT}).commit()
    assert results(project.assess())["experiments-tracked"].rung in (0, 1)


#: Orchestrator → files, and what to take out so that it is not wired.
FLOWS = {
    "prefect": (
        (
            "from prefect import flow, task\n\n\n@task\ndef load():\n    return [[0], [1]]\n\n\n@task\ndef train(rows):\n"
            "    from sklearn.svm import SVC\n    return SVC().fit(rows, [0, 1])\n\n\n@flow\ndef work():\n    rows = load()\n    train(rows)\n\n\n"
            "if __name__ == '__main__':\n    work.serve(name='daily')\n"
        ),
        "    train(rows)\n",
    ),
    "metaflow": (
        (
            "from metaflow import FlowSpec, step\n\n\nclass Work(FlowSpec):\n    @step\n    def start(self):\n        self.rows = [[0], [1]]\n"
            "        self.next(self.train)\n\n    @step\n    def train(self):\n        from sklearn.svm import SVC\n        self.model = SVC().fit(self.rows, [0, 1])\n"
            "        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n\n\nif __name__ == '__main__':\n    Work()\n"
        ),
        "    @step\n    def train",
    ),
    "zenml": (
        (
            "from zenml import pipeline, step\n\n\n@step\ndef load() -> list:\n    return [[0], [1]]\n\n\n@step\ndef train(rows: list) -> object:\n"
            "    from sklearn.svm import SVC\n    return SVC().fit(rows, [0, 1])\n\n\n@pipeline\ndef work():\n    train(load())\n\n\n"
            "if __name__ == '__main__':\n    work()\n"
        ),
        "train(load())",
    ),
    "kfp": (
        (
            "from kfp import compiler, dsl\n\n\n@dsl.component\ndef load() -> str:\n    return 'rows'\n\n\n@dsl.component\ndef train(rows: str):\n"
            "    from sklearn.svm import SVC\n    SVC().fit([[0], [1]], [0, 1])\n\n\n@dsl.pipeline\ndef work():\n    rows = load()\n    train(rows=rows.output)\n\n\n"
            "if __name__ == '__main__':\n    compiler.Compiler().compile(work, 'work.yaml')\n"
        ),
        "    train(rows=rows.output)\n",
    ),
    "airflow": (
        (
            "from airflow.decorators import dag, task\n\n\n@task\ndef load():\n    return [[0], [1]]\n\n\n@task\ndef train(rows):\n"
            "    from sklearn.svm import SVC\n    return SVC().fit(rows, [0, 1])\n\n\n@dag(schedule='@daily')\ndef work():\n    train(load())\n\n\nwork()\n"
        ),
        "train(load())",
    ),
    "dagster": (
        (
            "from dagster import Definitions, asset\n\n\n@asset\ndef rows():\n    return [[0], [1]]\n\n\n@asset\ndef model(rows):\n"
            "    from sklearn.svm import SVC\n    return SVC().fit(rows, [0, 1])\n\n\ndefs = Definitions(assets=[rows, model])\n"
        ),
        "assets=[rows, model]",
    ),
}


@pytest.mark.parametrize("name", FLOWS)
def test_orchestrators(project, name):
    code, link = FLOWS[name]
    path = "dags/work.py" if name == "airflow" else "work.py"
    project.files({path: code}).commit()
    assert results(project.assess())["pipeline-automated"].rung >= 3
    less = (
        "    def train"
        if link.startswith("    @step")
        else "assets=[]"
        if "assets" in link
        else "    pass\n"
        if link.startswith(" ")
        else "pass"
    )
    project.edit(path, link, less).commit()
    assert results(project.assess())["pipeline-automated"].rung < 3
