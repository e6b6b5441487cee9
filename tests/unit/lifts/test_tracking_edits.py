"""What is put into training code: between the lines that are there, which stay as they are."""

from __future__ import annotations

import ast
import json
from textwrap import dedent

import pytest
from lift_projects import notebook

from jupyter_mlops.lifts.mlflow_tracking.edits import edited
from jupyter_mlops.lifts.mlflow_tracking.notebooks import changed_cells, with_cells
from jupyter_mlops.lifts.mlflow_tracking.recording import Style, record
from jupyter_mlops.project.notebook import read_notebook
from jupyter_mlops.project.python_source import PythonSource


def tracked(code: str) -> str:
    code = dedent(code).lstrip("\n")
    result = edited(code, record(PythonSource(code), Style("churn")).edits)
    assert result is not None
    ast.parse(result)
    return result


def added(code: str) -> list[str]:
    """The lines that are new, without their indentation; all others are there in their order."""
    old = [line.strip() for line in dedent(code).lstrip("\n").splitlines()]
    rest, new = list(old), []
    for line in tracked(code).splitlines():
        if rest and line.strip() == rest[0]:
            rest.pop(0)
        elif line.strip():
            new.append(line.strip())
    assert rest == [], "a line of the code was changed or lost"
    return new


def test_a_script_gets_one_run() -> None:
    assert added("""
        import pandas as pd
        from sklearn.svm import SVC
        from sklearn.metrics import accuracy_score, f1_score

        # the model
        model = SVC(C=2)
        model.fit(X_train, y_train)   # slow
        predicted = model.predict(X_test)
        accuracy = accuracy_score(y_test, predicted)
        print("F1:", f1_score(y_test, predicted))
    """) == [
        "import mlflow",
        'mlflow.set_experiment("churn")',
        "mlflow.start_run()",
        "mlflow.log_params(model.get_params(deep=False))",
        'mlflow.sklearn.log_model(model, name="model", serialization_format="cloudpickle", input_example=X_train[:5])',
        'mlflow.log_metric("accuracy", accuracy)',
        'mlflow.log_metric("f1", f1_score(y_test, predicted))',
    ]


def test_models_that_are_judged_one_by_one_get_runs_of_their_own() -> None:
    new = added("""
        from sklearn.svm import SVC
        from sklearn.linear_model import Ridge
        model = SVC()
        model.fit(X, y)
        print(model.score(X_test, y_test))
        model = Ridge()
        model.fit(X, y)
        print(model.score(X_test, y_test))
    """)
    assert [line for line in new if "_run" in line] == [
        'mlflow.start_run(run_name="SVC")',
        "mlflow.end_run()",
        'mlflow.start_run(run_name="Ridge")',
        "mlflow.end_run()",
    ]


def test_models_that_are_judged_together_share_a_run_and_keep_their_parameters_apart() -> None:
    new = added("""
        from sklearn.svm import SVC
        from sklearn.linear_model import Ridge
        first = SVC().fit(X, y)
        second = Ridge().fit(X, y)
        a, b = first.score(X_test, y_test), second.score(X_test, y_test)
    """)
    assert sum("start_run" in line for line in new) == 1
    assert (
        'mlflow.log_params({f"second_{name}": value for name, value in second.get_params(deep=False).items()})' in new
    )
    assert 'mlflow.log_metric("a", a)' in new


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('for name, model in {"a": SVC(), "b": SVC(C=2)}.items():', "run_name=name"),
        ("for model in [SVC(), SVC(C=2)]:", "run_name=type(model).__name__"),
        ("for c in [1, 2]:\n    model = SVC(C=c)", 'run_name=f"c={c}"'),
    ],
)
def test_a_loop_over_models_makes_a_run_of_each(head: str, name: str) -> None:
    code = f"from sklearn.svm import SVC\n{head}\n    model.fit(X, y)\n    score = model.score(X_test, y_test)\n    print(score)\n"
    result = tracked(code)
    assert f"    with mlflow.start_run({name}):\n" in result
    assert '        mlflow.log_metric("score", score)\n    print(score)\n' in result


def test_folds_share_a_run_and_log_no_parameter_twice_with_another_value() -> None:
    new = added("""
        from sklearn.svm import SVC
        from sklearn.metrics import f1_score
        scores = []
        for train, test in folds.split(X):
            model = SVC(C=limit)
            model.fit(X[train], y[train])
            scores.append(f1_score(y[test], model.predict(X[test])))
    """)
    assert 'mlflow.log_metric("f1", scores[-1])' in new
    assert not any("log_params" in line or "log_model" in line for line in new)


