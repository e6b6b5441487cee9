"""The generic guards against gaming, one by one: what reaches code, what a placeholder is worth, where examples are."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3, LEVEL_4

TRAIN = """
import mlflow
import pandas as pd
from sklearn.svm import SVC


def main():
    rows = pd.read_csv("data/raw.csv")
    with mlflow.start_run():
        model = SVC().fit(rows, rows.y)
        mlflow.log_metric("score", model.score(rows, rows.y))
"""
CALLED = f"{TRAIN}\n\nmain()\n"
BASE = {"data/raw.csv": "a,y\n1,0\n2,1\n", "requirements.txt": "mlflow==3.1\npandas==2.2.3\nscikit-learn==1.6.1\n"}

#: Guard 3: each kind of entry point reaches training. Name → files.
ENTRIES: dict[str, dict[str, str]] = {
    "ci": {
        "train.py": CALLED,
        ".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: python train.py\n",
    },
    "dvc": {
        "train.py": CALLED,
        "dvc.yaml": "stages:\n  a:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [m.pkl]\n",
    },
    "console script": {
        "pkg/__init__.py": "",
        "pkg/train.py": TRAIN,
        "pyproject.toml": '[project]\nname = "pkg"\nversion = "1"\n\n[project.scripts]\nfit = "pkg.train:main"\n',
    },
    "make": {"train.py": CALLED, "Makefile": "train:\n\tpython train.py\n"},
    "make, through a script": {"train.py": CALLED, "Makefile": "train:\n\tsh run.sh\n", "run.sh": "python train.py\n"},
    "just": {"train.py": CALLED, "justfile": "train:\n    python train.py\n"},
    "tox": {"train.py": CALLED, "tox.ini": "[testenv:train]\ncommands = python train.py\n"},
    "nox": {
        "train.py": CALLED,
        "noxfile.py": 'import nox\n\n\n@nox.session\ndef train(session):\n    session.run("python", "train.py")\n',
    },
    "image": {"train.py": CALLED, "Dockerfile": 'FROM python:3.12\nCOPY train.py .\nCMD ["python", "train.py"]\n'},
    "entry point of an image": {
        "train.py": CALLED,
        "Dockerfile": 'FROM python:3.12\nCOPY train.py .\nENTRYPOINT ["python", "train.py"]\n',
    },
    "compose": {
        "train.py": CALLED,
        "Dockerfile": "FROM python:3.12\nCOPY train.py .\n",
        "compose.yaml": "services:\n  train:\n    build: .\n    command: python train.py\n",
    },
    "main guard": {"train.py": f'{TRAIN}\n\nif __name__ == "__main__":\n    main()\n'},
    "kubernetes": {
        "train.py": CALLED,
        "Dockerfile": "FROM python:3.12\nCOPY train.py .\n",
        "compose.yaml": "services:\n  train:\n    build: .\n    image: acme/train\n",
        "k8s/job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: train}\nspec:\n  template:\n    spec:\n      containers:\n"
        '        - name: train\n          image: acme/train\n          command: ["python"]\n          args: ["train.py"]\n',
    },
    "notebook": {},
}


@pytest.mark.parametrize("name", ENTRIES)
def test_what_an_entry_point_reaches_counts(project, name):
    project.files(BASE | ENTRIES[name])
    if name == "notebook":
        project.notebook("train.ipynb", CALLED)
    tracked = results(project.commit().assess())["experiments-tracked"]
    assert tracked.state == "pass", tracked.message


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": TRAIN},
        {"train.py": f"{TRAIN}\n\nif False:\n    main()\n"},
        {"train.py": f"{TRAIN}\n\n\ndef other():\n    return\n    main()\n\n\nother()\n"},
        {"train.py": f"from typing import TYPE_CHECKING\n{TRAIN}\n\nif TYPE_CHECKING:\n    main()\n"},
        {"train.py": f'{TRAIN}\n\n"""\nmain()\n"""\n'},
        {"train.py": TRAIN, "Makefile": "train:\n\t# python train.py\n\techo python train.py\n"},
        {
            "train.py": TRAIN,
            "tests/test_train.py": "from train import main\n\n\ndef test_main():\n    assert main() is None\n",
        },
    ],
)
def test_what_nothing_reaches_is_configured_at_most(project, files):
    tracked = results(project.files(BASE | files).commit().assess())["experiments-tracked"]
    assert tracked.state != "pass"
    assert tracked.rung <= 2


@pytest.fixture
def level_4(project):
    project.files(LEVEL_2).lock().files(LEVEL_3 | LEVEL_4)
    return project.commit()


#: Guard 8: a text of the Level 4 project, what a template has in its place, and what no longer passes.
PLACEHOLDERS = [
    ("README.md", "dvc repro", "TODO", "readme-runs"),
    ("Dockerfile", "src.service:app", "{{ cookiecutter.module }}:app", "model-served"),
    ("dvc.yaml", "python src/train.py", "python {{ cookiecutter.slug }}/train.py", "pipeline-automated"),
    ("dvc.yaml", "python src/train.py", "python <your-script>.py", "pipeline-automated"),
    ("monitoring/prometheus.yml", "api:8000", "<your-service>:8000", "service-monitored"),
    ("monitoring/prometheus.yml", "api:8000", "changeme:8000", "service-monitored"),
    (".github/workflows/ci.yml", "PYTHONPATH=src pytest", "echo TODO run the tests", "ci"),
]


@pytest.mark.parametrize(("path", "old", "new", "lost"), PLACEHOLDERS)
def test_a_placeholder_is_not_worth_what_it_stands_for(level_4, path, old, new, lost):
    assert results(level_4.assess())[lost].state == "pass"
    level_4.edit(path, old, new)
    if path == "dvc.yaml":
        level_4.lock()
    assert results(level_4.commit().assess())[lost].state != "pass"


#: Guard 9.
@pytest.mark.parametrize(
    "folder", ["examples", "docs", "vendor", "third_party", "templates", "tests/fixtures", "{{cookiecutter.slug}}"]
)
def test_what_lies_among_examples_is_declared_at_most(project, folder):
    project.files({f"{folder}/{path}": text for path, text in (BASE | {"train.py": CALLED}).items()})
    project.files({"setup.py": "from setuptools import setup\n\nsetup(name='a')\n"}).commit()
    unit = project.assess().to_dict()["units"][0]
    assert unit["level"] == 0
    rungs = {one["id"]: one["rung"] for one in unit["criteria"] if one["state"] != "not-applicable"}
    assert rungs["experiments-tracked"] in ("E0", "E1")


@pytest.mark.parametrize("folder", [".venv", "node_modules", "env/lib/python3.12/site-packages"])
def test_what_others_wrote_is_not_looked_at(project, folder):
    project.files({f"{folder}/{path}": text for path, text in (BASE | {"train.py": CALLED}).items()}).commit()
    assert results(project.assess())["experiments-tracked"].rung <= 1


def test_what_git_ignores_is_not_looked_at(project):
    project.files(BASE | {"train.py": CALLED, ".gitignore": "train.py\n"}).commit()
    assert results(project.assess())["experiments-tracked"].rung <= 2


#: Guard 11: one rule, one step, one test backs one required criterion of a dimension.
def test_no_artefact_backs_two_required_criteria_of_a_dimension(level_4):
    backed: dict[tuple[object, ...], set[str]] = {}
    for result in level_4.assess().headline.results:
        if result.criterion.required and result.state == "pass":
            for one in result.evidence:
                if one.effect == "support" and one.rung >= 3 and one.line is not None:
                    place = (result.criterion.dimension, one.path, one.line, one.cell)
                    backed.setdefault(place, set()).add(result.criterion.id)
    assert [each for each in backed.items() if len(each[1]) > 1] == []


def test_an_alert_on_drift_does_not_watch_the_service(level_4):
    level_4.edit("src/service.py", "import Counter, Histogram", "import Counter, Gauge, Histogram")
    level_4.edit(
        "src/service.py",
        "app = FastAPI()",
        'DRIFT = Gauge("churn_drift_share", "drifted columns")\nDRIFT.set(0)\napp = FastAPI()',
    )
    rules = "groups:\n  - name: a\n    rules:\n      - {alert: Drift, expr: churn_drift_share > 0.3}\n"
    level_4.files({"monitoring/rules.yml": rules}).commit()
    assert results(level_4.assess())["service-monitored"].state != "pass"


#: Guard 14: the same field one level higher says nothing to the server that reads it.
@pytest.mark.parametrize(("indent", "wired"), [("    ", True), ("  ", False)])
def test_a_canary_counts_only_where_its_schema_has_it(project, indent, wired):
    field = f"{indent}canaryTrafficPercent: 20\n"
    manifest = (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\nspec:\n"
        f"{field if not wired else ''}  predictor:\n{field if wired else ''}"
        "    model: {modelFormat: {name: sklearn}, storageUri: 's3://acme-models/churn'}\n"
    )
    project.files(BASE | {"train.py": CALLED, "k8s/churn.yaml": manifest})
    project.files(
        {".github/workflows/a.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: kubectl apply -f k8s/\n"}
    )
    found = [one for one in results(project.commit().assess())["routed"].evidence if one.effect == "support"]
    assert any(one.line == 6 and one.rung >= 2 for one in found) == wired, [
        (one.message, one.line, one.rung) for one in found
    ]
