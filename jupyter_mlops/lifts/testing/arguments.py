"""What a script is given on the command line, as the project's own files have it: make targets, shell scripts, the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from jupyter_mlops.assessment.probes.readme import commands_of
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.commands import Target, targets
from jupyter_mlops.project.shell import read_script

#: Launches whose command lines are for people to repeat.
_KINDS = ("make", "environment", "shell", "console", "schedule", "stage")
_OUTPUT = re.compile(r"[12&]?>")
#: In an argument that only a shell, or a person, can fill in.
_OPEN = frozenset("$`{}<>*?[]…")


class Told(NamedTuple):
    """How a script is started.

    Attributes:
        arguments: that it is given.
        folder: where it is started, from the base.
        place: file that says so.
    """

    arguments: tuple[str, ...]
    folder: str
    place: str


def told(scene: Scene, path: str) -> Told | None:
    """The first command line of the project that starts a script with arguments that say what they are.

    Args:
        scene: the project.
        path: of the script.
    """
    for target, place in _started(scene):
        if target.kind == "script" and target.value == path:
            given = tuple(takewhile(lambda word: not _OUTPUT.match(word), target.arguments))
            if given and not _OPEN & set("".join(given)):
                return Told(given, target.folder, place)
    return None


def _started(scene: Scene) -> Iterator[tuple[Target, str]]:
    for launch in scene.unit.launches:
        if launch.kind in _KINDS:
            for target, _command in scene.unit.reach.targets(launch):
                yield target, launch.path
    for file in scene.unit.named("readme*"):
        if file.folder == scene.unit.path:
            # What is broken into lines is one command.
            text = (scene.project.text(file.path) or "").replace("\\\n", " ")
            for _number, line in commands_of(text):
                for command in read_script(line):
                    for target in targets(command, scene.unit.path):
                        yield target, file.path
