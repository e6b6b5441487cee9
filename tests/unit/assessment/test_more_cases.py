"""More of what real repositories do: clusters, clouds and steps in plain Python; each with a twin that only looks like it."""

from __future__ import annotations

import pytest

from .conftest import LEVEL_2, results
from .serving_project import LEVEL_3, LEVEL_4

FIT = "from sklearn.svm import SVC\n\n\ndef main():\n    SVC().fit([[0], [1]], [0, 1])\n\n\nif __name__ == '__main__':\n    main()\n"
LOAD = "def main():\n    print('rows')\n\n\nif __name__ == '__main__':\n    main()\n"
WORKFLOW = """
    apiVersion: argoproj.io/v1alpha1
    kind: CronWorkflow
    metadata: {name: daily}
    spec:
      schedule: "0 5 * * *"
      workflowSpec:
        entrypoint: work
        templates:
          - name: work
            dag:
              tasks:
                - {name: load, template: load}
                - {name: train, template: train, dependencies: [load]}
          - name: load
            container: {image: x, command: [python, load.py]}
          - name: train
            container: {image: x, command: [python, train.py]}
    """
ARGO = {
    "load.py": LOAD,
    "train.py": FIT,
    "k8s/work.yaml": WORKFLOW,
    ".github/workflows/apply.yml": "on: push\njobs:\n  apply:\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s/\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("README.md", "x", "y", "pass"),
        ("k8s/work.yaml", ", dependencies: [load]", "", "partial"),
        ("k8s/work.yaml", "python, train.py", "python, load.py", "partial"),
        ("k8s/work.yaml", "template: train", "template: nothing", "partial"),
        (".github/workflows/apply.yml", "kubectl apply -f k8s/", "echo k8s/", "partial"),
    ],
)
def test_argo_workflows(project, path, old, new, state):
    project.files(ARGO | {"README.md": "x"}).edit(path, old, new).commit()
    assert results(project.assess())["pipeline-automated"].state == state


SENSOR = {
    "k8s/source.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: EventSource\nmetadata: {name: drift}\nspec:\n  webhook: {drift: {port: '1'}}\n",
    "k8s/sensor.yaml": """
        apiVersion: argoproj.io/v1alpha1
        kind: Sensor
        metadata: {name: drift}
        spec:
          dependencies: [{name: d, eventSourceName: drift, eventName: drift}]
          triggers:
            - template:
                name: t
                argoWorkflow:
                  source:
                    resource:
                      spec:
                        workflowTemplateRef: {name: daily}
        """,
    "k8s/work.yaml": WORKFLOW.replace("CronWorkflow", "WorkflowTemplate")
    .replace('      schedule: "0 5 * * *"\n', "")
    .replace("      workflowSpec:\n", "")
    .replace("        entrypoint", "      entrypoint")
    .replace("        templates", "      templates"),
}


@pytest.mark.parametrize(("source", "rung"), [("webhook", 2), ("github", 1)])
def test_a_sensor_of_pushes_is_no_reason_to_train_anew(project, source, rung):
    project.files(ARGO | SENSOR).edit("k8s/source.yaml", "webhook", source).commit()
    found = results(project.assess())
    assert found["retraining-automated"].rung in ((2, 3) if rung == 2 else (0, 1))


CLOUD = {
    "infra/main.tf": """
        resource "google_cloud_run_v2_service" "api" {
          name = "api"
        }

        resource "google_monitoring_alert_policy" "slow" {
          notification_channels = [google_monitoring_notification_channel.mail.id]
          conditions {
            condition_threshold {
              filter = "metric.type=\\"run.googleapis.com/request_latencies\\""
            }
          }
        }
        """,
    ".github/workflows/apply.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: terraform apply -auto-approve\n        working-directory: infra\n",
    "train.py": FIT,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "rung"),
    [
        ("train.py", "SVC", "SVC", 3),
        ("infra/main.tf", "google_cloud_run_v2_service", "google_storage_bucket", 2),
        (".github/workflows/apply.yml", "terraform apply", "terraform plan", 2),
        ("infra/main.tf", "run.googleapis.com", "compute.googleapis.com", 0),
    ],
)
def test_alerts_of_clouds(project, path, old, new, rung):
    project.files(CLOUD).edit(path, old, new).commit()
    assert results(project.assess())["service-monitored"].rung == rung


