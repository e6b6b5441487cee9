"""What training reads and keeps, told by more than the call that does it: each passes or fails, and so does not its twin."""

from __future__ import annotations

import pytest

from .conftest import results

DVC = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/x\n"
OUT = "outs:\n- md5: 00000000000000000000000000000001\n  path: {}\n"
FIT = "from sklearn.svm import SVC\n\nmodel = SVC()\nmodel.fit(rows, rows.y)\n"
LOG = "import mlflow\n\nmlflow.sklearn.log_model(model, name='model')\n"


def part(project, name):
    """State and messages of data-versioned."""
    found = results(project.commit().assess())["data-versioned"]
    return found.state, [finding.message for finding in found.evidence if finding.part == name]


@pytest.mark.parametrize(
    ("path", "text", "state"),
    [
        ("src/data/rivers.csv", "../data/rivers.csv", "pass"),
        ("src/data/train.csv", "../data/train.csv", "partial"),  # too common a name to tell a file by
        ("src/data/rivers.csv", "/home/ann/work/src/data/rivers.csv", "pass"),
        ("rivers.csv", "/home/ann/work/rivers.csv", "partial"),
    ],
)
def test_a_file_that_is_elsewhere_now(project, path, text, state):
    project.files({path: "y\n1\n", "notes/a.py": f"import pandas as pd\n\nrows = pd.read_csv({text!r})\n{FIT}{LOG}"})
    assert part(project, "data")[0] == state


def test_the_only_file_of_that_name_is_meant(project):
    source = f"import pandas as pd\n\nrows = pd.read_csv('../data/rivers.csv')\n{FIT}{LOG}"
    project.files({"a/rivers.csv": "y\n1\n", "b/rivers.csv": "y\n2\n", "notes/a.py": source})
    assert part(project, "data")[0] == "partial"


def test_settings_are_no_data(project):
    source = f"import sys\n\nimport pandas as pd\n\nrows = pd.read_csv(sys.argv[1])\n{FIT}{LOG}"
    compose = "services:\n  db:\n    image: postgres\n    env_file: conf/{}\n"
    project.files({"train.py": source, "conf/.env.data": "A=1\n", "compose.yml": compose.format(".env.data")})
    assert part(project, "data")[0] == "partial"
    project.files({"conf/rows.data": "1 2\n", "compose.yml": compose.format("rows.data")})
    assert part(project, "data")[0] == "pass"


SNAPSHOT = f"""
import pandas as pd

rows = pd.read_sql("select * from rows", "postgresql://db")
rows.to_parquet("snapshots/rivers.parquet")
{FIT}{LOG}"""


@pytest.mark.parametrize(
    ("path", "old", "new", "versioned"),
    [
        (".dvc/config", "s3://bucket/x", "s3://bucket/x", True),
        (".dvc/config", "s3://bucket/x", "/mnt/x", False),
        ("train.py", 'rows.to_parquet("snapshots/rivers.parquet")', "print(rows)", False),
    ],
)
def test_rows_of_a_query_are_versioned_by_the_file_under_dvc_that_they_are_kept_in(project, path, old, new, versioned):
    project.files(
        {
            ".dvc/config": DVC,
            ".gitignore": "*.parquet\n",
            "snapshots/rivers.parquet.dvc": OUT.format("rivers.parquet"),
            "train.py": SNAPSHOT,
        }
    ).edit(path, old, new)
    told = " ".join(part(project, "data")[1])
    assert ("is kept in snapshots/rivers.parquet" in told) == versioned
    assert ("nothing says which state" in told) != versioned


@pytest.mark.parametrize(
    "rows",
    [
        "import clickhouse_connect\n\nrows = clickhouse_connect.get_client(host='db').query_df('select 1')\n",
        "import polars as pl\n\nrows = pl.read_database('select 1', 'sqlite://')\n",
        "from sqlalchemy import select\n\nfrom tables import Row, session\n\nrows = session.scalars(select(Row)).all()\n",
        "import psycopg2\n\ncursor = psycopg2.connect('').cursor()\ncursor.execute('select 1')\nrows = cursor.fetchall()\n",
        "import joblib\n\nrows = joblib.load('/kaggle/input/prepared/splits.joblib')\n",
        "import numpy as np\n\nfrom places import HERE\n\nrows = np.load(HERE / 'x_train.npy')\n",
    ],
)
def test_what_training_takes_in_needs_a_version_by_whatever_call_it_comes(project, rows):
    project.files({"train.py": f"{rows}{FIT}{LOG}", "tables.py": "Row = session = None\n", "places.py": "HERE = 1\n"})
    state, messages = part(project, "data")
    assert state == "partial", messages


