"""Entries of the catalogue that no other project has: wired, and with one link gone."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from .conftest import results
from .rungs import workflow
from .test_catalogue import FIT, TEST

Files = dict[str, str | bytes]
DAILY = "{schedule: [{cron: '0 5 * * *'}]}"


class Entry(NamedTuple):
    """A small project.

    Attributes:
        criterion: the criterion, or criterion and part.
        files: the project.
        link: file, what goes, and what stands there instead.
    """

    criterion: str
    files: Files
    link: tuple[str, str, str]


def manifest(api: str, kind: str, spec: str, name: str = "churn") -> str:
    """A manifest."""
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def applied(text: str) -> Files:
    """Manifests that CI applies."""
    return {"k8s/churn.yaml": text, **workflow("kubectl apply -f k8s/")}


def drift(code: str) -> Files:
    """A check that runs every day."""
    return {
        "check.py": f"import sys\n\nimport pandas as pd\n\n{code}",
        "data/live.csv": "a\n1\n",
        "data/reference.csv": "a\n1\n",
        **workflow("python check.py", on=DAILY),
    }


_LIVE, _REFERENCE = "pd.read_csv('data/live.csv')", "pd.read_csv('data/reference.csv')"
_STOPS = "    sys.exit(1)\n"
_SILENT = ("check.py", _STOPS, "    print(1)\n")
_YML = "k8s/churn.yaml"
_CI = ".github/workflows/ci.yml"
_DEPLOYMENT = manifest(
    "apps/v1",
    "Deployment",
    "{replicas: 2, selector: {matchLabels: {app: churn}}, template: {metadata: {labels: {app: churn}}, spec: {containers: [{name: a, image: 'x.org/churn:1'}]}}}",
)
_KEDA = manifest(
    "keda.sh/v1alpha1", "ScaledObject", "{scaleTargetRef: {name: churn}, minReplicaCount: 1, maxReplicaCount: 5}"
)
_FLAGGER = manifest(
    "flagger.app/v1beta1",
    "Canary",
    "{targetRef: {kind: Deployment, name: churn}, analysis: {threshold: 5, stepWeight: 10, metrics: [{name: request-success-rate, thresholdRange: {min: 99}}]}}",
)
_KYVERNO = manifest(
    "kyverno.io/v1",
    "ClusterPolicy",
    "{validationFailureAction: Enforce, rules: [{name: approved, match: {any: [{resources: {kinds: [InferenceService]}}]}, validate: {message: no, pattern: {metadata: {labels: {approved: 'true'}}}}}]}",
)
_LITSERVE = """import joblib
import litserve