OBJECTS = {
    "main.py": "from steps.load import Load\nfrom steps.train import Train\n\nif __name__ == '__main__':\n    Load().main()\n    Train().main()\n",
    "steps/__init__.py": "",
    "steps/load.py": "import pandas as pd\n\n\nclass Load:\n    def main(self):\n        pd.read_csv('raw.csv').to_csv('data/rows.csv')\n",
    "steps/train.py": "import pandas as pd\nfrom sklearn.svm import SVC\n\n\nclass Train:\n    def main(self):\n        rows = pd.read_csv('data/rows.csv')\n        SVC().fit(rows, rows.y)\n",
}
SECTIONS = OBJECTS | {
    "config.yaml": "load:\n  folder: artifacts/load\ntrain:\n  rows: artifacts/load/rows.csv\n",
    "settings.py": "import yaml\nfrom box import Box\n\nCONFIG = Box(yaml.safe_load(open('config.yaml')))\n",
    "steps/load.py": "import pandas as pd\nfrom settings import CONFIG\n\n\nclass Load:\n    def main(self):\n        c = CONFIG.load\n        pd.read_csv('raw.csv').to_csv(c.folder + '/rows.csv')\n",
    "steps/train.py": "import pandas as pd\nfrom sklearn.svm import SVC\nfrom settings import CONFIG\n\n\nclass Train:\n    def main(self):\n        c = CONFIG.train\n        rows = pd.read_csv(c.rows)\n        SVC().fit(rows, rows.y)\n",
}


@pytest.mark.parametrize(
    ("files", "path", "old", "new"),
    [
        (OBJECTS, "steps/train.py", "data/rows.csv", "other.csv"),
        (SECTIONS, "config.yaml", "rows: artifacts/load/rows.csv", "rows: artifacts/other/rows.csv"),
    ],
)
def test_steps_of_an_entry_point_share_files_or_nothing(project, files, path, old, new):
    project.files(files).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"
    project.edit(path, old, new).commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"


def test_reading_settings_is_no_step(project):
    files = {
        "main.py": "from a.settings import load_config\nfrom a.fit import train_model\n\nif __name__ == '__main__':\n    train_model(load_config())\n",
        "a/__init__.py": "",
        "a/settings.py": "def load_config():\n    return {}\n",
        "a/fit.py": "from sklearn.svm import SVC\n\n\ndef train_model(rows):\n    return SVC().fit(rows, [0, 1])\n",
    }
    project.files(files).commit()
    assert results(project.assess())["pipeline-automated"].state != "pass"
    renamed = {path: text.replace("load_config", "load_rows") for path, text in files.items()}
    project.files(renamed).commit()
    assert results(project.assess())["pipeline-automated"].state == "pass"


@pytest.fixture
def level_4(project):
    train = LEVEL_2["src/train.py"].replace("dump(model, output)", "dump(model, output)\n        return 0.9")
    return project.files(LEVEL_2 | LEVEL_3 | LEVEL_4 | {"src/train.py": train}).lock().commit()


@pytest.mark.parametrize(
    ("path", "old", "new", "criterion"),
    [
        (".github/workflows/deploy.yml", "conftest test promotion.json --policy policy", "opa test policy", "governed"),
        (
            ".github/workflows/deploy.yml",
            "conftest test promotion.json --policy policy",
            "conftest verify --policy policy",
            "governed",
        ),
        (
            "src/retrain.py",
            'if candidate_accuracy > float(production.tags["accuracy"]):\n        client',
            "better = rows[rows.accuracy > production.accuracy]\n    if len(better):\n        client",
            "retraining-automated",
        ),
    ],
)
def test_what_only_looks_like_a_gate(level_4, path, old, new, criterion):
    assert results(level_4.assess())[criterion].state == "pass"
    level_4.edit(path, old, new).commit()
    assert results(level_4.assess())[criterion].state == "partial"


APPROVAL = """
    import sys


    def promote(model):
        if not {asks}:
            sys.exit(1)
        model.register()


    if __name__ == "__main__":
        promote(None)
    """


