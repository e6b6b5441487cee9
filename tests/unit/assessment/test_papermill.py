"""Scripts that run notebooks one after the other."""

from __future__ import annotations

import pytest

from .conftest import results

LOOP = """
    from pathlib import Path

    import papermill as pm
    import yaml

    STEPS = [("prepare", "1_prepare"), ("train", "2_train")]


    def main():
        params = yaml.safe_load(Path("params.yaml").read_text())
        for section, name in STEPS:
            pm.execute_notebook(f"notebooks/{name}.ipynb", f"out/{name}.ipynb", parameters=params[section])


    if __name__ == "__main__":
        main()
    """
CALLS = """
    from pathlib import Path

    import papermill as pm

    HERE = Path(__file__).parent / "notebooks"


    def main(c=2):
        pm.execute_notebook(HERE / "1_prepare.ipynb", "out/1.ipynb")
        pm.execute_notebook(str(HERE / "2_train.ipynb"), "out/2.ipynb", parameters={"c": 2})


    if __name__ == "__main__":
        main()
    """


@pytest.mark.parametrize(
    ("script", "old", "new", "state", "handed"),
    [
        (LOOP, "STEPS", "STEPS", "pass", True),
        (LOOP, '("prepare", "1_prepare"), ', "", "fail", True),
        (LOOP, "2_train", "3_absent", "fail", True),
        (LOOP, "params[section]", '{"c": 2}', "pass", False),
        (CALLS, "HERE", "HERE", "pass", False),
        (CALLS, "\n    main()", "\n    print()", "fail", False),
    ],
)
def test_a_script_that_runs_notebooks_is_a_pipeline(project, script, old, new, state, handed):
    project.files({"run_all.py": script, "params.yaml": "prepare: {}\ntrain: {c: 2}\n"}).edit("run_all.py", old, new)
    project.notebook("notebooks/1_prepare.ipynb", "open('build/rows.csv', 'w').write('1')")
    project.notebook(
        "notebooks/2_train.ipynb",
        "import pandas as pd\nfrom sklearn.svm import SVC\nrows = pd.read_csv('build/rows.csv')\nSVC().fit(rows, rows)",
    )
    found = results(project.commit().assess())
    assert found["pipeline-automated"].state == state
    parts = {evidence.message for evidence in found["pipeline-reproducible"].evidence}
    assert any("handed parameters" in message for message in parts) == handed


def test_notebooks_that_read_the_same_are_no_pipeline(project):
    project.files({"run_all.py": CALLS, "data/rows.csv.dvc": "outs: [{path: rows.csv}]\n"})
    for name in ("1_prepare", "2_train"):
        project.notebook(f"notebooks/{name}.ipynb", "import pandas as pd\nrows = pd.read_csv('data/rows.csv')")
    assert results(project.commit().assess())["pipeline-automated"].state != "pass"
