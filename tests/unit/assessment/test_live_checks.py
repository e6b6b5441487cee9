"""Checks of live data: what runs them and what they lead to, in forms of many projects; and those that can find nothing."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3

DRIFT, WATCH, JOBS = "src/drift.py", ".github/workflows/watch.yml", "src/jobs.py"
Files = dict[str, str | bytes]
TAIL = "if drifted > 0.5:\n        sys.exit(1)"
BOTH = 'pd.read_csv("data/live.csv"), pd.read_csv("data/raw.csv")'
BY_HAND = """
import sys
import numpy as np
import pandas as pd


def shift(reference, live):
    {}


if __name__ == "__main__":
    reference, live = pd.read_csv("data/raw.csv"), pd.read_csv("data/live.csv")
    if shift(reference, live) > 3:
        sys.exit("the inputs have shifted")
"""
SCHEMA = """
import pandas as pd
import pandera.pandas as pa

SCHEMA = pa.DataFrameSchema({{"a": pa.Column(int, pa.Check.in_range(0, 100))}})

if __name__ == "__main__":
    {}
"""
BEAT = """
from celery import Celery
from drift import share

app = Celery("jobs", broker="redis://redis")
app.conf.beat_schedule = {{"drift": {{"task": "jobs.{}", "schedule": 86400}}}}


@app.task
def check():
    if share() > 0.5:
        raise RuntimeError("drift")
"""
ANSWERED = """
on:
  schedule: [{{cron: "0 5 * * *"}}]
jobs:
  drift:
    runs-on: ubuntu-latest
    steps:
      - run: python src/drift.py
        id: drift
        continue-on-error: true
      - if: steps.drift.outcome == 'failure'
        run: {}
"""
IMAGE = 'FROM python:3.12\nWORKDIR /app\nCOPY src/ src/\n{}CMD ["cron", "-f"]\n'
CRONTAB = "0 5 * * * cd /app && python src/drift.py\n"


def with_code(text: str) -> Files:
    return {DRIFT: text}


def edited(old: str, new: str) -> Files:
    text = str(LEVEL_3[DRIFT])
    assert old in text or "\n" in old
    return {DRIFT: "\n".join(line[8:] for line in text.splitlines()).replace(old, new)}


def elsewhere(files: Files) -> Files:
    """The same, started by something else than the workflow."""
    return {WATCH: "", **files}


COUNTS = [
    with_code(BY_HAND.format("return ((live.mean() - reference.mean()).abs() / reference.std()).max()")),
    with_code(SCHEMA.format('SCHEMA.validate(pd.read_csv("data/live.csv"))')),
    elsewhere({JOBS: BEAT.format("check"), "Procfile": "worker: celery -A src.jobs worker --beat\n"}),
    elsewhere({"deploy/crontab": CRONTAB, "Dockerfile.cron": IMAGE.format("COPY deploy/crontab /etc/cron.d/drift\n")}),
    {WATCH: ANSWERED.format("gh issue create --title drift --body drift")},
]
DOES_NOT = [
    with_code(BY_HAND.format("return 0.0")),
    with_code(BY_HAND.format("return len(live) - len(reference)")),
    with_code(SCHEMA.format("print(SCHEMA)")),
    with_code(
        SCHEMA.format(
            'try:\n        SCHEMA.validate(pd.read_csv("data/live.csv"))\n    except Exception:\n        print("wrong")'
        )
    ),
    edited("sys.exit(1)", "sys.exit(0)"),
    edited("drifted > 0.5", "drifted > 0.5 and False"),
    edited(BOTH, BOTH.replace("live", "raw")),
    elsewhere({JOBS: BEAT.format("check"), "Procfile": "worker: celery -A src.jobs worker\n"}),
    elsewhere({JOBS: BEAT.format("other"), "Procfile": "worker: celery -A src.jobs worker --beat\n"}),
    elsewhere({"deploy/crontab": CRONTAB, "Dockerfile.cron": IMAGE.format("")}),
    elsewhere(
        {"deploy/crontab": f"# {CRONTAB}", "Dockerfile.cron": IMAGE.format("COPY deploy/crontab /etc/cron.d/drift\n")}
    ),
    {WATCH: ANSWERED.format("echo drift")},
    {WATCH: ANSWERED.replace("failure", "success").format("gh issue create --title drift --body drift")},
]


def state_of(project, files: Files) -> str:
    return results(project.files(LEVEL_2 | LEVEL_3 | files).commit().assess())["drift-detected"].state


@pytest.mark.parametrize("files", COUNTS)
def test_it_runs_and_somebody_learns_of_it(project, files):
    assert state_of(project, files) == "pass"


@pytest.mark.parametrize("files", DOES_NOT)
def test_it_finds_nothing_or_nobody_learns_of_it(project, files):
    assert state_of(project, files) in ("partial", "fail")


def test_code_that_ci_runs_deploys(project):
    code = "import subprocess\n\nif __name__ == '__main__':\n    subprocess.run(['gcloud', 'run', 'deploy', 'churn'], check=True)\n"
    step = "on: push\njobs:\n  d:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker build .\n      - run: python deploy.py\n"
    one = str(LEVEL_3["docker-compose.yml"]).replace("replicas: 3", "replicas: 1")
    files = LEVEL_2 | LEVEL_3 | {"docker-compose.yml": one, "deploy.py": code, ".github/workflows/deploy.yml": step}
    assert results(project.files(files).commit().assess())["deployed-and-scaled"].state == "pass"
    project.edit(".github/workflows/deploy.yml", "python deploy.py", "echo").commit()
    assert results(project.assess())["deployed-and-scaled"].state == "partial"
