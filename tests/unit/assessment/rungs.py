"""Smallest projects that take a technology to its rungs: probe → name → files. A newcomer's probe gets its entry here.

`test_rungs.py` says which rungs of which probe none of these, nor the projects of the other tests, reach.
"""

from __future__ import annotations

import json

from .azure_project import FILES as AZURE
from .azure_project import SDK as AZURE_SDK
from .sagemaker_project import FILES as SAGEMAKER
from .test_catalogue import BOM, CROISSANT, FEAST, FIT, LOAD, PACHYDERM, TEKTON, TRITON
from .test_other_stacks import JOBS
from .test_repairs import DRIFT, MOVES
from .test_seen_cases import HYDRA
from .test_technologies import FLOWS
from .test_what_training_reads import KEDRO
from .tfx_project import FILES as TFX
from .vertex_project import FILES as VERTEX

Files = dict[str, str | bytes]


def changed(files: Files, path: str, old: str, new: str) -> Files:
    """The files with one link taken out."""
    text = files[path]
    assert isinstance(text, str)
    assert old in text, (path, old)
    return files | {path: text.replace(old, new)}


def workflow(*commands: str, on: str = "push") -> Files:
    """A workflow that runs these commands."""
    steps = "".join(f"      - run: {command}\n" for command in commands)
    return {".github/workflows/ci.yml": f"on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"}


