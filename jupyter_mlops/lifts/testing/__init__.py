"""Level 2: tests that run the project's code, hold its data to contracts, and can fail."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan, State
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.testing.plan import plan

    return plan(scene)


def _glance(scene: Scene) -> tuple[State, str]:
    from jupyter_mlops.lifts.testing.plan import glance

    return glance(scene)


LIFT = Lift(
    name="tests",
    title="Test the code, the notebooks and the data",
    level=2,
    raises=("tests",),
    plan=_plan,
    effort="S",
    after=("git-init", "environment", "pipeline"),
    options=(
        Option(
            "run",
            "whether scripts and notebooks may be run, on a copy, to see what can be tested and that the tests pass",
            ("yes", "no"),
            "yes",
        ),
        Option("rows", "rows of each table that tests of scripts and notebooks get", (), "200"),
    ),
    glance=_glance,
)
