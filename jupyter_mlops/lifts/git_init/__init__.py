"""Level 1: the project under git, with what does not belong there left out, and notebooks without their outputs."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.git_init.plan import plan

    return plan(scene)


LIFT = Lift(
    name="git-init",
    title="Put the project under git, ready for data and notebooks",
    level=1,
    raises=("code-versioned",),
    plan=_plan,
    options=(
        Option(
            "outputs",
            "outputs of notebooks in git: strip leaves them out of commits (the files keep them); decided by what is "
            "committed unless given",
            ("strip", "keep"),
        ),
        Option("branch", "name of the first branch", default="main"),
    ),
)
