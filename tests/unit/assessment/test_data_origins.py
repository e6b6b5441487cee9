"""Where the data and the models of a project come from, when the code does not say it in one place."""

from __future__ import annotations

import pytest

from .conftest import results

BUNDLED = {
    "data.py": """
        import pandas as pd
        from sklearn.datasets import make_classification


        def make(folder):
            x, y = make_classification(random_state=1)
            pd.DataFrame(x).to_csv(folder / "rows.csv")


        def load(folder):
            return pd.read_csv(folder)
        """,
    "train.py": """
        import sys

        from sklearn.svm import SVC

        from data import load, make


        def main(folder):
            make(folder)
            rows = load(folder)
            SVC().fit(rows, rows.y)


        if __name__ == "__main__":
            main(sys.argv[1])
        """,
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("train.py", "make(folder)", "make(folder)", "not-applicable"),
        ("train.py", "make(folder)", "_ = None if folder else make(folder)", "fail"),
        ("data.py", "x, y = make", "fallback = pd.read_csv(folder)\n    x, y = make", "fail"),
        ("data.py", "rows.csv", "rows.csv", "not-applicable"),
    ],
)
def test_data_of_a_package_is_the_data_unless_it_stands_in(project, path, old, new, state):
    project.files(BUNDLED).edit(path, old, new).commit()
    assert results(project.assess())["data-versioned"].state == state


LOGS = {
    "train.py": """
        import joblib
        import pandas as pd
        from sklearn.svm import SVC

        from runs import record

        if __name__ == "__main__":
            rows = pd.read_csv("rows.csv")
            model = SVC().fit(rows, rows.y)
            model_path = "out/model.joblib"
            joblib.dump(model, model_path)
            record([model_path, "out/report.json"])
        """,
    "runs.py": """
        from pathlib import Path

        import mlflow


        def record(files):
            for name in files:
                full = Path(name)
                mlflow.log_artifact(str(full))
        """,
    "rows.csv": "a,y\n1,0\n2,1\n",
}


@pytest.mark.parametrize(
    ("path", "old", "new", "state"),
    [
        ("train.py", "model_path,", "model_path,", "pass"),
        ("train.py", "record([model_path, ", "record([", "partial"),
        ("runs.py", "in files", "in sorted(Path('reports').iterdir())", "partial"),
    ],
)
def test_a_model_in_a_list_of_files_that_are_logged(project, path, old, new, state):
    project.files(LOGS).edit(path, old, new).commit()
    assert results(project.assess())["data-versioned"].state == state


DVC = "[core]\n    remote = s\n['remote \"s\"']\n    url = s3://bucket/x\n"


@pytest.mark.parametrize(("name", "state"), [("rows.csv", "pass"), ("metadata.json", "partial")])
def test_what_tells_of_a_model_is_no_data(project, name, state):
    out = "outs:\n- md5: 00000000000000000000000000000001\n  path: {}\n"
    project.files(
        {
            ".dvc/config": DVC,
            ".gitignore": "/models/*\n!/models/*.dvc\n",
            "models/model.joblib.dvc": out.format("model.joblib"),
            f"models/{name}.dvc": out.format(name),
            "train.py": f"import sys\n\nimport joblib\nimport pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv(sys.argv[1])\n"
            f"joblib.dump(SVC().fit(rows, rows.y), 'models/model.joblib')\nprint('models/{name}')\n",
        }
    ).commit()
    assert results(project.assess())["data-versioned"].state == state


def test_reading_through_a_variable_as_of_a_time(project):
    source = (
        "from pyspark.sql import SparkSession\nfrom sklearn.svm import SVC\n\nspark = SparkSession.builder.getOrCreate()\n"
        'reader = spark.read.format("hudi")\nreader = reader.option("as.of.instant", "20260101")\n'
        'rows = reader.load("s3://lake/rows").toPandas()\nSVC().fit(rows, rows.y)\n'
    )
    project.files({"train.py": source}).commit()
    assert results(project.assess())["data-versioned"].state == "pass"
    project.edit("train.py", '"as.of.instant", "20260101"', '"header", True').commit()
    assert results(project.assess())["data-versioned"].state != "pass"


def test_data_of_a_package_is_not_the_data_of_another_run(project):
    other = "import sys\n\nimport pandas as pd\nfrom sklearn.svm import SVC\n\nrows = pd.read_csv(sys.argv[1])\nSVC().fit(rows, rows.y)\n"
    project.files(BUNDLED | {"other.py": other}).commit()
    assert results(project.assess())["data-versioned"].state == "fail"


def test_dvc_needs_its_folder_and_no_configuration(level_2):
    level_2.remove(".dvc/config").files({".dvc/.gitignore": "/tmp\n/cache\n"}).commit()
    assert level_2.assess().level == 2
    level_2.remove(".dvc/.gitignore").commit()
    found = results(level_2.assess())
    assert found["pipeline-automated"].state == "partial"


@pytest.mark.parametrize(("ignored", "told"), [("data/\n", True), ("data/rows.csv\n", False), ("*.pkl\n", False)])
def test_where_git_would_not_see_what_dvc_writes_that_is_told(project, ignored, told):
    code = "import pandas as pd\nfrom sklearn.svm import SVC\nrows = pd.read_csv('data/rows.csv')\nSVC().fit(rows, rows.y)\n"
    project.files({".gitignore": ignored, "train.py": code}).commit()
    project.files({"data/rows.csv": "x,y\n1,0\n"})
    found = [one for one in results(project.assess())["data-versioned"].evidence if one.raise_by]
    assert any("dvc add data/rows.csv" in one.raise_by for one in found)
    assert any("`.gitignore`, which hides" in one.raise_by for one in found) == told
