"""Level 1: data and models under DVC, out of git where they were in it, with not a byte lost."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.dvc_init.plan import plan

    return plan(scene)


LIFT = Lift(
    name="dvc-init",
    title="Put data and models under DVC",
    level=1,
    raises=("data-versioned", "no-large-blobs"),
    plan=_plan,
    effort="M",
    after=("git-init",),
    options=(
        Option(
            "remote",
            "where DVC keeps the data: s3://…, gs://…, azure://…, ssh://…, a folder; a folder beside the project unless given",
        ),
        Option("data", "files and folders to put under DVC, with commas between; found unless given"),
    ),
)