@pytest.mark.parametrize(
    ("asks", "state"),
    [
        ("model.approved", "pass"),
        ("model.is_approved()", "pass"),
        ("model.tags.get('approved_by')", "pass"),
        ("model.region in APPROVED_REGIONS", "partial"),
        ("model.approved_input_path.exists()", "partial"),
        ("model.approved_text.suffix", "partial"),
    ],
)
def test_approvals_in_code(level_4, asks, state):
    level_4.edit(
        ".github/workflows/deploy.yml", "conftest test promotion.json --policy policy", "python src/promote.py"
    )
    level_4.files({"src/promote.py": APPROVAL.format(asks=asks)}).commit()
    assert results(level_4.assess())["governed"].state == state


HEALER = """
    import subprocess


    def check():
        try:
            verify()
        except RuntimeError:
            {act}
            verify()


    def verify():
        subprocess.run(["curl", "http://api/health"], check=True)


    if __name__ == "__main__":
        check()
    """


@pytest.mark.parametrize(
    ("act", "heals"),
    [
        ("rollback_model()", True),
        ("session.rollback()", False),
        ("render_fallback_html()", False),
        ("rows.unrestored()", False),
    ],
)
def test_a_transaction_rolled_back_repairs_no_service(project, act, heals):
    project.files(
        {
            "heal.py": HEALER.format(act=act),
            "train.py": FIT,
            ".github/workflows/heal.yml": "on:\n  schedule:\n    - cron: '0 5 * * *'\njobs:\n  heal:\n    runs-on: ubuntu-latest\n"
            "    steps:\n      - run: python heal.py\n",
        }
    ).commit()
    assert (results(project.assess())["self-healing"].rung > 0) is heals


def test_an_image_of_others_is_not_what_a_nameless_build_makes(level_4):
    level_4.edit(".github/workflows/deploy.yml", "docker build -t churn-api .", "docker build -t $IMAGE .").commit()
    assert results(level_4.assess())["deployed-and-scaled"].state == "pass"
    level_4.edit("k8s/rollout.yaml", "registry.example.org/churn-api:1", "redis:7")
    level_4.edit("docker-compose.yml", "build: .", "image: redis:7").commit()
    assert results(level_4.assess())["deployed-and-scaled"].state != "pass"


def test_a_stale_stage_needs_a_remote_that_holds_what_it_wrote(level_4):
    level_4.edit("src/train.py", "    mlflow.log_param(", "    print(c)\n    mlflow.log_param(").commit()
    stale = results(level_4.assess())
    assert (stale["data-versioned"].state, stale["pipeline-reproducible"].state) == ("partial", "partial")
    level_4.files({".dvc/config": "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/x\n"}).commit()
    assert results(level_4.assess())["data-versioned"].state == "pass"


@pytest.mark.parametrize(
    ("endpoint", "state"), [("https://minio.example.org", "pass"), ("http://localhost:9000", "partial")]
)
def test_a_remote_on_ones_own_machine_is_none(project, endpoint, state):
    project.files(
        {
            "train.py": "import pandas as pd\n" + FIT.replace("[[0], [1]], [0, 1]", "pd.read_csv('data.csv'), [0, 1]"),
            ".gitignore": "/data.csv\n",
            "data.csv.dvc": "outs:\n- md5: 00000000000000000000000000000001\n  path: data.csv\n",
            ".dvc/config": f"[core]\n    remote = s\n['remote \"s\"']\n    url = s3://data\n    endpointurl = {endpoint}\n",
        }
    ).commit()
    assert results(project.assess())["data-versioned"].state == state


@pytest.mark.parametrize(("command", "state"), [("dbt build", "pass"), ("dbt deps", "partial")])
def test_fetching_packages_of_dbt_is_no_run_of_the_pipeline(level_4, command, state):
    level_4.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", f"{command} && ruff check").commit()
    assert results(level_4.assess())["ci"].state == state