class Churn(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load("m.joblib")

    def predict(self, rows):
        return self.model.predict(rows)


if __name__ == "__main__":
    litserve.LitServer(Churn()).run(port=8000)
"""
_RAY = """import joblib
from ray import serve


@serve.deployment
class Churn:
    def __init__(self):
        self.model = joblib.load("m.joblib")

    async def __call__(self, request):
        return self.model.predict(await request.json())


app = Churn.bind()
"""
_RAY_SERVICE = manifest(
    "ray.io/v1",
    "RayService",
    "\n  serveConfigV2: |\n    applications:\n      - name: churn\n        import_path: api:app\n        deployments: [{name: Churn, autoscaling_config: {min_replicas: 1, max_replicas: 4}}]",
)
_KSERVE = manifest(
    "serving.kserve.io/v1beta1",
    "InferenceService",
    "{predictor: {minReplicas: 1, maxReplicas: 4, model: {modelFormat: {name: sklearn}, storageUri: 's3://models/churn'}}}",
)
_HANDLER = "from ts.torch_handler.base_handler import BaseHandler\n\n\nclass Churn(BaseHandler):\n    def inference(self, data):\n        return self.model(data)\n"
_TORCH = (
    "FROM pytorch/torchserve:0.12.0\nCOPY handler.py config.properties /home/\n"
    "RUN torch-model-archiver --model-name churn --version 1 --handler handler.py --export-path /models\n"
    "CMD torchserve --start --ts-config /home/config.properties --models churn=churn.mar\n"
)
_TRAINS = "from sklearn.svm import SVC\n\n{}SVC().fit(rows, rows.y)\n"
_EXPLAINED = "import joblib\nimport pandas as pd\n{}\n\nrows = pd.read_csv('data/rows.csv')\n{}"
_RULES = "groups:\n  - name: a\n    rules:\n      - alert: Idle\n        expr: rate({}[5m]) == 0\n"
_PROMETHEUS: Files = {
    "Dockerfile": "FROM python:3.12\nCOPY api.py .\nCMD uvicorn api:app\n",
    "docker-compose.yml": "services:\n  api:\n    build: .\n  prometheus:\n    image: prom/prometheus\n"
    "    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml', './rules.yml:/etc/prometheus/rules.yml']\n",
    "prometheus.yml": "rule_files: [rules.yml]\nscrape_configs:\n  - job_name: api\n    static_configs: [{targets: ['api:8000']}]\n",
}
_API = (
    "import joblib\nfrom fastapi import FastAPI\n{}\n\napp = FastAPI()\nmodel = joblib.load('m.joblib')\n{}\n\n\n"
    "@app.post('/predict')\ndef predict(rows: list):\n    {}return model.predict(rows)\n"
)

ENTRIES: dict[str, Entry] = {
    "LitServe": Entry(
        "model-served",
        {"api.py": _LITSERVE, "Dockerfile": "FROM python:3.12\nCOPY api.py .\nCMD python api.py\n"},
        ("api.py", "self.model.predict(rows)", "rows"),
    ),
    "Ray Serve": Entry("model-served", {"api.py": _RAY, **applied(_RAY_SERVICE)}, (_YML, "api:app", "other:app")),
    "Ray Serve, scaled": Entry(
        "deployed-and-scaled/scaling", {"api.py": _RAY, **applied(_RAY_SERVICE)}, (_CI, "kubectl apply", "kubectl diff")
    ),
    "TorchServe": Entry(
        "model-served",
        {"handler.py": _HANDLER, "config.properties": "model_store=/models\n", "Dockerfile": _TORCH},
        ("Dockerfile", "CMD torchserve", "CMD echo"),
    ),
    "Seldon 1": Entry(
        "model-served",
        applied(
            manifest(
                "machinelearning.seldon.io/v1",
                "SeldonDeployment",
                "{predictors: [{name: main, replicas: 2, graph: {name: churn, implementation: SKLEARN_SERVER, modelUri: 's3://models/churn'}}]}",
            )
        ),
        (_CI, "kubectl apply", "kubectl diff"),
    ),
    "Seldon 2": Entry(
        "model-served",
        applied(manifest("mlops.seldon.io/v1alpha1", "Model", "{storageUri: 's3://models/churn', requirements: [sklearn]}")),
        (_CI, "kubectl apply", "kubectl diff"),
    ),
    "MLflow": Entry(
        "model-served",
        {
            "docker-compose.yml": "services:\n  api:\n    image: ghcr.io/mlflow/mlflow:v3.1.0\n"
            "    command: mlflow models serve -m models:/churn@champion -h 0.0.0.0\n"
        },
        ("docker-compose.yml", "models serve -m", "models predict -m"),
    ),
    "KServe": Entry("model-served", applied(_KSERVE), (_YML, "storageUri", "described")),
    "KServe, scaled": Entry("deployed-and-scaled/scaling", applied(_KSERVE), (_YML, "maxReplicas: 4", "maxReplicas: 1")),
    "KServe for language models": Entry(
        "model-served",
        applied(manifest("serving.kserve.io/v1alpha1", "LLMInferenceService", "{model: {uri: 'hf://acme/churn', name: churn}, replicas: 2}")),
        (_YML, "uri: 'hf://acme/churn', ", ""),
    ),
    "KEDA": Entry(
        "deployed-and-scaled/scaling",
        applied(f"{_DEPLOYMENT.replace('replicas: 2, ', '')}---\n{_KEDA}")
        | {"Dockerfile": "FROM python:3.12\nCOPY train.py .\nCMD python train.py\n"}
        | workflow("docker build -t x.org/churn:1 .", "kubectl apply -f k8s/"),
        (_YML, "scaleTargetRef: {name: churn}", "scaleTargetRef: {name: other}"),
    ),
    "NannyML": Entry(
        "drift-detected",
        drift(
            f"import nannyml\n\nfitted = nannyml.UnivariateDriftCalculator(column_names=['a']).fit({_REFERENCE})\n"
            f"if fitted.calculate({_LIVE}).to_df().a.alert.any():\n{_STOPS}"
        ),
        _SILENT,
    ),
    "whylogs": Entry(
        "drift-detected",
        drift(f"import whylogs\n\nseen = whylogs.log({_LIVE}).view()\nif seen.get_column('a').mean > 5:\n{_STOPS}"),
        _SILENT,
    ),
    "alibi-detect": Entry(
        "drift-detected",
        drift(
            f"from alibi_detect.cd import MMDDrift\n\nfound = MMDDrift({_REFERENCE}.to_numpy()).predict({_LIVE}.to_numpy())\n"
            f"if found['data']['is_drift']:\n{_STOPS}"
        ),
        _SILENT,
    ),
    "Deepchecks": Entry(
        "drift-detected",
        drift(
            f"from deepchecks.tabular.suites import train_test_validation\n\nresult = train_test_validation().run({_REFERENCE}, {_LIVE})\n"
            f"if not result.passed():\n{_STOPS}"
        ),
        _SILENT,
    ),
    "River": Entry(
        "drift-detected",
        drift(
            "from river import drift\n\ndetector = drift.ADWIN()\nfor line in open('data/live.csv'):\n    detector.update(float(line))\n"
            "    if detector.drift_detected:\n        sys.exit(1)\n"
        ),
        ("check.py", "sys.exit(1)", "print(1)"),
    ),
    "Frouros": Entry(
        "drift-detected",
        drift(
            f"from frouros.detectors.data_drift import KSTest\n\ndetector = KSTest()\ndetector.fit(X={_REFERENCE}.a)\n"
            f"found, _ = detector.compare(X={_LIVE}.a)\nif found.p_value < 0.01:\n{_STOPS}"
        ),
        _SILENT,
    ),
    "Evidently before 0.7": Entry(
        "drift-detected",
        drift(
            "from evidently.metric_preset import DataDriftPreset\nfrom evidently.report import Report\n\nreport = Report(metrics=[DataDriftPreset()])\n"
            f"report.run(reference_data={_REFERENCE}, current_data={_LIVE})\nif report.as_dict()['metrics'][0]['result']['dataset_drift']:\n{_STOPS}"
        ),
        _SILENT,
    ),
    "a suite of Evidently": Entry(
        "drift-detected",
        drift(
            "from evidently.test_preset import DataDriftTestPreset\nfrom evidently.test_suite import TestSuite\n\nsuite = TestSuite(tests=[DataDriftTestPreset()])\n"
            f"suite.run(reference_data={_REFERENCE}, current_data={_LIVE})\nif not suite.as_dict()['summary']['all_passed']:\n{_STOPS}"
        ),
        (_CI, "python check.py", "python train.py"),
    ),
    "a stability index by hand": Entry(
        "drift-detected",
        drift(
            "import numpy as np\n\n\ndef psi(expected, actual):\n    return float(np.sum((actual - expected) * np.log(actual / expected)))\n\n\n"
            f"if psi({_REFERENCE}.a, {_LIVE}.a) > 0.2:\n{_STOPS}"
        ),
        _SILENT,
    ),
    "TFDV": Entry(
        "drift-detected",
        drift(
            "import tensorflow_data_validation as tfdv\n\nlive = tfdv.generate_statistics_from_csv('data/live.csv')\n"
            f"found = tfdv.validate_statistics(live, schema=tfdv.load_schema_text('schema.pbtxt'))\nif found.anomaly_info:\n{_STOPS}"
        ),
        _SILENT,
    ),
    "Soda, scanned by a schedule": Entry(
        "drift-detected",
        {
            "checks.yml": "checks for live_rows:\n  - row_count > 0\n",
            **workflow("soda scan -d x -c configuration.yml checks.yml", on=DAILY),
        },
        ("checks.yml", "live_rows", "training_rows"),
    ),
    "SHAP": Entry(
        "governed/responsible",
        {
            "data/rows.csv": "a\n1\n",
            "explain.py": _EXPLAINED.format(
                "import shap", "values = shap.Explainer(joblib.load('m.joblib'))(rows)\npd.DataFrame(values.values).to_csv('shap.csv')\n"
            ),
            **workflow("python explain.py"),
        },
        (_CI, "python explain.py", "python train.py"),
    ),
    "LIME": Entry(
        "governed/responsible",
        {
            "data/rows.csv": "a\n1\n",
            "explain.py": _EXPLAINED.format(
                "from lime.lime_tabular import LimeTabularExplainer",
                "found = LimeTabularExplainer(rows).explain_instance(rows, joblib.load('m.joblib').predict_proba)\nfound.save_to_file('a.html')\n",
            ),
            **workflow("python explain.py"),
        },
        ("explain.py", "found.save_to_file('a.html')\n", ""),
    ),
    "Captum": Entry(
        "governed/responsible",
        {
            "explain.py": "import torch\nfrom captum.attr import IntegratedGradients\n\n"
            "values = IntegratedGradients(torch.load('m.pt')).attribute(torch.zeros(1, 2))\ntorch.save(values, 'values.pt')\n",
            **workflow("python explain.py"),
        },
        ("explain.py", "torch.save(values, 'values.pt')\n", ""),
    ),
    "Kyverno": Entry("governed/approval", applied(_KYVERNO), (_CI, "kubectl apply", "kubectl diff")),
    "Flagger": Entry("routed", applied(f"{_DEPLOYMENT}---\n{_FLAGGER}"), (_YML, "stepWeight: 10, metrics", "stepWeight: 10, notes")),
    "conda-lock's explicit lists": Entry(
        "pipeline-reproducible/dependencies",
        {
            "conda-linux-64.lock": "@EXPLICIT\nhttps://example.org/a-1.conda#abc\n",
            "environment.yml": "dependencies: [python=3.12, scikit-learn]\n",
            **workflow("conda create --file conda-linux-64.lock -n x", "python train.py"),
        },
        ("conda-linux-64.lock", "@EXPLICIT", "# nothing"),
    ),
    "pixi": Entry(
        "pipeline-reproducible/dependencies",
        {
            "pixi.lock": "version: 6\npackages:\n  - conda: https://example.org/x\n",
            "pixi.toml": "[dependencies]\nscikit-learn = '*'\n",
            **workflow("pixi install --locked", "python train.py"),
        },
        ("pixi.lock", "packages:\n  - conda: https://example.org/x\n", "packages: []\n"),
    ),
    "pylock.toml": Entry(
        "pipeline-reproducible/dependencies",
        {
            "pylock.toml": "lock-version = '1.0'\n[[packages]]\nname = 'scikit-learn'\nversion = '1.7.0'\n",
            **workflow("pip install -r pylock.toml", "python train.py"),
        },
        ("pylock.toml", "[[packages]]\nname = 'scikit-learn'\nversion = '1.7.0'\n", ""),
    ),
    "Azure Pipelines": Entry(
        "ci", {"azure-pipelines.yml": "trigger: [main]\nsteps:\n  - script: pytest\n", "tests/test_a.py": TEST}, ("azure-pipelines.yml", "pytest", "echo")
    ),
    "CircleCI": Entry(
        "ci",
        {
            ".circleci/config.yml": "version: 2.1\njobs:\n  test:\n    docker: [{image: 'cimg/python:3.12'}]\n    steps:\n      - checkout\n      - run: pytest\n"
            "workflows:\n  all:\n    jobs: [test]\n",
            "tests/test_a.py": TEST,
        },
        (".circleci/config.yml", "run: pytest", "run: echo"),
    ),
    "Woodpecker": Entry(
        "ci",
        {".woodpecker.yml": "steps:\n  test:\n    image: python\n    commands: [pytest]\n", "tests/test_a.py": TEST},
        (".woodpecker.yml", "commands: [pytest]", "commands: [pytest]\n    failure: ignore"),
    ),
    "Buildkite": Entry(
        "ci",
        {".buildkite/pipeline.yml": "steps:\n  - command: pytest\n", "tests/test_a.py": TEST},
        (".buildkite/pipeline.yml", "command: pytest", "command: pytest\n    soft_fail: true"),
    ),
    "a version of Delta": Entry(
        "data-versioned/data",
        {"train.py": _TRAINS.format("from deltalake import DeltaTable\n\nrows = DeltaTable('s3://lake/rows', version=3).to_pandas()\n")},
        ("train.py", ", version=3", ""),
    ),
    "an address of lakeFS": Entry(
        "data-versioned/data",
        {"train.py": _TRAINS.format("import pandas as pd\n\nrows = pd.read_parquet('lakefs://churn/c7a632d0a7/rows.parquet')\n")},
        ("train.py", "c7a632d0a7", "main"),
    ),
    "Sacred": Entry(
        "experiments-tracked",
        {
            "train.py": "from sacred import Experiment\nfrom sklearn.svm import SVC\n\nex = Experiment('x')\n\n\n@ex.automain\ndef main():\n"
            "    model = SVC().fit([[0], [1]], [0, 1])\n    ex.log_scalar('score', model.score([[0], [1]], [0, 1]))\n"
        },
        ("train.py", "@ex.automain\n", ""),
    ),
    "prometheus-fastapi-instrumentator": Entry(
        "service-monitored",
        {
            "api.py": _API.format(
                "from prometheus_fastapi_instrumentator import Instrumentator", "Instrumentator().instrument(app).expose(app)", ""
            ),
            **_PROMETHEUS,
            "rules.yml": _RULES.format("http_request_duration_seconds_count"),
        },
        ("api.py", "Instrumentator().instrument(app).expose(app)", ""),
    ),
    "a server of metrics beside the API": Entry(
        "service-monitored",
        {
            "api.py": _API.format(
                "from prometheus_client import Counter, start_http_server", "ASKED = Counter('asked_total', 'asked')\nstart_http_server(8000)", "ASKED.inc()\n    "
            ),
            **_PROMETHEUS,
            "rules.yml": _RULES.format("asked_total"),
        },
        ("api.py", "start_http_server(8000)", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_is_wired_and_not_without_its_link(project, name):
    entry = ENTRIES[name]
    criterion, _, part = entry.criterion.partition("/")
    project.files({"train.py": FIT, **entry.files}).commit()

    def holds(overrides=None):
        result = results(project.assess(overrides=overrides or {}))[criterion]
        best = max((one.rung for one in result.evidence if one.part == part and one.effect == "support"), default=0)
        return best >= 3 if part else result.state == "pass"

    assert holds()
    path, old, new = entry.link
    text = (project.root / path).read_text(encoding="utf-8")
    assert old in text
    assert not holds({str(project.root / path): text.replace(old, new)})