def test_a_function_that_fits_is_recorded_where_its_caller_judges_the_model() -> None:
    result = tracked("""
        from sklearn.svm import SVC


        def train(X, y):
            model = SVC()
            model.fit(X, y)
            return model


        def judge(model, X, y):
            score = model.score(X, y)
            return score


        if __name__ == "__main__":
            model = train(X, y)
            judge(model, X, y)
    """)
    assert '    mlflow.set_experiment("churn")\n    mlflow.start_run()\n    model = train(X, y)\n' in result
    assert "def train(X, y):\n    model = SVC()\n    mlflow.log_params(" in result
    assert '    score = model.score(X, y)\n    mlflow.log_metric("score", score)\n' in result


def test_a_function_that_fits_and_judges_has_its_run_around_both() -> None:
    result = tracked('''
        from sklearn.svm import SVC

        def train(X, y):
            """Train.

            It is slow.
            """
            model = SVC()

            # here
            model.fit(X, y)
            text = """a
        b"""
            score = model.score(X, y)
            return score
    ''')
    assert "\n    # here\n    mlflow.set_experiment" in result
    assert '        text = """a\nb"""\n' in result
    assert "    return score\n" in result


def test_an_epoch_of_torch_is_a_step() -> None:
    new = added("""
        import torch
        lr = 0.1
        for epoch in range(3):
            for batch in loader:
                loss = criterion(model(batch), target)
                loss.backward()
            train_loss = total / 3
        model.train()
    """)
    assert 'mlflow.log_params({"lr": lr})' in new
    assert 'mlflow.log_metric("train_loss", float(train_loss), step=epoch)' in new


def test_frameworks_record_by_themselves_and_so_does_what_nobody_can_tell() -> None:
    assert "mlflow.keras.autolog()" in added("import keras\nmodel = keras.Sequential()\nmodel.fit(X, y, epochs=3)\n")
    assert "mlflow.autolog()" in added("model = load()\nmodel.fit(X, y)\n")


def test_what_is_no_single_number_is_not_logged() -> None:
    new = added("""
        from sklearn.svm import SVC
        from sklearn.metrics import confusion_matrix, f1_score, precision_recall_curve
        model = SVC().fit(X, y)
        per_class = f1_score(y, model.predict(X), average=None)
        precision, recall, _ = precision_recall_curve(y, model.predict(X))
        matrix = confusion_matrix(y, model.predict(X))
    """)
    assert not any("log_metric" in line for line in new)


def test_a_run_that_is_there_is_recorded_to() -> None:
    new = added("""
        import mlflow
        from sklearn.svm import SVC
        with mlflow.start_run():
            model = SVC()
            model.fit(X, y)
            acc = model.score(X, y)
    """)
    assert not any("start_run" in line or line.startswith("import") for line in new)
    assert 'mlflow.log_metric("acc", acc)' in new


def test_imports_stay_sorted() -> None:
    code = "import os\n\nimport lightgbm\nimport numpy as np\nfrom sklearn.svm import SVC\n\nSVC().fit(X, y)\n"
    assert tracked(code).startswith("import os\n\nimport lightgbm\nimport mlflow\nimport numpy as np\n")
    assert tracked('"""Doc."""\nfrom sklearn.svm import SVC\nSVC().fit(X, y)\n').startswith(
        '"""Doc."""\nimport mlflow\n'
    )


def test_cells_keep_magics_and_what_they_show() -> None:
    text = notebook(
        "%matplotlib inline\nimport pandas as pd\nfrom sklearn.svm import SVC\nfiles = !ls",
        "model = SVC()\nmodel.fit(X, y)",
        "%time z = 1\nmodel.score(X, y)",
        "# nothing here",
        outputs=True,
    )
    read = read_notebook("a.ipynb", text)
    changed = changed_cells(read, record(PythonSource(read.tree), Style("churn", cells=True)).edits, frozenset())
    assert changed is not None
    assert sorted(changed) == [0, 1, 2]
    assert changed[0].startswith("%matplotlib inline\nimport mlflow\nimport pandas as pd\n")
    assert changed[0].endswith('mlflow.set_experiment("churn")\nfiles = !ls')
    assert changed[1].endswith(");"), "what MLflow returns is not shown in the place of the model"
    assert changed[2] == (
        '%time z = 1\nmlflow.log_metric("score", model.score(X, y))\nmlflow.end_run()\nmodel.score(X, y)'
    )
    same = with_cells(text, {}, as_copy=False)
    assert same == text
    copy = json.loads(with_cells(text, changed, as_copy=True))
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in copy["cells"])
    assert "".join(copy["cells"][1]["source"]) == changed[1]
    kept = json.loads(with_cells(text, changed, as_copy=False))
    assert all(cell["outputs"] for cell in kept["cells"])
