"""What runs in containers is found in the project: by what is copied to where, and behind `docker compose run`."""

from __future__ import annotations

import pytest

from .conftest import results

SERVICE = """
    import joblib
    from fastapi import FastAPI

    app = FastAPI()
    model = joblib.load("m.joblib")


    @app.get("/health")
    def health():
        return {"status": "ok"}


    @app.post("/predict")
    def predict(rows: list):
        return model.predict(rows)
    """
OTHER = "print('another service')\n"
TRAIN = "from sklearn.svm import SVC\n\nSVC().fit([[0], [1]], [0, 1])\n"


@pytest.mark.parametrize(
    ("dockerfile", "state"),
    [
        ('FROM python:3.12\nWORKDIR /app\nCOPY web/ /app/\nCMD ["uvicorn", "main:app"]\n', "pass"),
        ('FROM python:3.12\nWORKDIR /srv\nCOPY web .\nCMD ["uvicorn", "main:app"]\n', "pass"),
        ('FROM python:3.12\nCOPY . /srv\nWORKDIR /srv/web\nCMD ["uvicorn", "main:app"]\n', "pass"),
        ('FROM python:3.12\nWORKDIR /app\nCOPY jobs/ /app/\nCMD ["uvicorn", "main:app"]\n', "partial"),
        ('FROM python:3.12\nWORKDIR /app\nCOPY web/ /other/\nCMD ["uvicorn", "absent:app"]\n', "partial"),
    ],
)
def test_the_working_directory_of_a_container(project, dockerfile, state):
    project.files({"web/main.py": SERVICE, "jobs/main.py": OTHER, "train.py": TRAIN, "Dockerfile": dockerfile}).commit()
    assert results(project.assess())["model-served"].state == state


WORKFLOW = "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
JENKINS = """
    pipeline {{
      triggers {{ githubPush() }}
      stages {{
        stage('a') {{ steps {{ sh 'git fetch +refs/heads/*:refs/remotes/*' // don't fail
          {} }} }}
        stage('b') {{ steps {{ sh 'echo */' }} }}
      }}
    }}
    """


@pytest.mark.parametrize(
    ("path", "text", "state"),
    [
        (".github/workflows/t.yml", WORKFLOW.format("docker compose run --rm -e A=b tests python -m pytest"), "pass"),
        (".github/workflows/t.yml", WORKFLOW.format("docker run --rm -v .:/x image pytest"), "pass"),
        (".github/workflows/t.yml", WORKFLOW.format("$PYTHON -m pytest"), "pass"),
        (".github/workflows/t.yml", WORKFLOW.format("docker compose run --rm pytest"), "fail"),
        (".github/workflows/t.yml", WORKFLOW.format("docker build -t pytest ."), "fail"),
        ("Jenkinsfile", JENKINS.format("sh 'pytest'"), "pass"),
        ("Jenkinsfile", JENKINS.format("// sh 'pytest'"), "fail"),
        ("Jenkinsfile", JENKINS.format("run('test.sh', 'pytest')"), "fail"),
    ],
)
def test_tests_behind_containers_variables_and_strings(project, path, text, state):
    project.files(
        {
            "lib.py": "def double(x):\n    return 2 * x\n",
            "tests/test_lib.py": "from lib import double\n\n\ndef test_double():\n    assert double(1) == 2\n",
            "train.py": TRAIN,
            path: text,
        }
    ).commit()
    assert results(project.assess())["ci"].state == state


KUBEFLOW = {
    "jobs/load.py": "print('rows')\n",
    "jobs/train.py": TRAIN,
    "flow.py": """
        from kfp import compiler, dsl


        @dsl.container_component
        def load():
            return dsl.ContainerSpec(image="x", command=["python"], args=["/opt/jobs/load.py", "--all"])


        @dsl.container_component
        def train():
            return dsl.ContainerSpec(image="x", command=["python", "/opt/jobs/train.py"])


        def limited(task):
            return task


        @dsl.pipeline
        def flow():
            first = limited(load())
            second = limited(train()).after(first)


        if __name__ == "__main__":
            compiler.Compiler().compile(flow, "flow.yaml")
        """,
}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        (".after(first)", "", "partial"),
        ("/opt/jobs/train.py", "/opt/jobs/load.py", "partial"),
    ],
)
def test_components_that_start_scripts_one_after_the_other(project, old, new, state):
    files = KUBEFLOW | {"flow.py": KUBEFLOW["flow.py"].replace(old, new) if old else KUBEFLOW["flow.py"]}
    project.files(files).commit()
    assert results(project.assess())["pipeline-automated"].state == state