SERVICE = """
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


@app.get("/health")
def health():
    return {}


@app.post("/predict")
def predict(rows: list):
    return model.predict(rows)
"""
AI_ACT: Files = {
    "train.py": FIT,
    "metrics.json": '{"accuracy": 0.914}\n',
    "docs/annex-iv.md": """---
risk_class: high
owner: "@risk"
reviewed: 2026-09-01
next_review: 2027-03-01
---
# Churn

## Intended purpose
It ranks customers by their risk to leave, for the team that calls them.

## Data
All customers of two years, with what they bought and when they did.

## Performance
Accuracy on the customers of the last quarter: 0.914.

## Risks and limits
New customers are judged poorly, so that a person looks at each of them.
""",
}
CARD_TOOLKIT: Files = {
    "train.py": """
import model_card_toolkit as mct
from sklearn.svm import SVC


def main():
    model = SVC().fit([[0], [1]], [0, 1])
    toolkit = mct.ModelCardToolkit(output_dir="card")
    card = toolkit.scaffold_assets()
    card.model_details.overview = "Says who leaves within a month."
    card.model_parameters.data.append(mct.Dataset(name="subscriptions of 2025"))
    card.quantitative_analysis.performance_metrics.append(
        mct.PerformanceMetric(type="accuracy", value=str(model.score([[0]], [0])))
    )
    card.considerations.limitations = [mct.Limitation(description="Not for new customers.")]
    toolkit.update_model_card(card)
    toolkit.export_format()


if __name__ == "__main__":
    main()
""",
}
TORCHSERVE: Files = {
    "train.py": FIT,
    "config.properties": "model_store=/store\nload_models=churn.mar\n",
    "docker-compose.yml": "services:\n  a:\n    image: pytorch/torchserve\n    command: torchserve --start --ts-config config.properties\n",
}
#: Put in where it is needed, so that no scanner takes this file for a leak.
MADE_UP = "Zx81kQ9vLm2Tr7"
BILL = '{"bomFormat": "CycloneDX", "components": [{"name": "scikit-learn", "version": "1"}]}'
DASHBOARD = 'resource "google_monitoring_dashboard" "a" {\n  dashboard_json = file("a.json")\n}\n'
PACKAGE = json.dumps(
    {
        "description": "Rows of the till.",
        "licenses": [{"name": "CC0"}],
        "resources": [{"path": "rows.csv", "schema": {"fields": [{"name": "a"}]}}],
    }
)
DEFINITIONS = (
    "import dagster\n\n\n@dagster.asset\ndef rows():\n    return 1\n\n\ndefs = dagster.Definitions(assets=[rows])\n"
)
BENTO: Files = {
    "service.py": "import bentoml\n\n\n@bentoml.service\nclass Churn:\n    @bentoml.api\n    def answer(self, rows: list) -> list:\n        return self.model(rows)\n",
    "bentofile.yaml": "service: service:Churn\n",
    "k8s/churn.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: churn}\nspec: {replicas: 2, template: {spec: {containers: [{name: a, image: 'x.org/churn:1'}]}}}\n",
    **workflow("bentoml containerize churn:latest -t x.org/churn:1", "kubectl apply -f k8s/"),
}
SCORE = """
import joblib
import pandas as pd


def main():
    rows = pd.read_parquet("s3://live/today.parquet")
    rows["score"] = joblib.load("model.joblib").predict(rows)
    rows.to_parquet("s3://scores/today.parquet")


if __name__ == "__main__":
    main()
"""
BATCH: Files = {
    "score.py": SCORE,
    "Dockerfile": "FROM python:3.11\nCOPY score.py .\nCMD python score.py\n",
    "k8s/score.yaml": "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: score}\nspec:\n  schedule: '@daily'\n  jobTemplate: {spec: {backoffLimit: 2, template: {spec: {containers: [{name: a, image: 'x.org/score:1', command: [python, score.py], resources: {requests: {cpu: 1}}}]}}}}\n",
    **workflow("docker build -t x.org/score:1 .", "kubectl apply -f k8s/"),
}
SCORING = """
from airflow import DAG
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

with DAG("score", schedule="@daily", default_args={"retries": 2}):
    wait = KubernetesPodOperator(task_id="wait", cmds=["python", "-c", "print(1)"])
    score = KubernetesPodOperator(task_id="score", cmds=["python", "score.py"], container_resources={"cpu": 1})
    wait >> score
"""
HANDED_ON: Files = {
    "clean.py": "print(1)\n",
    "train.py": FIT,
    ".github/workflows/all.yml": """
        on: push
        jobs:
          clean:
            runs-on: ubuntu-latest
            steps:
              - run: python clean.py
              - uses: actions/upload-artifact@v4
                with: {name: rows, path: rows.csv}
          train:
            needs: clean
            runs-on: ubuntu-latest
            steps:
              - uses: actions/download-artifact@v4
                with: {name: rows}
              - run: python train.py
        """,
}
CHECK = "from evidently import Report\n\n\ndef check(a, b):\n    report = Report([])\n    return report.run(a, b)\n"
APPROVAL = (
    "def promote(record, client):\n    if not record.approved:\n        raise SystemExit(1)\n    client.release()\n"
)
DIAGNOSIS = """
import requests
from fastapi import FastAPI

app = FastAPI()


def root_cause(alert):
    return requests.get("http://deployments/last")


@app.post("/incident")
def incident(alert: dict):
    return root_cause(alert)
"""
ALERTMANAGER = (
    "route:\n  receiver: hook\nreceivers:\n  - name: hook\n    webhook_configs:\n      - url: http://api:8000/{}\n"
)
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: churn}\nspec:\n  replicas: 3\n  selector: {matchLabels: {app: churn}}\n"
    "  template:\n    metadata: {labels: {app: churn}}\n    spec:\n      containers:\n"
    "        - {name: api, image: 'x/churn:1', command: [python, train.py]}\n"
)
ROLLOUT = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: churn}\nspec:\n  strategy:\n    canary:\n      steps:\n"
    "        - setWeight: 20\n"
)
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: work}\nspec:\n  schedule: '0 5 * * *'\n  workflowSpec:\n"
    "    entrypoint: main\n    templates:\n      - name: main\n        dag:\n          tasks:\n            - {name: load, template: load}\n"
    "            - {name: train, template: train, dependencies: [load]}\n"
    "      - {name: load, container: {image: x, command: [python, load.py]}}\n"
    "      - {name: train, container: {image: x, command: [python, train.py]}}\n"
)
AZURE_JOB = (
    "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\njobs:\n"
    "  load:\n    type: command\n    command: python load.py --out ${{outputs.rows}}\n    outputs: {rows: {type: uri_folder}}\n"
    "  train:\n    type: command\n    command: python train.py --rows ${{inputs.rows}}\n"
    "    inputs:\n      rows: ${{parent.jobs.load.outputs.rows}}\n"
)
CLOUD_ALARM = (
    'resource "aws_cloudwatch_metric_alarm" "errors" {\n  metric_name = "5XXError"\n  namespace = "AWS/ApiGateway"\n  threshold = 5\n'
    '  comparison_operator = "GreaterThanThreshold"\n  alarm_actions = [aws_sns_topic.x.arn]\n}\n'
)
BUNDLE = (
    "bundle:\n  name: churn\nresources:\n  jobs:\n    work:\n      name: work\n      tasks:\n        - task_key: load\n"
    "          spark_python_task:\n            python_file: load.py\n        - task_key: train\n          depends_on:\n"
    "            - task_key: load\n          spark_python_task:\n            python_file: train.py\n"
)
DVC_FILE = "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  size: 0\n  path: rows.csv\n"
READS = "import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv('rows.csv')\nSVC().fit(rows, rows)\n"
MANIFEST = """
import json

import mlflow
import pandas as pd


def snapshot_data(frame):
    frame.to_parquet("snapshots/data_version.parquet")
    mlflow.log_param("data_version", "1")


if __name__ == "__main__":
    snapshot_data(pd.DataFrame())
"""
STAGES = (
    "stages:\n  load:\n    cmd: python load.py\n    deps: [load.py]\n    outs: [rows.csv]\n  train:\n    cmd: python train.py\n"
    "    deps: [train.py, rows.csv]\n    outs: [model.joblib]\n"
)
PLOOMBER = "tasks:\n  - source: load.py\n    product: rows.csv\n  - source: train.py\n    product: model.joblib\n    upstream: [load]\n"
SNAKEFILE = (
    "rule all:\n    input: 'model.joblib'\n\nrule load:\n    output: 'rows.csv'\n    shell: 'python load.py'\n\n"
    "rule train:\n    input: 'rows.csv'\n    output: 'model.joblib'\n    shell: 'python train.py'\n"
)
MAKEFILE = "model.joblib: rows.csv train.py\n\tpython train.py\n\nrows.csv: load.py\n\tpython load.py\n"
PYTHON_PIPELINE: Files = {
    "load.py": "import pandas as pd\n\n\ndef load_rows():\n    return pd.read_csv('rows.csv')\n",
    "train.py": "from sklearn.svm import SVC\n\n\ndef train_model(rows):\n    return SVC().fit(rows, rows)\n",
    "work.py": "from load import load_rows\nfrom train import train_model\n\n\ndef main():\n    rows = load_rows()\n    return train_model(rows)\n\n\n"
    "if __name__ == '__main__':\n    main()\n",
    "rows.csv": "a\n1\n",
}
VALIDATION = """
import pandera as pa

schema = pa.DataFrameSchema({})


def check(rows):
    return schema.validate(rows)
"""
MODULE = "def double(x):\n    return 2 * x\n"
CARD = "# Churn\n\n## {0}\n{0}: ranks customers by their risk to leave, for the team that calls them.\n"
BOTH = {"load.py": LOAD, "train.py": FIT}

