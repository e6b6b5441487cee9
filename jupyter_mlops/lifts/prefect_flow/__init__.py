"""Level 2: the pipeline as a Prefect flow, with retries, and a deployment that runs it on a schedule."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.prefect_flow.plan import plan

    return plan(scene)


LIFT = Lift(
    name="prefect-flow",
    title="Run the pipeline as a Prefect flow, on a schedule",
    level=2,
    raises=("pipeline-automated",),
    plan=_plan,
    role="platform-engineer",
    after=("git-init", "environment", "pipeline"),
    options=(Option("schedule", "when it runs, as in a crontab", (), "0 6 * * *"),),
)
