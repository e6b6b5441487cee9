"""Level 1: every package that the code imports is declared, pinned to what is installed, and resolves."""

from __future__ import annotations

from jupyter_mlops.lifts.lift import Lift, Option, Plan
from jupyter_mlops.lifts.scene import Scene


def _plan(scene: Scene) -> Plan:
    from jupyter_mlops.lifts.environment.plan import plan

    return plan(scene)


LIFT = Lift(
    name="environment",
    title="Declare and pin the packages that the code imports",
    level=1,
    raises=("dependencies-declared",),
    brings=("pipeline-reproducible",),
    plan=_plan,
    after=("git-init",),
    options=(
        Option("python", "environment whose versions count: its folder or its python; found unless given"),
        Option(
            "missing",
            "what is imported and not installed: name it only, or add it without a version",
            ("name", "add"),
            "name",
        ),
        Option(
            "resolve",
            "whether the result is proven by resolving it, which asks the package index",
            ("yes", "no"),
            "yes",
        ),
    ),
)
