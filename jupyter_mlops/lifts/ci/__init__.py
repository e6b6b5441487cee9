"""Level 2: continuous integration that runs the tests on every push, on GitHub or GitLab."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.ci.plan import plan

    return plan(scene)


LIFT = Lift(
    name="ci",
    title="Run the tests on every push",
    level=2,
    raises=("ci",),
    plan=_plan,
    role="platform-engineer",
    after=("git-init", "environment", "pipeline", "tests"),
    options=(
        Option("host", "where the repository lives; told by its remote unless given", ("github", "gitlab", "both")),
        Option("report", "whether the summary of a run shows the scorecard", ("yes", "no"), "no"),
    ),
)