def test_pins_beside_the_training_are_not_its_own(project):
    project.files(
        {
            "train.py": "import joblib\nimport pandas as pd\n" + FIT,
            "requirements.txt": "joblib\npandas\nscikit-learn\n",
            "service/requirements.txt": "fastapi==0.1\npandas==2.0\n",
        }
    ).commit()
    assert results(project.assess())["pipeline-reproducible"].state == "partial"
    project.files({"requirements.txt": "joblib==1\npandas==2.0\nscikit-learn==1.9\n"}).commit()
    found = [finding.message for finding in results(project.assess())["pipeline-reproducible"].evidence]
    assert any("All 3 packages" in message for message in found)


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({"service/requirements.txt": "{p}", "requirements.txt": "{l}"}, "partial"),
        ({"service/requirements.txt": "{l}", "requirements.txt": "{p}"}, "pass"),
        ({"training/requirements.txt": "{l}", "requirements.txt": "{p}"}, "partial"),
        ({"training/requirements.txt": "{p}", "requirements.txt": "{l}"}, "pass"),
        ({"requirements-dev.txt": "{p}", "requirements.txt": "{l}"}, "partial"),
        ({"requirements-dev.txt": "{l}", "requirements.txt": "{p}"}, "pass"),
    ],
)
def test_of_several_lists_the_one_of_the_training_counts(project, files, state):
    texts = {"{p}": "joblib==1.5\nscikit-learn==1.9\n", "{l}": "joblib\nscikit-learn\n"}
    project.files({"training/train.py": "import joblib\n" + FIT} | {path: texts[kind] for path, kind in files.items()})
    project.commit()
    found = results(project.assess())["pipeline-reproducible"].evidence
    rung = max(item.rung for item in found if item.part == "dependencies")
    assert (rung == 3) is (state == "pass")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('@app.post("/predict")', '@app.post("/train")'),
        ("return model.predict(rows).tolist()", "return [Model(row) for row in rows]"),
    ],
)
def test_training_and_rows_called_model_are_no_predictions(level_4, old, new):
    assert results(level_4.assess())["model-served"].state == "pass"
    level_4.edit("src/service.py", old, new).commit()
    assert results(level_4.assess())["model-served"].state == "partial"


CONTRACT = "import pandera.pandas as pa\n\nROWS = pa.DataFrameSchema({'a': pa.Column(int)})\n"
HELD = """
import pandas as pd
from sklearn.svm import SVC

from tests.contracts import ROWS


def clean(rows):
    return rows.dropna()


if __name__ == "__main__":
    rows = clean(ROWS.validate(pd.read_csv("rows.csv")))
    SVC().fit(rows[["a"]], rows["a"])
"""


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("README.md", "x", "y", "pass"),
        ("train.py", "ROWS.validate(", "len(", "fail"),
        ("train.py", "from tests.contracts import ROWS", "from forms import ROWS", "fail"),
        ("tests/contracts.py", "import pandera.pandas as pa", "import forms as pa", "fail"),
    ],
)
def test_a_schema_of_another_module_validates_where_it_is_called(project, path, old, new, state):
    files = {"train.py": HELD, "tests/contracts.py": CONTRACT, "rows.csv": "a\n1\n2\n", "README.md": "x"}
    project.files(files).edit(path, old, new).commit()
    assert results(project.assess())["data-validated"].state == state


def test_a_test_is_said_to_call_the_projects_function_not_what_its_answer_can_do(project):
    test = "from train import clean\n\n\ndef test_clean():\n    assert clean(None)['a'].tolist() == [1]\n"
    files = {"train.py": HELD, "tests/contracts.py": CONTRACT, "tests/test_clean.py": test}
    project.files(files).commit()
    assert "`test_clean` calls `clean`" in results(project.assess())["tests"].message


@pytest.mark.parametrize(
    ("check", "state"), [("if error:\n        pytest.fail(error)", "pass"), ("print(error)", "partial")]
)
def test_a_test_that_fails_where_a_run_did_counts(project, check, state):
    test = f"import subprocess\n\nimport pytest\n\n\ndef test_it_runs():\n    error = subprocess.run(['python', 'train.py']).returncode\n    {check}\n"
    project.files({"train.py": HELD, "tests/contracts.py": CONTRACT, "tests/test_run.py": test}).commit()
    assert results(project.assess())["tests"].state == state
