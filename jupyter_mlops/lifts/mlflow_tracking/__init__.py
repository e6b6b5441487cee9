"""Level 1: every training run leaves its parameters, metrics and model in MLflow."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.mlflow_tracking.plan import plan

    return plan(scene)


LIFT = Lift(
    name="mlflow-tracking",
    title="Record parameters, metrics and models of training runs in MLflow",
    level=1,
    raises=("experiments-tracked",),
    plan=_plan,
    after=("git-init", "environment"),
    options=(
        Option(
            "notebooks",
            "notebooks that train: copy edits a copy beside them, in-place the notebooks themselves, no leaves them alone; "
            "copies are made where no script trains unless given",
            ("copy", "in-place", "no"),
        ),
        Option("experiment", "name of the experiment; the project's name unless given"),
    ),
)
