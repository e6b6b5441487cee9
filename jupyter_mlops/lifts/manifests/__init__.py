"""Files that declare packages, edited: one file a format, found by being here. Comments, order and line ends stay.

Each has `matches(path, text)` and `edit(text, edits)`. It is no lift by itself; several use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from jupyter_mlops.assessment.manifests import Manifest, manifests
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.marks import mapping, strings


@dataclass(frozen=True)
class Edits:
    """What is to be changed in a file that declares packages.

    Attributes:
        add: distribution → version; None leaves it open.
        pin: distribution that is there without a version → version.
        replace: distribution that is there → the one it should be.
        by_conda: of those added, the ones that conda installed.
        least: versions of those added are the least, because a lock beside the file has the exact ones.
    """

    add: Mapping[str, str | None] = field(default_factory=dict)
    pin: Mapping[str, str] = field(default_factory=dict)
    replace: Mapping[str, str] = field(default_factory=dict)
    by_conda: frozenset[str] = frozenset()
    least: bool = False

    def requirement(self, name: str) -> str:
        """An added package as pip writes it."""
        version = self.add[name]
        return name if version is None else f"{name}{'>=' if self.least else '=='}{version}"

    def __bool__(self) -> bool:
        return bool(self.add or self.pin or self.replace)


@dataclass(frozen=True)
class Target:
    """The file that gets what is missing.

    Attributes:
        path: from the root.
        text: as it is; "" for one that is to be made.
        format: module that edits it.
        loose: the packages that it names without a version.
        lock: the lock beside it; None without one.
    """

    path: str
    text: str
    format: Any
    loose: tuple[str, ...] = ()
    lock: str | None = None

    def edited(self, edits: Edits) -> str:
        """The file with the edits made."""
        edited: str = self.format.edit(self.text, edits)
        return edited


def target(scene: Scene) -> Target | None:
    """The file of the unit's own folder that declares what running needs; None where only code does (setup.py)."""
    found = [each for each in manifests(scene.unit) if _in_folder(each, scene) and each.requirements]
    formats = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    ordered = sorted(formats, key=lambda module: module.RANK)
    for module in ordered:
        for each in found:
            if each.tool == module.TOOL:
                text = _text(scene, each.path)
                loose = tuple(one.name for one in each.requirements if not one.specifier)
                folder = each.path.rpartition("/")[0] or "."
                lock = next((name for name in module.LOCKS if (scene.root / folder / name).is_file()), None)
                return Target(each.path, text, module, loose, lock)
    if any(each.tool == "setup" for each in found):
        return None
    path = scene.below("pyproject.toml")
    project = mapping(scene.project.toml(path).get("project")) if scene.project.exists(path) else {}
    if project and "dependencies" not in strings(project.get("dynamic")):
        return Target(path, _text(scene, path), next(module for module in ordered if module.TOOL == "pyproject"))
    path = scene.below("requirements.txt")
    default = next(module for module in ordered if module.TOOL == "requirements")
    return Target(path, _text(scene, path) if (scene.root / path).is_file() else "", default)


def declared(scene: Scene, *, below: bool = True) -> set[str]:
    """Normalised names of everything that is declared for the unit.

    Args:
        scene: the project.
        below: whether files in folders of the unit count, too.
    """
    found = [each for each in manifests(scene.unit) if below or _in_folder(each, scene)]
    names = {one.name for each in found for one in (*each.requirements, *each.others)}
    for file in scene.unit.covering:
        if file.name == "requirements.txt" and file.special is None:
            names |= {one.name for one in scene.project.requirements(file.path).requirements}
    return names


def with_packages(scene: Scene, packages: Iterable[str]) -> dict[str, str]:
    """The file that declares packages, with some that a lift needs: path → text; nothing where they are declared.

    Args:
        scene: the project.
        packages: distributions, pinned to what is installed where it is.
    """
    from jupyter_mlops.lifts.environment.installed import environment

    there = declared(scene)
    missing = [name for name in packages if name not in there]
    place = target(scene) if missing else None
    # A file that names just the one package would look like the whole truth.
    if place is None or not place.text or is_hidden(scene, place.path):
        return {}
    installed = environment(scene)
    add = {name: installed.version_of(name) for name in missing}
    return {place.path: place.edited(Edits(add=add, least=place.lock is not None))}


def is_hidden(scene: Scene, path: str) -> bool:
    """Whether git ignores a file that nobody tracks, so that nobody else would ever see it."""
    return scene.git is not None and path not in scene.git.index and scene.git.ignores(path)


def _in_folder(each: Manifest, scene: Scene) -> bool:
    return (each.path.rpartition("/")[0] or ".") == scene.unit.path


def _text(scene: Scene, path: str) -> str:
    data = (scene.root / path).read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")
