"""Technologies of the catalogue, a rung at a time: what is only there, what is set up, and what is wired."""

from __future__ import annotations

import hashlib
import json

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\n\ndef main(rows=None):\n    SVC().fit(rows or [[0], [1]], [0, 1])\n\n\nif __name__ == '__main__':\n    main()\n"
LOAD = "def main():\n    print('rows')\n\n\nif __name__ == '__main__':\n    main()\n"
TEST = "from train import main\n\n\ndef test_main():\n    assert main([[0], [1]]) is None\n"
WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"

TEKTON = {
    "load.py": LOAD,
    "train.py": FIT,
    "tests/test_train.py": TEST,
    ".tekton/task.yaml": """
        apiVersion: tekton.dev/v1
        kind: Task
        metadata: {name: load}
        spec:
          steps:
            - {name: a, image: x, command: [python, load.py]}
        """,
    ".tekton/pipeline.yaml": """
        apiVersion: tekton.dev/v1
        kind: Pipeline
        metadata: {name: work}
        spec:
          tasks:
            - {name: load, taskRef: {name: load}}
            - name: train
              runAfter: [load]
              taskSpec:
                steps:
                  - name: a
                    image: x
                    script: |
                      #!/bin/sh
                      python train.py
                      pytest
        """,
    ".tekton/run.yaml": """
        apiVersion: tekton.dev/v1
        kind: PipelineRun
        metadata:
          name: at-push
          annotations: {pipelinesascode.tekton.dev/on-event: "[push]"}
        spec:
          pipelineRef: {name: work}
        """,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "pipeline", "ci"),
    [
        ("load.py", "rows", "rows", "pass", "pass"),
        (".tekton/pipeline.yaml", "runAfter: [load]", "retries: 1", "partial", "pass"),
        (".tekton/run.yaml", "name: work", "name: other", "partial", "fail"),
        (".tekton/run.yaml", '"[push]"', '"[incoming]"', "pass", "fail"),
        (".tekton/pipeline.yaml", "pytest", "echo pytest", "pass", "pass"),
        (".tekton/pipeline.yaml", "python train.py\n", "python load.py\n", "partial", "pass"),
    ],
)
def test_tekton(project, path, old, new, pipeline, ci):
    project.files(TEKTON).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["pipeline-automated"].state, found["ci"].state) == (pipeline, ci)


PACHYDERM = {
    "load.py": LOAD,
    "train.py": FIT,
    "prepare.json": json.dumps(
        {
            "pipeline": {"name": "prepare"},
            "transform": {"cmd": ["python", "load.py"]},
            "input": {"pfs": {"repo": "raw", "glob": "/"}},
        }
    ),
    "train.json": json.dumps(
        {
            "pipeline": {"name": "train"},
            "transform": {"cmd": ["python", "train.py"]},
            "input": {"cross": [{"pfs": {"repo": "prepare"}}]},
        }
    ),
    ".github/workflows/apply.yml": WORKFLOW.format(run="pachctl update pipeline -f train.json"),
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rung", "data"),
    [
        ("load.py", "rows", "rows", 3, 3),
        ("train.json", '"repo": "prepare"', '"repo": "other"', 2, 3),
        (".github/workflows/apply.yml", "pachctl update", "echo update", 2, 2),
        ("train.json", "train.py", "load.py", 2, 3),
    ],
)
def test_pachyderm(project, path, old, new, rung, data):
    project.files(PACHYDERM).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["pipeline-automated"].rung, found["data-versioned"].rung) == (rung, data)


TRITON = {
    "train.py": FIT,
    "models/churn/config.pbtxt": 'name: "churn"\nplatform: "onnxruntime_onnx"\ninput [{ name: "x" }]\noutput [{ name: "y" }]\n',
    "models/churn/1/model.onnx": b"onnx",
    "docker-compose.yml": "services:\n  triton:\n    image: nvcr.io/nvidia/tritonserver:24.01-py3\n    command: tritonserver --model-repository=/models\n    volumes: [./models:/models]\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rung"),
    [
        ("train.py", "SVC", "SVC", 3),
        ("docker-compose.yml", "tritonserver --model", "sleep --model", 2),
        ("models/churn/1/model.onnx", "onnx", "", 2),
        ("models/churn/config.pbtxt", "input [", "# input [", 1),
    ],
)
def test_triton(project, path, old, new, rung):
    project.files(TRITON).edit(path, old, new).commit()
    assert results(project.assess())["model-served"].rung == rung


