"""What real repositories do, as small projects: each passes, and its twin with one link removed does not."""

from __future__ import annotations

import hashlib
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


def test_tasks_of_mise_lead_to_the_tests(level_2):
    level_2.files(
        {"mise.toml": '[tasks.test]\ndepends = ["prepare"]\nrun = "pytest"\n\n[tasks.prepare]\nrun = "ruff check"\n'}
    )
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "mise run test").commit()
    assert results(level_2.assess())["ci"].state == "pass"
    level_2.edit(".github/workflows/ci.yml", "mise run test", "mise run prepare").commit()
    assert results(level_2.assess())["ci"].state in ("partial", "fail")
