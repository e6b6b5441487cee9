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


KFP = """
from kfp import Client, compiler, dsl


@dsl.component
def load(out: dsl.Output[dsl.Dataset]):
    print(out)


@dsl.component
def fit(rows: dsl.Input[dsl.Dataset], c: float):
    from sklearn.svm import SVC
    SVC(C=c).fit([[0], [1]], [0, 1])


@dsl.pipeline(name="work")
def work(c: float = 1.0):
    fit(rows=load().outputs["out"], c=c)


if __name__ == "__main__":
    compiler.Compiler().compile(work, "work.yaml")
"""


def test_a_run_may_set_what_the_pipeline_hands_to_its_steps(project):
    project.files({"work.py": KFP, "requirements.txt": "kfp==2.9.0\nscikit-learn==1.9.0\n"}).commit()
    assert results(project.assess())["pipeline-reproducible"].state == "pass"
    project.edit("work.py", "c=c)\n\n\nif", "c=1.0)\n\n\nif").commit()
    assert results(project.assess())["pipeline-reproducible"].state != "pass"


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({CI: workflow("pip install -r requirements.txt -c constraints.txt")}, "pass"),
        ({"requirements.txt": "-c constraints.txt\npandas\nscikit-learn\n"}, "pass"),
        ({CI: workflow("pip install -r requirements.txt")}, "partial"),
        (
            {"constraints.txt": "pandas>=2\nscikit-learn==1.9.0\n", CI: workflow("pip install . -c constraints.txt")},
            "partial",
        ),
    ],
)
def test_constraints_pin_where_pip_is_handed_them(project, files, state):
    pins = {"requirements.txt": "pandas\nscikit-learn\n", "constraints.txt": "pandas==3.0.0\nscikit-learn==1.9.0\n"}
    parameters = "import json\n\nconfig = json.load(open('config.json'))\n"
    code = {
        "train.py": f"{parameters}import pandas\nfrom sklearn.svm import SVC\n\nSVC(C=config['c']).fit([[0], [1]], [0, 1])\n"
    }
    project.files(pins | code | {"config.json": '{"c": 1}'} | files).commit()
    assert results(project.assess())["pipeline-reproducible"].state == state


TASKS = """
version: '3'
tasks:
  train:
    deps: [prepare]
    sources: [clean.csv]
    generates: [model.txt]
    cmds: [python train.py]
  prepare:
    sources: [raw.csv]
    generates: [clean.csv]
    cmds: [python prepare.py]
"""


def test_tasks_are_a_pipeline_by_what_they_read_and_make(project):
    files = {"prepare.py": "print(1)\n", "train.py": "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n"}
    project.files({"Taskfile.yml": TASKS, **files}).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"
    project.edit("Taskfile.yml", "generates: [clean.csv]", "generates: [other.csv]").commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"
