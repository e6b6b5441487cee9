"""What other files name: where tests find the code, what compose is handed, where steps meet, what is applied."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3

CI, DEPLOY = ".github/workflows/ci.yml", ".github/workflows/deploy.yml"


def workflow(command: str) -> str:
    return f"on: push\njobs:\n  d:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("PYTHONPATH=jobs pytest", "pass"),
        ("pytest\n        env: {PYTHONPATH: jobs}", "pass"),
        ("PYTHONPATH=other pytest", "fail"),
        ("pytest", "fail"),
    ],
)
def test_the_path_of_the_command_says_where_the_code_is(project, command, state):
    code, test = LEVEL_2["src/features.py"], LEVEL_2["tests/test_features.py"]
    project.files({"jobs/features.py": code, "tests/test_features.py": test, CI: workflow(command)}).commit()
    assert (results(project.assess())["tests"].state == "pass") is (state == "pass")


def served(command: str, **files: str) -> dict[str, str | bytes]:
    """A service whose compose file has a name of its own."""
    known = {name: text for name, text in (LEVEL_2 | LEVEL_3).items() if name != "docker-compose.yml"}
    compose = (
        str(LEVEL_3["docker-compose.yml"]).replace("build: .", "build: ..").replace("./monitoring", "../monitoring")
    )
    return known | {"deploy/production.yml": compose, DEPLOY: workflow(command)} | files


@pytest.mark.parametrize(
    ("files", "there"),
    [
        (served("docker compose -f deploy/production.yml up -d"), True),
        (served("docker stack deploy -c deploy/production.yml churn"), True),
        (served("docker compose up -d\n        env: {COMPOSE_FILE: deploy/production.yml}"), True),
        (served("make up", Makefile="up:\n\tdocker-compose --file=deploy/production.yml up -d\n"), True),
        (served("docker compose -f deploy/production.yml config"), False),
        (served("echo docker compose -f deploy/production.yml up"), False),
        (served("docker compose -f deploy/other.yml up"), False),
    ],
)
def test_a_compose_file_is_what_compose_is_handed(project, files, there):
    found = results(project.files(files).lock().commit().assess())
    assert {found[name].state == "pass" for name in ("deployed-and-scaled", "service-monitored")} == {there}


STEPS = {
    "config.yaml": "paths:\n  clean: data/clean.csv\n  other: data/other.csv\n",
    "settings.py": "import yaml\n\nSETTINGS = yaml.safe_load(open('config.yaml'))\n",
    "prepare.py": "import pandas as pd\nfrom settings import SETTINGS\n\n\ndef main():\n    pd.read_csv('raw.csv').to_csv(SETTINGS['paths']['clean'])\n",
    "train.py": "import pandas as pd\nfrom sklearn.svm import SVC\nfrom settings import SETTINGS\n\n\ndef main():\n    rows = pd.read_csv(SETTINGS['paths']['clean'])\n    SVC().fit(rows, rows.y)\n",
}
PLAIN = STEPS | {
    "work.py": "import prepare, train\n\nif __name__ == '__main__':\n    prepare.main()\n    train.main()\n"
}
PREFECT = STEPS | {
    "work.py": "import prepare, train\nfrom prefect import flow, task\n\n\n@task\ndef first():\n    prepare.main()\n\n\n@task\ndef second():\n    train.main()\n\n\n@flow\ndef work():\n    first()\n    second()\n\n\nif __name__ == '__main__':\n    work()\n"
}


@pytest.mark.parametrize("files", [PLAIN, PREFECT])
def test_steps_meet_at_a_path_of_the_settings(project, files):
    project.files(files).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"
    project.edit("train.py", "['clean']", "['other']").commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"


RUN = 'resource "google_cloud_run_v2_service" "api" {\n  name = "api"\n}\n'


@pytest.mark.parametrize(
    ("files", "rung"),
    [
        ({DEPLOY: workflow("terraform -chdir=infra apply -auto-approve")}, 3),
        ({"infra/cloud.tf": 'terraform {\n  cloud {\n    organization = "churn"\n  }\n}\n'}, 3),
        ({"atlantis.yaml": "version: 3\n"}, 3),
        ({DEPLOY: workflow("terraform -chdir=infra plan")}, 2),
        ({}, 2),
    ],
)
def test_resources_count_where_something_applies_them(project, files, rung):
    project.files({"infra/main.tf": RUN, "train.py": STEPS["train.py"]} | files).commit()
    found = [one for one in results(project.assess())["deployed-and-scaled"].evidence if one.path == "infra/main.tf"]
    assert [int(one.rung) for one in found] == [rung]