FEAST = {
    "features.py": "from feast import FileSource\n\nROWS = FileSource(path='data/rows.parquet')\n",
    "train.py": "from feast import FeatureStore\nfrom sklearn.svm import SVC\n\nrows = FeatureStore('.').get_historical_features([], []).to_df()\nSVC().fit(rows, [0, 1])\n",
    "data/rows.parquet": b"PAR1",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rung"),
    [
        ("train.py", "SVC", "SVC", 3),
        ("features.py", "FileSource(path=", "BigQuerySource(table=", 2),
        ("features.py", "data/rows.parquet", "data/other.parquet", 0),
    ],
)
def test_feast(project, path, old, new, rung):
    project.files(FEAST).edit(path, old, new)
    if "BigQuery" in new:
        project.edit(path, "import FileSource", "import BigQuerySource")
    project.commit()
    assert results(project.assess())["data-versioned"].rung == rung


CROISSANT = {
    "train.py": "import mlcroissant\nfrom sklearn.svm import SVC\n\nrows = mlcroissant.Dataset(jsonld='data.json').records('x')\nSVC().fit(list(rows), [0, 1])\n",
    "data.json": json.dumps(
        {
            "@type": "sc:Dataset",
            "distribution": [
                {
                    "@type": "cr:FileObject",
                    "name": "rows.csv",
                    "contentUrl": "https://example.org/rows.csv",
                    "sha256": hashlib.sha256(b"x").hexdigest(),
                }
            ],
        }
    ),
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rung"),
    [
        ("train.py", "SVC", "SVC", 3),
        ("data.json", "sha256", "size", 2),
        ("train.py", "data.json", "https://example.org/data.json", 2),
    ],
)
def test_croissant(project, path, old, new, rung):
    project.files(CROISSANT).edit(path, old, new).commit()
    assert results(project.assess())["data-versioned"].rung == rung


BOM = {
    "train.py": FIT,
    "metrics.json": '{"accuracy": 0.8731}\n',
    "bom.json": json.dumps(
        {
            "bomFormat": "CycloneDX",
            "components": [
                {
                    "type": "machine-learning-model",
                    "name": "churn",
                    "modelCard": {
                        "modelParameters": {"datasets": [{"type": "dataset", "name": "contracts"}]},
                        "quantitativeAnalysis": {"performanceMetrics": [{"type": "accuracy", "value": "0.8731"}]},
                        "considerations": {
                            "useCases": ["who to call first"],
                            "technicalLimitations": ["no new customers"],
                        },
                    },
                }
            ],
        }
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "rung"),
    [
        ("churn", "churn", 3),
        ("0.8731", "0.9999", 2),
        ("technicalLimitations", "other", 1),
        ("machine-learning-model", "library", None),
    ],
)
def test_cyclonedx(project, old, new, rung):
    project.files(BOM).edit("bom.json", old, new).commit()
    found = [item.rung for item in results(project.assess())["governed"].evidence if item.probe == "cyclonedx"]
    assert found == ([] if rung is None else [rung])


@pytest.mark.parametrize(
    ("text", "rung"),
    [("*.py @lead\n", 2), ("/docs/ @writer\n", 1), ("*.py @lead\ntrain.py\n", 1), ("# *.py @lead\n", None)],
)
def test_codeowners(project, text, rung):
    project.files({"train.py": FIT, ".github/CODEOWNERS": text}).commit()
    found = [item.rung for item in results(project.assess())["governed"].evidence if item.probe == "codeowners"]
    assert found == ([] if rung is None else [rung])


@pytest.mark.parametrize(
    ("read", "state"),
    [
        ('read.format("hudi").option("versionAsOf", 3).load("s3://lake/rows")', "pass"),
        ('read.format("hudi").option("as.of.instant", "20260101").load("s3://lake/rows")', "pass"),
        ('read.format("hudi").option("snapshot-id", 10963874102873).load("s3://lake/rows")', "pass"),
        ('read.format("hudi").option("header", True).load("s3://lake/rows")', "fail"),
        ('sql("SELECT * FROM main.rows VERSION AS OF 3")', "pass"),
        ('sql("SELECT * FROM main.rows")', "fail"),
        ('table(f"{schema}.rows")', "fail"),
    ],
)
def test_tables_are_read_as_of_a_version(project, read, state):
    project.files(
        {
            "train.py": f"from pyspark.sql import SparkSession\nfrom sklearn.svm import SVC\n\nspark = SparkSession.builder.getOrCreate()\n"
            f'schema = "main"\nrows = spark.{read}\nSVC().fit(rows.toPandas(), [0, 1])\n'
        }
    ).commit()
    assert results(project.assess())["data-versioned"].state == state
