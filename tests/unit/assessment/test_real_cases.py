"""What real repositories do, as small projects: each passes, and its twin with one link removed does not."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\nmodel = SVC()\nmodel.fit([[0], [1]], [0, 1])\n"
LOCK = """
    schema: '2.0'
    stages:
      fetch:
        cmd: python fetch.py
        deps:
        - path: fetch.py
          hash: md5
          md5: {md5}
        outs:
        - path: data/raw.csv
          hash: md5
          md5: 00000000000000000000000000000001
    """
FETCH = 'import pandas as pd\npd.read_csv("https://example.org/x.csv").to_csv("data/raw.csv")\n'


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def fetching(lock: str) -> dict[str, str]:
    return {
        ".dvc/config": "",
        ".gitignore": "/data\n",
        "fetch.py": FETCH,
        "train.py": f'import pandas as pd\ndata = pd.read_csv("data/raw.csv")\n{FIT}',
        "dvc.yaml": "stages:\n  fetch:\n    cmd: python fetch.py\n    deps: [fetch.py]\n    outs: [data/raw.csv]\n",
        "dvc.lock": lock,
    }


AZURE_JOB = {
    "train.py": f"import sys\nimport pandas as pd\ndata = pd.read_csv(sys.argv[1])\n{FIT}",
    "job.yml": """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: python train.py ${{inputs.data}}
        inputs:
          data:
            type: uri_file
            path: azureml:churn:3
        """,
    ".github/workflows/train.yml": """
        on: push
        jobs:
          train:
            runs-on: ubuntu-latest
            steps:
              - run: az ml job create --file job.yml
        """,
}

METRICS = {
    ".dvc/config": "",
    "train.py": f'{FIT}\nimport json\njson.dump({{"accuracy": 1}}, open("metrics.json", "w"))\n',
    "metrics.json": '{"accuracy": 1}\n',
    "dvc.yaml": """
        stages:
          train:
            cmd: python train.py
            deps: [train.py]
            metrics:
              - metrics.json:
                  cache: false
        """,
    ".github/workflows/ci.yml": """
        on: push
        jobs:
          run:
            runs-on: ubuntu-latest
            steps:
              - run: dvc metrics diff --md main
        """,
}

Files = dict[str, str]
#: Name → files, the change that removes one link, the criterion.
CASES: dict[str, tuple[Files, tuple[str, str, str], str]] = {
    "a path beside the code": (
        {
            "data.csv": "a\n1\n",
            "train.py": "import os\nimport pandas as pd\nhere = os.path.dirname(os.path.abspath(__file__))\n"
            f'data = pd.read_csv(os.path.join(here, "data.csv"))\n{FIT}',
        },
        ("train.py", '"data.csv"', '"other.csv"'),
        "data-versioned",
    ),
    "a path in the settings": (
        {
            "data/train.csv": "a\n1\n",
            "conf.yaml": "reader:\n  path: data/train.csv\n",
            "train.py": f'import pandas as pd\nimport yaml\nconf = yaml.safe_load(open("conf.yaml"))\ndata = pd.read_csv(conf["reader"]["path"])\n{FIT}',
        },
        ("conf.yaml", "data/train.csv", "/mnt/train.csv"),
        "data-versioned",
    ),
    "a path handed to a helper": (
        {
            "data/train.csv": "a\n1\n",
            "helper.py": "import pandas as pd\n\n\ndef load(path):\n    return pd.read_csv(path)\n",
            "train.py": f'from pathlib import Path\nfrom helper import load\nRAW = Path("data/train.csv")\ndata = load(RAW)\n{FIT}',
        },
        ("train.py", "data/train.csv", "data/later.csv"),
        "data-versioned",
    ),
    "a stage that fetches": (
        fetching(LOCK.format(md5=md5(FETCH))),
        ("dvc.lock", "data/raw.csv", "data/other.csv"),
        "data-versioned",
    ),
    "an Azure ML data asset": (AZURE_JOB, ("job.yml", "azureml:churn:3", "azureml:churn@latest"), "data-versioned"),
    "an Azure ML job that nothing submits": (
        AZURE_JOB,
        (".github/workflows/train.yml", "az ml job create --file job.yml", "echo later"),
        "data-versioned",
    ),
    "a data set of a feature store": (
        {
            "train.py": "import hopsworks\nstore = hopsworks.login().get_feature_store()\n"
            f'view = store.get_feature_view("churn", version=2)\n{FIT}',
        },
        ("train.py", ", version=2", ""),
        "data-versioned",
    ),
    "autolog keeps the model": (
        {"train.py": f"import joblib\nimport mlflow\nmlflow.autolog()\n{FIT}joblib.dump(model, 'model.pkl')\n"},
        ("train.py", "autolog()", "autolog(log_models=False)"),
        "data-versioned",
    ),
    "an artifact of the run keeps the model": (
        {
            "train.py": f"import joblib\nimport mlflow\n{FIT}joblib.dump(model, 'model.pkl')\n"
            "mlflow.log_artifact('model.pkl')\nmlflow.log_metric('a', 1)\n"
        },
        ("train.py", "log_artifact('model.pkl')", "log_artifact('plot.svg')"),
        "data-versioned",
    ),
    "an import that may fail": (
        {
            "train.py": f"try:\n    import mlflow\nexcept ImportError:\n    mlflow = None\n\n{FIT}if mlflow:\n    mlflow.log_metric('a', 1)\n"
        },
        ("train.py", "import mlflow", "import json"),
        "experiments-tracked",
    ),
    "autolog, unless it is off": (
        {"train.py": f"import mlflow\nmlflow.autolog()\n{FIT}"},
        ("train.py", "autolog()", "autolog(disable=True)"),
        "experiments-tracked",
    ),
    "a model as an artifact of W&B": (
        {
            "train.py": f"import joblib\nimport wandb\nrun = wandb.init()\n{FIT}joblib.dump(model, 'model.pkl')\n"
            "artifact = wandb.Artifact('churn', type='model')\nartifact.add_file('model.pkl')\nrun.log_artifact(artifact)\n"
        },
        ("train.py", "type='model'", "type='dataset'"),
        "data-versioned",
    ),
    "an artifact whose path the settings hold": (
        {
            "train.py": "import joblib\nimport mlflow\nfrom settings import model_path\n"
            f"{FIT}joblib.dump(model, model_path)\nmlflow.log_artifact(model_path)\n",
            "settings.py": "import os\nmodel_path = os.environ['MODEL']\nmodel_report = os.environ['REPORT']\n",
        },
        ("train.py", "log_artifact(model_path)", "log_artifact(model_report)"),
        "data-versioned",
    ),
    "a module beside the code": (
        {
            "pkg/__init__.py": "",
            "pkg/store.py": "import pandas as pd\n\n\ndef load():\n    return pd.read_csv('data/a.csv')\n",
            "pkg/train.py": f"from . import store\ndata = store.load()\n{FIT}",
            "data/a.csv": "a\n1\n",
        },
        ("pkg/store.py", "data/a.csv", "/mnt/a.csv"),
        "data-versioned",
    ),
    "data that is fetched where it is missing": (
        {
            "data/housing.csv": "a\n1\n",
            "train.py": "import urllib.request\nfrom pathlib import Path\nimport pandas as pd\n\n\ndef fetch():\n"
            "    target = Path.cwd() / 'data' / 'housing.csv'\n    if not target.is_file():\n"
            "        urllib.request.urlretrieve('https://example.org/housing.csv', target)\n    return target\n\n\n"
            f"data = pd.read_csv(fetch())\n{FIT}",
        },
        ("train.py", "if not target.is_file():", "if target:"),
        "data-versioned",
    ),
    "a revision in the settings": (
        {
            "conf.yaml": "dataset:\n  revision: ddf1c81a5475992c4fa6752bf1e8b4e31f07bbeb\n",
            "train.py": "import yaml\nfrom huggingface_hub import snapshot_download\nconf = yaml.safe_load(open('conf.yaml'))\n\n\n"
            f"def fetch(revision):\n    return snapshot_download('me/tickets', revision=revision)\n\n\nfetch(conf['dataset']['revision'])\n{FIT}",
        },
        ("conf.yaml", "ddf1c81a5475992c4fa6752bf1e8b4e31f07bbeb", "main"),
        "data-versioned",
    ),
    "the file of a test run is not the data": (
        {
            "data/sample.csv": "a\n1\n",
            "conf.py": "import os\nif os.getenv('CI'):\n    FILE = 'sample.csv'\nelse:\n    FILE = 'sample.csv'\n",
            "train.py": f"import os\nimport pandas as pd\nfrom conf import FILE\ndata = pd.read_csv(os.path.join('data', FILE))\n{FIT}",
        },
        ("conf.py", "else:\n    FILE = 'sample.csv'", "else:\n    FILE = 'train.csv'"),
        "data-versioned",
    ),
    "a snapshot that is read again": (
        {
            "train.py": f"import json\nimport shutil\nimport sys\nimport mlflow\nimport pandas as pd\n\n\ndef snapshot(name):\n"
            "    shutil.copy(sys.argv[1], name)\n    mlflow.log_param('dataset_version', name)\n\n\n"
            "def again():\n    with open(sys.argv[2]) as file:\n        manifest = json.load(file)\n    return manifest\n\n\n"
            f"snapshot(sys.argv[3])\nagain()\ndata = pd.read_csv(sys.argv[1])\n{FIT}",
        },
        (
            "train.py",
            "manifest = json.load(file)\n    return manifest",
            "settings = json.load(file)\n    return settings",
        ),
        "data-versioned",
    ),
    "Azure ML runs": (
        {"train.py": f"from azureml.core.run import Run\nrun = Run.get_context()\n{FIT}run.log('accuracy', 1)\n"},
        ("train.py", "run.log('accuracy', 1)", "run.tag('done')"),
        "experiments-tracked",
    ),
    "MLflow as a callback of Ray": (
        {
            "train.py": "from ray.air.integrations.mlflow import MLflowLoggerCallback\nfrom ray.train.torch import TorchTrainer\n"
            "trainer = TorchTrainer(None, callbacks=[MLflowLoggerCallback()])\ntrainer.fit(1)\n"
        },
        ("train.py", "callbacks=[MLflowLoggerCallback()]", "callbacks=[]"),
        "experiments-tracked",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_real_case_and_its_twin(project, name):
    files, (path, old, new), criterion = CASES[name]
    project.files(files).commit()
    assert results(project.assess())[criterion].state == "pass"
    project.edit(path, old, new).commit()
    assert results(project.assess())[criterion].state in ("partial", "fail")


@pytest.mark.parametrize("twin", [None, "nothing compares", "no lock"])
def test_dvc_metrics_are_tracking_where_they_are_recorded_and_compared(project, twin):
    project.files(METRICS).lock()
    if twin == "nothing compares":
        project.edit(".github/workflows/ci.yml", "dvc metrics diff --md main", "echo no")
    elif twin == "no lock":
        project.remove("dvc.lock")
    found = results(project.commit().assess())["experiments-tracked"]
    assert (found.state == "pass") == (twin is None)


def test_a_lock_of_the_first_schema_counts(project):
    project.files(METRICS).lock()
    text = (project.root / "dvc.lock").read_text()
    stages = "\n".join(line[2:] for line in text.splitlines() if line.startswith("  "))
    project.files({"dvc.lock": stages + "\n"}).commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"


def lock_state(project: Any) -> tuple[str, ...]:
    found = results(project.assess())["pipeline-reproducible"]
    return tuple(finding.message for finding in found.evidence if finding.probe == "dvc" and finding.part == "lock")


def test_line_ends_that_git_changed_do_not_make_a_lock_stale(level_2):
    script = level_2.root / "src/prepare.py"
    text = script.read_bytes()
    script.write_bytes(text.replace(b"\n", b"\r\n"))
    level_2.lock()
    script.write_bytes(text)
    assert "matches" in lock_state(level_2.commit())[0]
    script.write_bytes(text + b"# later\n")
    assert "stale" in lock_state(level_2.commit())[0]


def test_data_under_dvc_and_in_git_is_versioned_by_git(project):
    project.files(
        {
            ".dvc/config": "",
            "data/train.csv": "a\n1\n",
            "data/train.csv.dvc": "outs:\n- md5: 00000000000000000000000000000001\n  path: train.csv\n",
            "train.py": f'import pandas as pd\ndata = pd.read_csv("data/train.csv")\n{FIT}',
        }
    ).commit()
    assert results(project.assess())["data-versioned"].state == "pass"
    project.git("rm", "-q", "--cached", "data/train.csv")
    project.files({".gitignore": "/data/train.csv\n"}).commit()
    assert results(project.assess())["data-versioned"].state == "partial"


def test_requirements_of_powershell_are_read(level_2):
    text = (level_2.root / "requirements.txt").read_text()
    level_2.files({"requirements.txt": text.encode("utf-16")}).commit()
    assert results(level_2.assess())["pipeline-reproducible"].state == "pass"
    level_2.files({"requirements.txt": text.replace("pandas==3.0.0", "pandas").encode("utf-16")}).commit()
    assert results(level_2.assess())["pipeline-reproducible"].state == "partial"


def test_only_what_the_code_imports_has_to_be_pinned(level_2):
    level_2.edit("requirements.txt", "mlflow==", "awscli>=1.34\nmlflow==").commit()
    assert results(level_2.assess())["pipeline-reproducible"].state == "pass"
    level_2.edit("requirements.txt", "mlflow==3.17.2", "mlflow>=3").commit()
    assert results(level_2.assess())["pipeline-reproducible"].state == "partial"


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        ("contains(github.event.head_commit.message, '[train]')", "partial"),
        ("contains(github.event.head_commit.message, '[train]') || github.event_name == 'pull_request'", "pass"),
        ("!contains(github.event.head_commit.message, 'skip ci')", "pass"),
        ("github.event_name == 'workflow_dispatch'", "partial"),
        ("github.event_name != 'schedule'", "pass"),
    ],
)
def test_conditions_limit_the_events_of_a_job(level_2, condition, state):
    level_2.edit(
        ".github/workflows/ci.yml",
        "    runs-on: ubuntu-latest",
        f"    if: {json.dumps(condition)}\n    runs-on: ubuntu-latest",
    ).commit()
    assert results(level_2.assess())["ci"].state == state


def test_a_job_runs_on_no_other_event_than_the_jobs_it_needs(level_2):
    text = (level_2.root / ".github/workflows/ci.yml").read_text()
    first = "jobs:\n  first:\n    if: github.event_name == 'schedule'\n    runs-on: ubuntu-latest\n    steps: [{run: echo}]\n"
    level_2.files({".github/workflows/ci.yml": text.replace("jobs:\n", first)}).commit()
    assert results(level_2.assess())["ci"].state == "pass"
    level_2.edit(".github/workflows/ci.yml", "  test:\n", "  test:\n    needs: first\n").commit()
    assert results(level_2.assess())["ci"].state == "partial"


def test_stages_in_containers_read_what_stages_make(project):
    project.files(
        {
            ".dvc/config": "",
            ".gitignore": "/data\n",
            "fetch.py": "import pandas as pd\npd.read_csv('https://example.org/x.csv').to_csv('/data/raw.csv')\n",
            "train.py": f"import pandas as pd\ndata = pd.read_csv('/data/raw.csv')\n{FIT}",
            "dvc.yaml": "stages:\n  fetch:\n    cmd: docker run -v ./data:/data fetch python fetch.py\n    deps: [fetch.py]\n"
            "    outs: [data/raw.csv]\n",
            "data/raw.csv": "a\n1\n",
        }
    ).lock().commit()
    assert results(project.assess())["data-versioned"].state == "pass"
    project.remove("dvc.lock")
    assert results(project.commit().assess())["data-versioned"].state == "partial"


def test_tasks_of_mise_lead_to_the_tests(level_2):
    level_2.files(
        {"mise.toml": '[tasks.test]\ndepends = ["prepare"]\nrun = "pytest"\n\n[tasks.prepare]\nrun = "ruff check"\n'}
    )
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "mise run test").commit()
    assert results(level_2.assess())["ci"].state == "pass"
    level_2.edit(".github/workflows/ci.yml", "mise run test", "mise run prepare").commit()
    assert results(level_2.assess())["ci"].state in ("partial", "fail")
