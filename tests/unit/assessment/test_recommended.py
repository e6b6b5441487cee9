"""What is recommended at Levels 3 and 4, from any mature tool: all that pass for one criterion in one project, each at its line."""

from __future__ import annotations

import json

import pytest

from .conftest import Project, results
from .rungs import Files, workflow

#: Criterion → commands that pass in CI, each by itself.
COMMANDS = {
    "rollback-path": (
        "kubectl -n churn rollout undo deployment/api",
        "sudo helm rollback churn",
        "helm upgrade --install churn chart --atomic",
        "argocd app rollback churn",
        "gcloud run services update-traffic churn --to-revisions=LAST=100",
        "heroku rollback v12",
        "az webapp deployment slot swap --name churn --slot staging",
        "docker service update --rollback churn",
        "kamal rollback abc123",
    ),
    "continuous-deployment": (
        "kubectl -n churn set image deployment/api api=example.org/api:2",
        "helmfile sync",
        "gcloud run deploy churn --image example.org/api",
        "sam deploy --no-confirm-changeset",
        "npx serverless deploy",
        "aws ecs update-service --cluster a --service b --force-new-deployment",
        "az containerapp update --name churn --image example.org/api:2",
        "terraform -chdir=infra apply -auto-approve",
        "pulumi up --yes",
        "uv run modal deploy service.py",
        "databricks bundle deploy",
        "docker stack deploy --compose-file compose.yml churn",
        "ssh host docker compose up -d",
    ),
    "load-tested": (
        "uv run locust --headless --users 10",
        "k6 run load/k6.js",
        "npx artillery run load/artillery.yml",
        "jmeter -n -t load/plan.jmx",
        "docker run --rm -i grafana/k6 run - < load/k6.js",
        "hey -n 2000 https://churn.example.org/health",
        "vegeta attack -duration=30s",
    ),
    "bill-of-materials": (
        "cyclonedx-py environment",
        "python -m cyclonedx_py environment",
        "syft example.org/api -o spdx-json",
        "trivy image --format cyclonedx example.org/api",
        "docker buildx build --sbom=true --push .",
    ),
    "models-signed": (
        "model_signing sign models/model.joblib",
        "python -m model_signing sign models/model.joblib",
        "cosign sign --yes example.org/api",
        "gpg --batch --detach-sign models/model.joblib",
        "notation sign example.org/api",
    ),
}
#: Commands that look like it and are none.
NONE = {
    "rollback-path": ("echo helm rollback churn", "pip install helm", "kubectl rollout status deployment/api"),
    "continuous-deployment": (
        "kubectl get pods",
        "terraform plan",
        "kubectl apply -f https://example.org/argo.yaml",
        "gcloud run services list",
    ),
    "load-tested": ("pip install locust", "k6 version", "hey there"),
    "bill-of-materials": ("pip install cyclonedx-bom", "trivy fs .", "docker build ."),
    "models-signed": ("pip install model-signing", "cosign version", "gpg --import key.asc"),
}
SCRIPTS: Files = {
    "locustfile.py": "from locust import HttpUser, task\n\n\nclass A(HttpUser):\n    @task\n    def a(self):\n        self.client.get('/')\n",
    "load/k6.js": "import http from 'k6/http';\nexport default () => http.get('https://churn.example.org');\n",
    "load/artillery.yml": "config:\n  target: https://churn.example.org\nscenarios:\n  - flow: []\n",
    "load/plan.jmx": "<jmeterTestPlan><HTTPSamplerProxy/></jmeterTestPlan>\n",
    "train.py": "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_of_many_tools_pass_each_at_its_line(project: Project, name: str) -> None:
    project.files(SCRIPTS | workflow(*COMMANDS[name], *NONE[name])).commit()
    found = results(project.assess())[name]
    assert found.state == "pass"
    lines = (project.root / ".github/workflows/ci.yml").read_text(encoding="utf-8").splitlines()
    told = {lines[one.line - 1].partition("run: ")[2] for one in found.evidence if one.rung >= 3}
    assert told == set(COMMANDS[name])
    project.files(workflow(*NONE[name], *(f"{command} || true" for command in COMMANDS[name]))).commit()
    found = results(project.assess())[name]
    assert found.state != "pass"
    assert found.rung <= 2


#: Criterion → file → what it says; all of them pass.
FILES: dict[str, Files] = {
    "rollback-path": {
        "infra/ecs.tf": 'resource "aws_ecs_service" "api" {\n  deployment_circuit_breaker {\n    enable   = true\n    rollback = true\n  }\n}\n',
        "back.py": "from mlflow import MlflowClient\n\n\ndef rollback(version):\n"
        "    MlflowClient().set_registered_model_alias('churn', 'champion', version)\n\n\nif __name__ == '__main__':\n    rollback('3')\n",
    },
    "continuous-deployment": {
        "argo/app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: churn\nspec:\n"
        "  source:\n    path: k8s\n  syncPolicy:\n    automated: {}\n",
        "flux/app.yaml": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: churn\nspec:\n"
        "  path: ./k8s\n  sourceRef:\n    kind: GitRepository\n    name: churn\n",
        "render.yaml": "services:\n  - type: web\n    name: churn\n    runtime: python\n",
    },
    "dashboards": {
        "infra/boards.tf": 'resource "aws_cloudwatch_dashboard" "a" {\n  dashboard_body = file("a.json")\n}\n',
        "template.yaml": "Resources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties:\n      DashboardBody: '{}'\n",
        "k8s/board.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: board\n  labels:\n    grafana_dashboard: '1'\ndata:\n"
        '  board.json: \'{"title": "B", "panels": [{"targets": [{"expr": "up"}]}]}\'\n',
    },
    "structured-logs": {
        "a.py": "import logging\n\nfrom pythonjsonlogger.json import JsonFormatter\n\nhandler = logging.StreamHandler()\nhandler.setFormatter(JsonFormatter())\n",
        "b.py": "from loguru import logger\n\nlogger.add('a.log', serialize=True)\n",
        "c.py": "import json\nimport logging\n\nlogger = logging.getLogger()\nlogger.info(json.dumps({'prediction': 1}))\n",
        "d.py": "import json\nimport logging\n\n\nclass Fields(logging.Formatter):\n    def format(self, record):\n"
        "        return json.dumps(vars(record), default=str)\n\n\nlogging.StreamHandler().setFormatter(Fields())\n",
        "logging.yaml": "version: 1\nformatters:\n  json:\n    (): pythonjsonlogger.json.JsonFormatter\n",
        "Procfile": "web: uvicorn api:app --log-config logging.yaml\n",
        "api.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "k8s/model.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: churn\nspec:\n  predictor:\n"
        "    logger:\n      mode: all\n      url: http://logs\n    model:\n      modelFormat:\n        name: sklearn\n",
    },
    "lineage": {
        "a.py": "import wandb\n\nrun = wandb.init()\nrun.use_artifact('rows:v3')\n",
        "b.py": "from openlineage.client import OpenLineageClient\n\nclient = OpenLineageClient()\nclient.emit(None)\n",
        "docker-compose.yml": "services:\n  airflow:\n    image: apache/airflow:3.0.0\n    environment:\n      AIRFLOW__OPENLINEAGE__TRANSPORT: '{}'\n",
    },
    "datasheet": {
        "train.py": "import pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv('rows.csv')\nSVC().fit(rows[['a']], rows['y'])\n",
        "rows.csv": "a,y\n1,0\n",
        "croissant.json": json.dumps(
            {
                "conformsTo": "http://mlcommons.org/croissant/1.0",
                "description": "Rows of the till.",
                "license": "CC0",
                "distribution": [{"contentUrl": "rows.csv"}],
                "recordSet": [{"field": [{"name": "a"}]}],
            }
        ),
        "docs/DATA_CARD.md": "# Source\n\nTaken from the till of the shop every single night.\n\n# Fields\n\n"
        "In rows.csv a is the price and y whether it came back.\n\n# Purpose\n\nTo guess which things come back, and nothing else.\n\n"
        "# Licence\n\nIt may be used in the shop only, by those who work there.\n",
    },
}
#: Files that are there for the others.
AROUND = {"train.py", "rows.csv", "Procfile", "api.py"}


@pytest.mark.parametrize("name", FILES)
def test_files_of_many_tools_pass_each_at_its_line(project: Project, name: str) -> None:
    applied = workflow("terraform apply -auto-approve", "kubectl apply -f k8s/", "sam deploy --no-confirm-changeset")
    project.files({"train.py": SCRIPTS["train.py"]} | applied | FILES[name]).commit()
    found = results(project.assess())[name]
    assert found.state == "pass"
    assert set(FILES[name]) - AROUND <= {one.path for one in found.evidence if one.rung >= 3}


def test_a_datasheet_of_another_table_and_one_of_placeholders(project: Project) -> None:
    files = FILES["datasheet"] | {"croissant.json": "{}"}
    card = "docs/DATA_CARD.md"
    other = {card: str(files[card]).replace("rows.csv", "others.csv")}
    assert results(project.files(files | other).commit().assess())["datasheet"].rung == 2
    hollow = {card: str(files[card]).replace("Taken from the till of the shop every single night.", "TODO")}
    assert results(project.files(files | hollow).commit().assess())["datasheet"].rung == 1
