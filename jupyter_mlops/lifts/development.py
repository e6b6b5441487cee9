"""Packages that only work on the project needs: put where it declares such packages, or where that is usual."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from jupyter_mlops.assessment.manifests import manifests
from jupyter_mlops.lifts.environment.installed import environment
from jupyter_mlops.lifts.lift import Act
from jupyter_mlops.lifts.manifests import Edits, declared, target
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.marks import mapping

_GROUPS = ("dev", "test", "tests")
_NEW = "requirements-dev.txt"


class Development(NamedTuple):
    """What declaring packages for development takes.

    Attributes:
        files: path → text.
        left: what is left to a person: to install them.
    """

    files: dict[str, str]
    left: tuple[Act, ...]


def development(scene: Scene, packages: Iterable[str]) -> Development:
    """Declare packages for development, pinned to what is installed; nothing where they are declared already.

    Args:
        scene: the project.
        packages: distributions.
    """
    # What a pipeline in a folder below declares is for that pipeline.
    there = declared(scene, below=False)
    missing = sorted({name for name in packages if name not in there})
    if not missing:
        return Development({}, ())
    place = target(scene)
    tool = place.format.TOOL if place is not None else "requirements"
    installed = environment(scene)
    least = place is not None and place.lock is not None
    edits = Edits(add={name: installed.version_of(name) for name in missing}, least=least)
    side = _side_file(scene)
    if side is not None:
        return _requirements(scene, side, edits)
    if place is not None and tool == "conda":
        return Development(
            {place.path: place.edited(edits)}, (_install(scene, f"conda env update --file {place.path}"),)
        )
    if place is not None and tool in ("poetry", "pipfile", "pyproject") and place.text:
        command = {"poetry": "poetry install", "pipfile": "pipenv install --dev"}.get(tool, "")
        text, group = _toml(place.text, tool, edits)
        command = command or ("uv sync --all-groups" if place.lock == "uv.lock" else group)
        locks = (_lock(place.lock, place.path),) if place.lock else ()
        return Development({place.path: text}, (*locks, _install(scene, command)))
    return _requirements(scene, scene.below(_NEW), edits)


def _side_file(scene: Scene) -> str | None:
    """The requirements file for development that is there."""
    found = [
        each.path
        for each in manifests(scene.unit)
        if each.tool == "requirements"
        and each.others
        and posixpath.dirname(scene.unit.local(each.path)) in ("", "requirements")
    ]
    named = [path for path in found if any(word in posixpath.basename(path) for word in _GROUPS)]
    return next(iter(named), None)


def _requirements(scene: Scene, path: str, edits: Edits) -> Development:
    from jupyter_mlops.lifts.manifests import requirements

    file = scene.root / path
    base = scene.below("requirements.txt")
    old = file.read_text("utf-8") if file.is_file() else ""
    if not old and (scene.root / base).is_file():
        old = "# What work on the project needs, besides what running it does.\n-r requirements.txt\n"
    install = _install(scene, f"python -m pip install -r {shlex.quote(scene.unit.local(path))}")
    return Development({path: requirements.edit(old, edits)}, (install,))


def _toml(text: str, tool: str, edits: Edits) -> tuple[str, str]:
    """The file with the packages in its group for development, and the command that installs the group with pip."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    if tool == "pipfile":
        table = document.setdefault("dev-packages", tomlkit.table())
        for name, version in sorted(edits.add.items()):
            table[name] = _version(version, "==", least=edits.least, anything="*")
        return tomlkit.dumps(document), ""
    if tool == "poetry":
        poetry = document["tool"]["poetry"]
        if "dev-dependencies" in poetry:
            table = poetry["dev-dependencies"]
        else:
            groups = poetry.setdefault("group", tomlkit.table(is_super_table=True))
            name = next((each for each in _GROUPS if each in groups), "dev")
            group = groups.setdefault(name, tomlkit.table(is_super_table=True))
            table = group.setdefault("dependencies", tomlkit.table())
        for name, version in sorted(edits.add.items()):
            table[name] = _version(version, "", least=edits.least, anything="*")
        return tomlkit.dumps(document), ""
    return _in_groups(document, edits)


def _in_groups(document: Any, edits: Edits) -> tuple[str, str]:
    import tomlkit

    extras: Mapping[str, Any] = mapping(document["project"].get("optional-dependencies"))
    extra = next((each for each in _GROUPS if each in extras), None)
    if extra is not None:
        listed = document["project"]["optional-dependencies"][extra]
        command = f"python -m pip install --editable '.[{extra}]'"
    else:
        groups = document.setdefault("dependency-groups", tomlkit.table())
        group = next((each for each in _GROUPS if each in groups), "dev")
        listed = groups.setdefault(group, tomlkit.array())
        command = f"python -m pip install --group {group}"
    for name in sorted(edits.add):
        listed.append(edits.requirement(name))
    if "#" not in listed.as_string():
        listed.multiline(multiline=True)
    return tomlkit.dumps(document), command


def _version(version: str | None, sign: str, *, least: bool, anything: str) -> str:
    return anything if version is None else f"{'>=' if least else sign}{version}"


def _lock(lock: str, path: str) -> Act:
    command = {
        "uv.lock": "uv lock",
        "poetry.lock": "poetry lock",
        "pdm.lock": "pdm lock",
        "Pipfile.lock": "pipenv lock",
    }
    return Act(f"Lock again: {lock} no longer matches {path}.", command.get(lock))


def _install(scene: Scene, command: str) -> Act:
    folder = "" if scene.unit.path == "." else f"cd {shlex.quote(scene.unit.path)} && "
    return Act("Install what the tests need.", f"{folder}{command}")