ALARM_OF_LAMBDA = (
    CLOUD_ALARM.replace("AWS/ApiGateway", "AWS/Lambda") + 'resource "aws_lambda_function" "api" {\n  name = "api"\n}\n'
)
ENDPOINT = (
    "bundle:\n  name: churn\nresources:\n  model_serving_endpoints:\n    churn:\n      name: churn\n      config:\n        served_entities:\n"
    "          - {entity_name: main.churn, entity_version: '3', workload_size: Small}\n"
)
AZURE_READS = AZURE_JOB.replace(
    "rows: ${{parent.jobs.load.outputs.rows}}", "rows: {type: uri_folder, path: 'azureml:rows:3'}"
)
KSERVE = (
    "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n  canaryTrafficPercent: 20\n"
    "  predictor:\n    model: {modelFormat: {name: sklearn}, storageUri: 's3://models/churn'}\n"
)
FIXED_GATE = """
import sys

from sklearn.svm import SVC


def train():
    return SVC().fit([[0], [1]], [0, 1])


if __name__ == "__main__":
    accuracy = train().score([[0], [1]], [0, 1])
    if accuracy < 0.5:
        sys.exit(1)
"""
HOURLY = "{schedule: [{cron: '0 5 * * *'}]}"
ROLLS_BACK = (
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s\n      - run: curl --fail https://api/health\n"
    "      - if: failure()\n        run: kubectl rollout undo deployment/churn\n"
)
HAND_CHECK = """
import pandas as pd


def validate_rows(rows):
    if rows.isna().any().any():
        raise ValueError("gaps")
"""


