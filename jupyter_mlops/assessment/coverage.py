"""Whether something of the repository, such as a CI job at its top, covers a unit."""

from __future__ import annotations

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.commands import Target
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.shell import join


def covers_unit(unit: Unit, launch: Launch, target: Target) -> bool:
    """Whether a command reaches into a unit: the unit's own files do, others by their folder or their arguments.

    Args:
        unit: the unit.
        launch: where the command is written.
        target: what it runs.
    """
    if unit.path == "." or launch.path.startswith(f"{unit.path}/"):
        return True
    places = [target.folder]
    if target.kind in ("script", "shell", "notebook"):
        places.append(target.value)
    named = [
        word
        for word in target.arguments
        if not word.startswith("-") and unit.project.exists(join(target.folder, word.partition("::")[0]))
    ]
    places += [join(target.folder, word.partition("::")[0]) for word in named]
    if any(place == unit.path or place.startswith(f"{unit.path}/") for place in places):
        return True
    # Run at a folder above without naming anything: the runner looks into all folders below, and into the unit's too.
    above = target.folder == "." or unit.path.startswith(f"{target.folder}/")
    return target.kind == "tests" and above and not named
