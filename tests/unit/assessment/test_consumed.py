"""The result of a check is followed to where it is acted on: through functions, fields, tasks, files and workflows."""

from __future__ import annotations

from textwrap import dedent

import pytest

from .conftest import results

CHECK = dedent(
    """
    import json
    import sys

    import pandas as pd
    from evidently import Report
    from evidently.presets import DataDriftPreset


    def share():
        result = Report([DataDriftPreset()]).run(pd.read_csv("live.csv"), pd.read_csv("reference.csv"))
        return result.dict()["metrics"][0]["value"]["share"]
    """
)
DAILY = (
    "on:\n  schedule:\n    - cron: '0 5 * * *'\njobs:\n  d:\n    runs-on: ubuntu-latest\n    steps:\n"
    "      - id: check\n        run: python drift.py\n      - if: steps.check.outputs.drift == 'True'\n        run: python alarm.py\n"
)
ENDS = {
    "an argument of a function": (
        """
        def act(value, strict):
            if value > 0.5:
                sys.exit(1)

        if __name__ == "__main__":
            act(share(), False)
        """,
        "if value",
        "if strict",
    ),
    "through two functions in a dictionary": (
        """
        def act(report):
            if report["drifted"]:
                raise ValueError("drift")

        def finish(summary):
            act(summary)

        if __name__ == "__main__":
            value = share()
            finish({"drifted": value > 0.5})
        """,
        "act(summary)",
        "print(summary)",
    ),
    "a field of the object": (
        """
        class Watch:
            def measure(self):
                self.value = share()

            def act(self):
                if self.value > 0.5:
                    sys.exit(1)

        if __name__ == "__main__":
            watch = Watch()
            watch.measure()
            watch.act()
        """,
        "if self.value",
        "if self.limit",
    ),
    "an answer of several functions": (
        """
        def drifted():
            return share() > 0.5

        def verdict():
            return "bad" if drifted() else "good"

        if __name__ == "__main__":
            if verdict() == "bad":
                sys.exit(1)
        """,
        "sys.exit(1)",
        "print('bad')",
    ),
    "an answer that is printed": (
        """
        def drifted():
            if share() > 0.5:
                return True
            return False

        if __name__ == "__main__":
            sys.exit(drifted())
        """,
        "sys.exit(drifted())",
        "print(drifted())",
    ),
    "the rest of a function": (
        """
        def main():
            if share() < 0.5:
                return
            retrain()

        def retrain():
            raise ValueError("drift")

        if __name__ == "__main__":
            main()
        """,
        "    retrain()",
        "    print('drift')",
    ),
    "the exit status": (
        """
        def main():
            return 1 if share() > 0.5 else 0

        if __name__ == "__main__":
            raise SystemExit(main())
        """,
        "raise SystemExit(main())",
        "main()",
    ),
    "a file that something reads": (
        """
        def check():
            with open("reports/drift.json", "w") as file:
                json.dump({"share": share()}, file)

        def decide():
            with open("reports/drift.json") as file:
                report = json.load(file)
            if report["share"] > 0.5:
                sys.exit(1)

        if __name__ == "__main__":
            check()
            decide()
        """,
        'open("reports/drift.json") as',
        'open("reports/other.json") as',
    ),
    "a condition of the workflow": (
        """
        import os

        if __name__ == "__main__":
            with open(os.environ["GITHUB_OUTPUT"], "a") as file:
                file.write(f"drift={share() > 0.5}")
        """,
        "drift=",
        "share=",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_result_is_used_and_one_link_less_it_is_not(project, name):
    end, old, new = ENDS[name]
    project.files(
        {"drift.py": CHECK + "\n\n" + dedent(end), ".github/workflows/d.yml": DAILY, "alarm.py": "print(1)\n"}
    )
    project.commit()
    assert results(project.assess())["drift-detected"].state == "pass"
    project.edit("drift.py", old, new).commit()
    assert results(project.assess())["drift-detected"].state == "partial"


AIRFLOW = (
    CHECK
    + """
import datetime

from airflow import DAG
from airflow.operators.python import BranchPythonOperator, PythonOperator


def check(ti):
    ti.xcom_push(key="share", value=share())


def choose(ti):
    return "retrain" if ti.xcom_pull(task_ids="check", key="share") > 0.5 else "skip"


def retrain():
    pass


with DAG("watch", schedule="@daily", start_date=datetime.datetime(2026, 1, 1)):
    first = PythonOperator(task_id="check", python_callable=check)
    second = BranchPythonOperator(task_id="choose", python_callable=choose)
    first >> second >> PythonOperator(task_id="retrain", python_callable=retrain)
"""
)


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "pass"),
        ('key="share")', 'key="other")', "partial"),
        ('BranchPythonOperator(task_id="choose"', 'PythonOperator(task_id="choose"', "partial"),
    ],
)
def test_tasks_of_airflow_hand_a_result_on(project, old, new, state):
    project.files({"dags/watch.py": AIRFLOW.replace(old, new) if old else AIRFLOW}).commit()
    assert results(project.assess())["drift-detected"].state == state


def test_operators_without_names_are_tasks_too(project):
    dag = CHECK + dedent(
        """
        import datetime

        from airflow import DAG
        from airflow.operators.python import PythonOperator, ShortCircuitOperator


        with DAG("watch", schedule="@daily", start_date=datetime.datetime(2026, 1, 1)):
            ShortCircuitOperator(task_id="a", python_callable=share) >> PythonOperator(task_id="b", python_callable=print)
        """
    )
    project.files({"dags/watch.py": dag}).commit()
    assert results(project.assess())["drift-detected"].state == "pass"
    project.edit("dags/watch.py", 'schedule="@daily"', "schedule=None").commit()
    assert results(project.assess())["drift-detected"].state == "partial"
