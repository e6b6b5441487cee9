"""Level 1: clean copies of notebooks, which run today and on other machines."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan, State
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.clean_notebook.plan import plan

    return plan(scene)


def _glance(scene: Scene) -> tuple[State, str]:
    from jupyter_mlops.lifts.clean_notebook.plan import glance

    return glance(scene)


LIFT = Lift(
    name="clean-notebook",
    title="Clean notebooks, and repair what stops old ones from running today",
    level=1,
    raises=("notebooks-rerunnable",),
    plan=_plan,
    after=("git-init", "environment"),
    clears=("dvc-init", "pipeline"),
    glance=_glance,
    options=(
        Option(
            "run",
            "run the notebook before and after its repair, in a copy of the project, to show what that is worth",
            ("yes", "no"),
            "no",
        ),
        Option(
            "environment",
            "write the versions of the notebook's time beside it, where something could not be repaired",
            ("yes", "no"),
            "no",
        ),
    ),
)