def notebook(source: str, *, run: bool) -> str:
    """A notebook of one cell."""
    count, outputs = (1, [{"output_type": "stream", "name": "stdout", "text": "1"}]) if run else (None, [])
    cell = {"cell_type": "code", "execution_count": count, "metadata": {}, "outputs": outputs, "source": source}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


#: Histories that the other projects do not have: what git does once the files are there.
HISTORIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "no commit": (("init", "-q"),),
    "one commit": (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "a")),
    "a remote": (
        ("init", "-q"),
        ("commit", "-q", "--allow-empty", "-m", "a"),
        ("add", "-A"),
        ("commit", "-q", "-m", "b"),
        ("remote", "add", "origin", "https://example.org/x.git"),
    ),
}

RUNGS: dict[str, dict[str, Files]] = {
    "airflow": {
        "wired": {"dags/work.py": FLOWS["airflow"][0]},
        "a command": {"dags/work.py": "from airflow.operators.bash import BashOperator\n\nBashOperator(task_id='a', bash_command='python train.py')\n"},
    },
    "approval": {
        "a policy without rules": {"train.py": FIT} | workflow("conftest test model.json"),
        "a policy that is only tested": {"train.py": FIT, "policy/a.rego": "deny[m] { true }\n"} | workflow("opa test policy"),
        "a policy that is asked": {"train.py": FIT, "policy/a.rego": "deny[m] { true }\n"} | workflow("conftest test model.json"),
        "code that nothing runs": {"promote.py": APPROVAL},
    },
    "papermill": {
        "wired": {
            "run.py": "import papermill as pm\nimport yaml\n\np = yaml.safe_load(open('p.yaml'))\nfor n in ['a.ipynb', 'b.ipynb']:\n    pm.execute_notebook(n, None, parameters=p[n])\n",
            "a.ipynb": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
            "b.ipynb": '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
        }
    },
    "argo-workflows": {"wired": BOTH | {"argo/work.yaml": ARGO}},
    "azure-ml": {
        "wired": BOTH | {"job.yml": AZURE_JOB} | workflow("az ml job create -f job.yml"),
        "a version that is read": BOTH | {"job.yml": AZURE_READS} | workflow("az ml job create -f job.yml"),
        "submitted by nothing": BOTH | {"job.yml": AZURE_READS},
    },
    "ci": {
        "an empty file": {"train.py": FIT, ".github/workflows/ci.yml": ""},
        "nothing of the project": {"train.py": FIT} | workflow("echo hi"),
        "lint alone": {"train.py": FIT} | workflow("ruff check ."),
    },
    "cloud-alerts": {
        "wired": {"train.py": FIT, "infra/main.tf": ALARM_OF_LAMBDA} | workflow("terraform -chdir=infra apply -auto-approve"),
        "applied by nothing": {"train.py": FIT, "infra/main.tf": ALARM_OF_LAMBDA},
    },
    "codeowners": {
        "of the code": {"train.py": FIT, ".github/CODEOWNERS": "*.py @lead\n"},
        "of other things": {"train.py": FIT, ".github/CODEOWNERS": "/docs/ @writer\n"},
    },
    "croissant": {"wired": CROISSANT, "without checksum": changed(CROISSANT, "data.json", "sha256", "size")},
    "sagemaker": {
        "wired": SAGEMAKER,
        "a fixed figure": changed(SAGEMAKER, "pipelines/churn.py", "right=threshold", "right=0.8"),
    },
    "azure-ml-sdk": {
        "wired": AZURE_SDK,
        "any version": changed(AZURE_SDK, "azure/submit.py", "churn-rows:3", "churn-rows@latest"),
    },
    "azure-ml-monitors": {
        "wired": AZURE,
        "of code": AZURE_SDK,
        "created by nothing": changed(AZURE, ".github/workflows/deploy.yml", "--file azure/monitor.yml", ""),
    },
    "mlflow-serving": {
        "started by hand": {"train.py": FIT, "Makefile": "serve:\n\tmlflow models serve -m models:/churn@champion\n"},
        "an image": {"train.py": FIT} | workflow("mlflow models build-docker -m models:/churn/1 -n churn"),
    },
    "cloud-builds": {
        "of Google": {"train.py": FIT, "cloudbuild.yaml": "steps:\n  - {name: python, entrypoint: pytest, args: [tests]}\n"},
        "of Amazon": {"train.py": FIT, "buildspec.yml": "phases:\n  build:\n    commands:\n      - pytest\n"},
    },
    "vertex-ai": {
        "wired": VERTEX,
        "a fixed figure": changed(VERTEX, "pipelines/churn.py", ">= threshold", ">= 0.8"),
    },
    "tfx": {
        "wired": TFX,
        "a fixed figure": changed(TFX, "churn/pipeline.py", '{"value": threshold}', '{"value": 0.8}'),
    },
    "managed-endpoints": {
        "wired": SAGEMAKER,
        "one instance": changed(SAGEMAKER, "deploy/endpoint.py", "MaxCapacity=4", "MaxCapacity=1"),
    },
    "cyclonedx": {
        "wired": BOM,
        "other figures": changed(BOM, "bom.json", "0.8731", "0.9999"),
        "without limits": changed(BOM, "bom.json", "technicalLimitations", "other"),
    },
    "data-sources": {
        "a file of nowhere": {"train.py": READS},
        "a model in git": {"train.py": FIT, "model.pkl": b"\x80\x04model"},
        "a URL": {"train.py": READS.replace("rows.csv", "https://example.org/rows.csv")},
    },
    "bill-of-materials": {
        "empty": {"train.py": FIT, "bom.json": '{"bomFormat": "CycloneDX", "components": []}'},
        "lacks one": {"train.py": FIT, "requirements.txt": "numpy==2\nscikit-learn==1\n", "bom.json": BILL},
        "all that is required": {"train.py": FIT, "requirements.txt": "scikit-learn==1\n", "bom.json": BILL},
    },
    "dashboards": {
        "no panel": {"api.py": SERVICE, "grafana/a.json": '{"title": "A", "panels": []}'},
        "applied by nothing": {"main.tf": DASHBOARD},
        "applied": {"main.tf": DASHBOARD} | workflow("terraform apply -auto-approve"),
    },
    "databricks-bundles": {
        "jobs": BOTH | {"databricks.yml": BUNDLE} | workflow("databricks bundle deploy"),
        "an endpoint": BOTH | {"databricks.yml": ENDPOINT} | workflow("databricks bundle deploy"),
        "deployed by nothing": BOTH | {"databricks.yml": ENDPOINT},
    },
    "datasheet": {
        "empty": {"train.py": FIT, "DATASHEET.md": ""},
        "headings": {"train.py": FIT, "DATASHEET.md": "# Origin\n\n# Content\n\n# Use\n\n# Limits\n"},
        "of nothing that is read": {"train.py": FIT, "datapackage.json": PACKAGE},
        "wired": {"train.py": READS, "rows.csv": "a,y\n1,0\n", "datapackage.json": PACKAGE},
    },
    "deployments": {
        "pushed only": {"train.py": FIT} | workflow("docker push example.org/a"),
        "by hand": {"train.py": FIT} | workflow("helm upgrade a chart", on="workflow_dispatch"),
        "wired": {"train.py": FIT} | workflow("helm upgrade a chart"),
    },
    "diagnosis": {
        "a hook that diagnoses nothing": {"api.py": SERVICE, "alertmanager.yml": ALERTMANAGER.format("predict")},
        "no alert leads there": {"api.py": DIAGNOSIS},
        "wired": {"api.py": DIAGNOSIS, "alertmanager.yml": ALERTMANAGER.format("incident")},
    },
    "docker": {
        "empty": {"train.py": FIT, "Dockerfile": ""},
        "without code": {"train.py": FIT, "Dockerfile": "FROM python:3.12\nRUN pip install numpy\n"},
    },
    "drift": {
        "built and never run": {"check.py": "from evidently import Report\n\nreport = Report([])\n"},
        "run by nothing": {"check.py": CHECK},
    },
    "dvc": {
        "without remote": {"train.py": READS, "rows.csv.dvc": DVC_FILE, ".dvc/config": "", ".gitignore": "/rows.csv\n"},
        "a remote of one machine": {
            "train.py": READS,
            "rows.csv.dvc": DVC_FILE,
            ".dvc/config": "[core]\n    remote = a\n['remote \"a\"']\n    url = /mnt/x\n",
            ".gitignore": "/rows.csv\n",
        },
        "without a repository of DVC": {"train.py": READS, "rows.csv.dvc": DVC_FILE, ".gitignore": "/rows.csv\n"},
    },
    "feast": {"of a warehouse": {"train.py": FEAST["train.py"], "features.py": "from feast import BigQuerySource\n\nROWS = BigQuerySource(table='rows')\n"}},
    "git": {"no code": {"README.md": "# Nothing yet\n"}, "wired": {"train.py": FIT}},
    "gitlab-ci": {
        "wired": {"train.py": FIT, ".gitlab-ci.yml": "test:\n  script: [pytest]\n"},
        "jobs that hand on": JOBS,
    },
    "other-locks": {"of nothing": {"train.py": FIT, "pdm.lock": "[metadata]\n"}},
    "hand-checks": {
        "called by nothing": {"work.py": HAND_CHECK},
        "wired": {"work.py": HAND_CHECK + "\n\nif __name__ == '__main__':\n    validate_rows(pd.read_csv('rows.csv'))\n"},
    },
    "healing": {
        "restarts alone": {"train.py": FIT, "k8s/a.yaml": DEPLOYMENT.replace("[python, train.py]", "[python, train.py], livenessProbe: {httpGet: {path: /}}")},
        "nothing checks the roll-back": {"train.py": FIT, ".github/workflows/ci.yml": ROLLS_BACK},
        "wired": {"train.py": FIT, ".github/workflows/ci.yml": ROLLS_BACK + "      - if: failure()\n        run: curl --fail https://api/health\n"},
    },
    "hydra-loggers": {"wired": HYDRA, "chosen by nothing": changed(HYDRA, "conf/main.yaml", "wandb", "null")},
    "kedro-catalog": {
        "wired": KEDRO,
        "a file of nowhere": changed(KEDRO, "conf/base/catalog.yml", "levels.csv", "others.csv"),
        "a file of the network": changed(KEDRO, "conf/base/catalog.yml", "data/01_raw", "s3://bucket/01_raw"),
    },
    "launchers": {"wired": {"train.py": FIT, "Procfile": "web: python train.py\n"}},
    "make": {"wired": BOTH | {"Makefile": MAKEFILE}},
    "mise": {"wired": {"train.py": FIT, "mise.toml": "[tasks.train]\nrun = 'python train.py'\n"}},
    "ai-act": {
        "wired": AI_ACT,
        "no owner": changed(AI_ACT, "docs/annex-iv.md", 'owner: "@risk"\n', ""),
        "no record": AI_ACT | {"docs/annex-iv.md": "# Annex IV\n"},
    },
    "model-card-toolkit": {
        "wired": CARD_TOOLKIT,
        "configured": {"card.py": str(CARD_TOOLKIT["train.py"]).partition("\n\nif __name__")[0]},
        "declared": changed(CARD_TOOLKIT, "train.py", "limitations", "owners"),
        "imported": {"train.py": f"import model_card_toolkit\n\n{FIT}"},
    },
    "model-card": {
        "empty": {"train.py": FIT, "MODEL_CARD.md": ""},
        "headings": {"train.py": FIT, "MODEL_CARD.md": "# Churn\n\n## Use\n\n## Data\n\n## Metrics\n\n## Limits\n"},
        "without figures": {"train.py": FIT, "MODEL_CARD.md": "".join(CARD.format(part) for part in ("Use", "Data", "Metrics", "Limits"))},
    },
    "notebooks": {
        "in order": {"a.ipynb": notebook("print(1)", run=False)},
        "executed": {"a.ipynb": notebook("print(1)", run=True)},
        "one that does not run": {"a.ipynb": notebook("print(rows)", run=True)},
        "one of two": {"a.ipynb": notebook("print(rows)", run=True), "b.ipynb": notebook("print(1)", run=True)},
    },
    "orchestrators": {"wired": {"work.py": FLOWS["metaflow"][0]}, "definitions": {"defs.py": DEFINITIONS}},
    "jenkins": {"wired": {"train.py": FIT, "Jenkinsfile": "node {\n  sh 'pytest'\n}\n"}},
    "other-ci": {"wired": {"train.py": FIT, ".travis.yml": "script:\n  - pytest\n"}},
    "pachyderm": {
        "wired": PACHYDERM,
        "applied by nothing": changed(PACHYDERM, ".github/workflows/apply.yml", "pachctl update", "echo update"),
    },
    "pipelines": {"one step": {"train.py": FIT, "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.joblib]\n", ".dvc/config": "", "model.joblib": b"model"}},
    "platforms": {"one instance": {"train.py": FIT, "fly.toml": "[http_service]\nmin_machines_running = 1\n"}},
    "ploomber": {
        "wired": BOTH | {"pipeline.yaml": PLOOMBER + "    params: {c: '{{c}}'}\n", "env.yaml": "c: 1\n"} | workflow("ploomber build"),
    },
    "pre-commit": {
        "own": {"train.py": FIT, ".pre-commit-config.yaml": "repos:\n  - repo: local\n    hooks: [{id: a, entry: pytest}]\n"},
        "empty": {"train.py": FIT, ".pre-commit-config.yaml": ""},
        "run by nothing": {"train.py": FIT, ".pre-commit-config.yaml": "repos:\n  - repo: x\n    hooks: [{id: a}]\n"},
        "wired": {"train.py": FIT, ".pre-commit-config.yaml": "repos:\n  - repo: x\n    hooks: [{id: a}]\n"} | workflow("pre-commit run --all-files"),
    },
    "prefect": {"wired": {"work.py": FLOWS["prefect"][0], "prefect.yaml": "deployments:\n  - name: a\n    entrypoint: work.py:work\n"}},
    "pytest": {
        "asserts nothing": {"own.py": MODULE, "tests/test_own.py": "from own import double\n\n\ndef test_a():\n    double(2)\n"},
        "calls nothing": {"own.py": MODULE, "tests/test_own.py": "def test_a():\n    assert True\n"},
    },
    "python-pipeline": {"wired": PYTHON_PIPELINE},
    "readme": {"many words": {"train.py": FIT, "README.md": "# Churn\n\n" + "word " * 80 + "\n"}, "few": {"train.py": FIT, "README.md": "# Churn\n"}},
    "responsible": {"looked at by a person": {"fair.py": "from fairlearn.metrics import MetricFrame\n\nprint(MetricFrame(metrics=len, y_true=[1], y_pred=[1], sensitive_features=[1]).by_group)\n"}},
    "retraining": {
        "no gate": {"train.py": FIT} | workflow("python train.py", on=HOURLY),
        "a figure in the code": {"train.py": FIXED_GATE} | workflow("python train.py", on=HOURLY),
    },
    "rollouts": {
        "without analysis": {"train.py": FIT, "k8s/r.yaml": ROLLOUT},
        "a canary where it does nothing": {"train.py": FIT, "k8s/i.yaml": KSERVE},
        "applied, without analysis": {"train.py": FIT, "k8s/r.yaml": ROLLOUT} | workflow("kubectl apply -f k8s"),
    },
    "secrets": {
        "in a setting": {"train.py": FIT, "config.yaml": f"password: '{MADE_UP}'\n"},
        "in a test": {"train.py": FIT, "tests/test_a.py": f"PASSWORD = '{MADE_UP}'\n"},
    },
    "rollback": {
        "hidden": {"train.py": FIT} | workflow("helm rollback a || true"),
        "wired": {"train.py": FIT} | workflow("helm rollback a"),
    },
    "lineage": {
        "a lock that matches": BOTH | {"dvc.yaml": STAGES, "rows.csv": "a\n", "model.joblib": b"m"},
        "called by nothing": {"work.py": "import mlflow\n\n\ndef log(rows):\n    mlflow.log_input(rows)\n"},
        "wired": {"work.py": "import mlflow\n\nmlflow.log_input([])\n"},
    },
    "load-tests": {
        "a script that is not there": {"api.py": SERVICE} | workflow("k6 run load.js"),
        "run by nothing": {"api.py": SERVICE, "load.js": "import http from 'k6/http';\n"},
        "wired": {"api.py": SERVICE, "load.js": "import http from 'k6/http';\n"} | workflow("k6 run load.js"),
    },
    "signatures": {
        "verified only": {"train.py": FIT} | workflow("cosign verify-blob model.joblib"),
        "wired": {"train.py": FIT} | workflow("model_signing sign model.joblib"),
    },
    "structured-logs": {
        "called by nothing": {"work.py": "import structlog\n\n\ndef start():\n    structlog.configure()\n"},
        "wired": {"work.py": "import structlog\n\nstructlog.configure()\n"},
    },
    "serving": {
        "an app without routes": {"api.py": "from fastapi import FastAPI\n\napp = FastAPI()\n"},
        "started by nothing": {"api.py": SERVICE},
    },
    "snakemake": {"wired": BOTH | {"Snakefile": SNAKEFILE} | workflow("snakemake --cores 1")},
    "snapshots": {
        "read by nothing": {"work.py": MANIFEST},
        "wired": {"work.py": MANIFEST + "    pd.read_parquet('snapshots/data_version.parquet')\n"},
    },
    "tekton": {"wired": TEKTON},
    "batch-scoring": {
        "wired": BATCH,
        "without resources": changed(BATCH, "k8s/score.yaml", ", resources: {requests: {cpu: 1}}", ""),
        "of Airflow": {"score.py": SCORE, "dags/score.py": SCORING},
    },
    "github-actions": {"jobs that hand on": HANDED_ON},
    "bentofile": {
        "wired": BENTO,
        "built by nothing": changed(BENTO, ".github/workflows/ci.yml", "bentoml containerize", "echo"),
        "without the service": changed(BENTO, "bentofile.yaml", "service:Churn", "other:Churn"),
    },
    "traffic-control": {"wired": MOVES, "checked by nothing": changed(MOVES, "work.py", "if failures() > 0.02", "if time")},
    "drift-repair": {"wired": DRIFT, "verified by nothing": changed(DRIFT, "work.py", 'raise SystemExit("not good enough")', "print(value)")},
    "crontab": {"wired": {"train.py": FIT, "deploy/crontab": "0 5 * * * python train.py\n", "start.sh": "crontab deploy/crontab\n"}},
    "small-ci": {"wired": {"train.py": FIT, ".cirrus.yml": "task:\n  test_script: pytest\n"}},
    "task-runners": {"wired": {"train.py": FIT, "pyproject.toml": "[tool.poe.tasks]\ntrain = 'python train.py'\n"}},
    "taskfile": {"wired": {"train.py": FIT, "Taskfile.yml": "tasks:\n  train: python train.py\n"}, "by files": {"load.py": LOAD, "train.py": FIT, "Taskfile.yml": "tasks:\n  load:\n    sources: [raw.csv]\n    generates: [rows.csv]\n    cmd: python load.py\n  train:\n    sources: [rows.csv]\n    generates: [model.txt]\n    cmd: python train.py\n"}},
    "tox": {"wired": {"train.py": FIT, "noxfile.py": "import nox\n\n\n@nox.session\ndef tests(session):\n    session.run('pytest')\n"}},
    "torchserve": {
        "wired": TORCHSERVE,
        "without models": changed(TORCHSERVE, "config.properties", "load_models", "other"),
        "served by nothing": changed(TORCHSERVE, "docker-compose.yml", "torchserve --start", "sleep --start"),
    },
    "triton": {
        "wired": TRITON,
        "served by nothing": changed(TRITON, "docker-compose.yml", "tritonserver --model", "sleep --model"),
        "without inputs": changed(TRITON, "models/churn/config.pbtxt", "input [", "# input ["),
    },
    "dvc-metrics": {
        "compared by nothing": BOTH | {"dvc.yaml": STAGES + "    metrics: [metrics.json]\n", "metrics.json": "{}\n", "rows.csv": "a\n", "model.joblib": b"m"},
        "wired": BOTH
        | {"dvc.yaml": STAGES + "    metrics: [metrics.json]\n", "metrics.json": "{}\n", "rows.csv": "a\n", "model.joblib": b"m"}
        | workflow("dvc metrics diff"),
    },
    "validation": {
        "imported only": {"work.py": "import pandera\n\nprint(1)\n"},
        "called by nothing": {"work.py": VALIDATION},
        "wired": {"work.py": VALIDATION + "\n\nif __name__ == '__main__':\n    check([])\n"},
    },
}  # fmt: skip