@pytest.mark.parametrize(
    "beside",
    [
        "import joblib\n\nscaler = joblib.load('scaler.joblib')\n",
        "from sqlalchemy import select\n\nfrom tables import Row, session\n\nusers = session.scalars(select(Row)).all()\n",
    ],
)
def test_what_else_is_loaded_is_no_data_where_data_is_read(project, beside):
    source = f"import pandas as pd\n\n{beside}rows = pd.read_csv('rows.csv')\n{FIT}{LOG}"
    project.files({"train.py": source, "tables.py": "Row = session = None\n", "rows.csv": "y\n1\n"})
    assert part(project, "data")[0] == "pass"


CONVERTS = {
    "train.py": f"from sklearn.datasets import load_iris\n\nrows = load_iris(as_frame=True).frame\n{FIT}{LOG}".replace(
        LOG, ""
    ),
    "convert.py": """
        import joblib

        from store import newest

        if __name__ == "__main__":
            model = newest()
            joblib.dump(model, "/tmp/model.joblib")
        """,
    "store.py": "def newest():\n    return None\n",
}


def test_converting_a_model_is_not_keeping_one(project):
    project.files(CONVERTS)
    assert part(project, "model")[0] == "not-applicable"
    project.edit("convert.py", "model = newest()", "import train\n\n    model = train.model")
    assert part(project, "model")[0] == "partial"


def test_a_stage_keeps_its_model_by_whatever_call(project):
    source = f"from sklearn.datasets import load_iris\n\nrows = load_iris(as_frame=True).frame\n{FIT}model.export('out/model.pkl')\n"
    project.files(
        {
            ".dvc/config": DVC,
            ".gitignore": "/out\n",
            "train.py": source,
            "out/model.pkl": "x",
            "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [out/model.pkl]\n",
        }
    ).lock()
    assert part(project, "model")[0] == "pass"
    project.remove("dvc.lock")
    assert part(project, "model")[0] == "partial"


NOTEBOOK = ("import pandas as pd\nrows = pd.read_csv('elsewhere.csv')", f"{FIT}{LOG}")
SCRIPT = f"import pandas as pd\n\nrows = pd.read_csv('rows.csv')\n{FIT}{LOG}"


@pytest.mark.parametrize(("command", "state"), [("python train.py", "pass"), ("echo hi", "partial")])
def test_notebooks_beside_what_ci_trains_do_not_count(project, command, state):
    flow = f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {command}\n"
    project.files({"train.py": SCRIPT, "rows.csv": "y\n1\n", ".github/workflows/ci.yml": flow})
    project.notebook("try.ipynb", *NOTEBOOK)
    assert part(project, "data")[0] == state


KEDRO = {
    "pyproject.toml": '[tool.kedro]\npackage_name = "rivers"\nproject_name = "rivers"\n',
    "src/rivers/pipelines/train/pipeline.py": """
        from kedro.pipeline import Pipeline, node

        from .nodes import clean, fit


        def create_pipeline(**kwargs):
            return Pipeline([node(clean, "levels", "clean_levels"), node(fit, "clean_levels", "regressor")])
        """,
    "src/rivers/pipelines/train/nodes.py": """
        from sklearn.svm import SVC


        def clean(levels):
            return levels.dropna()


        def fit(levels):
            return SVC().fit(levels, levels.y)
        """,
    "conf/base/catalog.yml": """
        levels:
          type: pandas.CSVDataset
          filepath: data/01_raw/levels.csv

        regressor:
          type: kedro_mlflow.io.models.MlflowModelTrackingDataset
          flavor: mlflow.sklearn
        """,
    "data/01_raw/levels.csv": "y\n1\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "data", "tracked"),
    [
        ("pyproject.toml", "rivers", "rivers", "pass", "pass"),
        ("conf/base/catalog.yml", "levels.csv", "others.csv", "partial", "pass"),
        ("conf/base/catalog.yml", "data/01_raw", "s3://bucket/01_raw", "partial", "pass"),
        ("conf/base/catalog.yml", "kedro_mlflow.io.models.MlflowModelTracking", "pickle.Pickle", "pass", "fail"),
        ("src/rivers/pipelines/train/pipeline.py", '"regressor"', '"other"', "pass", "fail"),
    ],
)
def test_kedro_reads_and_records_by_its_catalog(project, path, old, new, data, tracked):
    project.files(KEDRO).edit(path, old, new).commit()
    found = results(project.assess())
    assert (found["data-versioned"].state, found["experiments-tracked"].state) == (data, tracked)


