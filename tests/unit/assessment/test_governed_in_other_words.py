"""Cards with bold words for headings, sign-offs under other names, and parameters that ZenML hands over."""

from __future__ import annotations

import pytest

from .serving_project import LEVEL_3, LEVEL_4

_CARD = """
    # Churn

    **Intended use.** Ranks customers by their risk to leave, for the retention team.

    **Training data.** Anonymous contracts of the last two years, one row a customer.

    **Metrics:** accuracy 0.873 on the held-out tenth of the customers.

    **Limitations** It knows nothing of new customers, and must never decide alone.
    """


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        ("**", "__", "pass"),
        ("Ranks customers by their risk to leave, for the retention team.", "TODO", "partial"),
        ("**Training data.** ", "", "partial"),
        ("0.873", "0.973", "partial"),
    ],
)
def test_bold_words_that_begin_a_paragraph_are_headings(level_2, state_of, old, new, state):
    level_2.files({**LEVEL_3, **LEVEL_4, "MODEL_CARD.md": _CARD.replace(old, new)}).commit()
    assert state_of(level_2.assess(), "governed") == state


_PROMOTE = """
    import sys
    from pathlib import Path

    import requests
    import yaml


    def signed_off(digest):
        return requests.get("https://changes.example.org/" + digest).json()["state"] == "approved"


    def promote():
        SIGNED
        if not ASKED:
            sys.exit("not promoted")
        print("promoted")


    if __name__ == "__main__":
        promote()
    """
_FILE = 'signed = yaml.safe_load(Path("{}").read_text())'


@pytest.mark.parametrize(
    ("signed", "asked", "state"),
    [
        ("", 'signed_off("1")', "pass"),
        (_FILE.format("governance/signoff.yaml"), '{"risk"} <= {one["role"] for one in signed}', "pass"),
        (_FILE.format("approvals/churn.yaml"), "signed", "pass"),
        (_FILE.format("params.yaml"), "signed", "partial"),
        ("", 'Path("x").exists()', "partial"),
        ("", "signed_offset", "partial"),
    ],
)
def test_promotion_asks_for_a_sign_off(level_2, state_of, signed, asked, state):
    deploy = str(LEVEL_4[".github/workflows/deploy.yml"]).replace(
        "conftest test promotion.json --policy policy", "python promote.py"
    )
    code = _PROMOTE.replace("SIGNED", signed or "pass").replace("ASKED", asked)
    level_2.files({**LEVEL_3, **LEVEL_4, ".github/workflows/deploy.yml": deploy, "promote.py": code}).commit()
    assert state_of(level_2.assess(), "governed") == state


_ZENML = """
    import pandas as pd
    from sklearn.svm import SVC
    from zenml import pipeline, step


    @step
    def load() -> pd.DataFrame:
        return pd.read_csv("rows.csv")


    @step
    def fit(rows: pd.DataFrame, C: float) -> None:
        SVC(C=C).fit(rows, rows.y)


    @pipeline
    def train(C: float):
        fit(load(), C)


    if __name__ == "__main__":
        train.with_options(config_path="train.yaml")()
    """


@pytest.mark.parametrize(
    ("old", "new", "given"),
    [
        ("", "", True),
        ("parameters: {C: 1.5}", "parameters: {}", False),
        ("parameters: {C: 1.5}", "steps: {fit: {parameters: {C: 1.5}}}", True),
        ('config_path="train.yaml"', 'config_path="other.yaml"', False),
        ('with_options(config_path="train.yaml")()', "__call__(1.5)", False),
    ],
)
def test_zenml_hands_over_the_parameters_of_a_file(project, old, new, given):
    files = {
        "run.py": _ZENML.replace(old, new),
        "train.yaml": "parameters: {C: 1.5}\n".replace(old, new),
        "rows.csv": "y\n1\n",
    }
    unit = project.files(files).commit().assess().units[0]
    found = [
        one.message for one in unit.findings if one.criterion == "pipeline-reproducible" and one.part == "parameters"
    ]
    assert found == (["ZenML hands over parameters from outside the code."] if given else [])


_CRON = """
    apiVersion: batch/v1
    kind: CronJob
    metadata: {name: watch}
    spec:
      schedule: "0 4 * * *"
      jobTemplate: {spec: {template: {spec: {containers: [{image: IMAGE, args: [-m, drift]}]}}}}
    """


@pytest.mark.parametrize(
    ("image", "build", "runs"),
    [
        ("x/churn-jobs:1", "docker build -f jobs.Dockerfile -t x/churn-jobs:1 .", True),
        ("x/churn-jobs:1", "docker build -f Dockerfile -t x/churn-jobs:1 .", False),
        ("x/other:1", "docker build -f jobs.Dockerfile -t x/churn-jobs:1 .", False),
    ],
)
def test_the_entry_is_that_of_the_dockerfile_that_makes_the_image(project, image, build, runs):
    files = {
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nENTRYPOINT ["sleep"]\n',
        "jobs.Dockerfile": 'FROM python:3.12\nCOPY . .\nENTRYPOINT ["python"]\n',
        "k8s/watch.yaml": _CRON.replace("IMAGE", image),
        ".gitlab-ci.yml": f"images:\n  script:\n    - {build}\n",
        "drift.py": "print(1)\n",
    }
    unit = project.files(files).commit().assess().units[0].unit
    assert bool(unit.reach.chain("drift.py", "")) == runs