def test_kedro_run_leads_to_the_functions_of_its_nodes(project):
    project.files(KEDRO).edit(
        "src/rivers/pipelines/train/nodes.py",
        "    return SVC()",
        "    import mlflow\n\n    mlflow.log_param('c', 1)\n    return SVC()",
    ).edit("conf/base/catalog.yml", "kedro_mlflow.io.models.MlflowModelTracking", "pickle.Pickle").commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"
    project.edit("pyproject.toml", "package_name", "other_name").commit()
    assert results(project.assess())["experiments-tracked"].state != "pass"


STAGES = {
    ".dvc/config": "",
    ".gitignore": "/data\n/out\n",
    "cut.py": "import sys\n\nimport pandas as pd\n\npd.read_csv(sys.argv[1]).to_csv(sys.argv[2])\n",
    "train.py": f"import sys\n\nimport pandas as pd\n\nrows = pd.read_csv(sys.argv[1])\n{FIT}{LOG}",
    "dvc.yaml": """
        stages:
          cut:
            cmd: python cut.py data/raw.csv out/cut.csv
            deps: [cut.py, data/raw.csv]
            outs: [out/cut.csv]
          train:
            cmd: python train.py out/cut.csv
            deps: [train.py, out/cut.csv]
            outs: [out/notes.csv]
        """,
    "data/raw.csv": "y\n1\n",
    "out/cut.csv": "y\n1\n",
    "out/notes.csv": "y\n1\n",
}


@pytest.mark.parametrize(
    ("ignored", "config", "state"),
    [("/out\n", "", "pass"), ("/data\n/out\n", DVC, "pass"), ("/data\n/out\n", "", "partial")],
)
def test_what_a_stage_makes_of_something_lost_is_lost_too(project, ignored, config, state):
    project.files(STAGES | {".gitignore": ignored, ".dvc/config": config}).lock()
    assert part(project, "data")[0] == state


def test_of_what_a_stage_needs_the_named_one_is_told(project):
    code = f"import pandas as pd\n\nrows = pd.read_csv(inputs['cut', 'rows'])\nmore = pd.read_csv(inputs['cut', 'cut'])\n{FIT}{LOG}"
    stages = STAGES["dvc.yaml"].replace("out/cut.csv]", "out/cut.csv, out/rows.csv]")
    project.files(STAGES | {"train.py": code, "dvc.yaml": stages, "out/rows.csv": "y\n1\n", ".dvc/config": DVC}).lock()
    found = [one for one in results(project.assess())["data-versioned"].evidence if one.path == "train.py"]
    told = {one.line: one.message.split()[0] for one in found if one.line < 5}
    assert told == {3: "out/rows.csv", 4: "out/cut.csv"}


def test_a_pointer_without_a_remote_brings_nothing_back(project):
    project.files(STAGES | {".gitignore": "/data/raw.csv\n/out\n", "data/raw.csv.dvc": OUT.format("raw.csv")}).lock()
    assert part(project, "data")[0] == "partial"


def test_scaling_a_loss_is_training(project):
    source = "import mlflow\nimport torch\n\nscaler = torch.amp.GradScaler()\nscaler.scale(loss).backward()\nmlflow.log_metric('loss', 1)\n"
    project.files({"train.py": source}).commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"
    project.edit("train.py", "scaler.scale(loss).backward()", "scaler.fit_transform(rows)").commit()
    assert results(project.assess())["experiments-tracked"].state == "partial"


@pytest.mark.parametrize(
    ("where", "state"),
    [("/main/sets/rivers.csv", "pass"), ("/main/rivers.csv", "partial"), ("/main/sets/other.csv", "partial")],
)
def test_a_file_of_the_repository_itself_is_versioned_wherever_it_is_read_from(project, where, state):
    address = f"https://raw.githubusercontent.com/me/rivers{where}"
    source = f"import pandas as pd\n\nrows = pd.read_csv({address!r})\n{FIT}{LOG}"
    project.files({"sets/rivers.csv": "y\n1\n", "train.py": source})
    assert part(project, "data")[0] == state


@pytest.mark.parametrize(("option", "state"), [("save_artifact=True", "pass"), ("save_artifact=False", "partial")])
def test_checkpoints_that_a_callback_of_ray_logs(project, option, state):
    source = (
        "import torch\nfrom ray.air.integrations.mlflow import MLflowLoggerCallback\nfrom ray.train.torch import TorchTrainer\n\n"
        f"trainer = TorchTrainer(None, callbacks=[MLflowLoggerCallback({option})])\nmodel = trainer.fit(1)\ntorch.save(model, 'model.pt')\n"
    )
    project.files({"train.py": source, ".gitignore": "*.pt\n"})
    assert part(project, "model")[0] == state
