"""What is installed in the project's environment, and which distribution a module comes from. Reads metadata only."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, distributions
from pathlib import Path

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.requirements import normalise, parse_requirement


@dataclass(frozen=True)
class Environment:
    """An environment that packages are installed in.

    Attributes:
        prefix: its folder.
        folders: where its packages are.
        version: of its Python, "3.11".
        why: why this one was looked at.
    """

    prefix: Path
    folders: tuple[str, ...]
    version: str
    why: str

    @cached_property
    def _distributions(self) -> dict[str, Distribution]:
        found: dict[str, Distribution] = {}
        for each in distributions(path=list(self.folders)):
            name = each.metadata["Name"]
            if name:
                found.setdefault(normalise(name), each)
        return found

    @cached_property
    def _by_module(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name, each in self._distributions.items():
            for module in _top_modules(each):
                found[module].append(name)
        return found

    def version_of(self, name: str) -> str | None:
        """The installed version of a distribution; None when it is not installed.

        Args:
            name: of the distribution, normalised.
        """
        found = self._distributions.get(name)
        return found.version if found is not None else None

    def by_conda(self, name: str) -> bool:
        """Whether conda installed a distribution."""
        found = self._distributions.get(name)
        return found is not None and (found.read_text("INSTALLER") or "").strip() == "conda"

    def owners(self, module: str) -> list[str]:
        """The distributions that a module comes from, the most telling first; none when it is not installed.

        Args:
            module: dotted name; of packages that share a name space, as much of it as is used.
        """
        candidates = self._by_module.get(module.partition(".")[0], [])
        if len(candidates) < 2:
            return candidates
        depth = {name: self._depth(name, module) for name in candidates}
        best = max(depth.values())
        deepest = [name for name in candidates if depth[name] == best]
        # Of packages that hold the same modules, the one that brings the others is the one to ask for.
        needed = {name for other in deepest for name in self._requires(other) if name != other}
        return sorted(deepest, key=lambda name: (name in needed, name not in _spellings(module), name))

    def _depth(self, name: str, module: str) -> int:
        """How many parts of a module's dotted name a distribution has files for."""
        parts = module.split(".")
        files = {str(file).replace("\\", "/") for file in self._distributions[name].files or ()}
        folders = {folder for file in files for folder in _folders(file)}
        for length in range(len(parts), 0, -1):
            path = "/".join(parts[:length])
            inits = (f"{path}.py", f"{path}/__init__.py")
            if any(init in files for init in inits) or any(file.startswith(f"{path}.") for file in files):
                return length
            if path in folders and length < len(parts):
                return length - 1
        return 0

    def _requires(self, name: str) -> Iterator[str]:
        for text in self._distributions[name].requires or ():
            requirement = parse_requirement(text)
            if requirement is not None and "extra" not in requirement.marker:
                yield requirement.name


def _folders(file: str) -> Iterator[str]:
    parts = file.split("/")
    for length in range(1, len(parts)):
        yield "/".join(parts[:length])


def _spellings(module: str) -> set[str]:
    return {normalise(module.partition(".")[0]), normalise(module)}


def _top_modules(each: Distribution) -> set[str]:
    listed = (each.read_text("top_level.txt") or "").split()
    if listed:
        return {name.partition("/")[0] for name in listed}
    found = set()
    for file in each.files or ():
        head, *rest = str(file).replace("\\", "/").split("/")
        if rest and not head.endswith((".dist-info", ".data")) and head not in ("..", "__pycache__"):
            found.add(head)
        elif not rest and head.endswith((".py", ".so", ".pyd")):
            found.add(head.partition(".")[0])
    return found


def environment(scene: Scene) -> Environment:
    """The environment whose versions count: the one chosen, the project's own, the active one, or this one.

    Args:
        scene: the project.

    Raises:
        MlopsError: `no-environment` when the one that was chosen is none.
    """
    chosen = scene.options.get("python") or ""
    if chosen:
        prefix = (scene.root / chosen).absolute()
        prefix = prefix.parent.parent if prefix.is_file() else prefix
        found = _at(prefix, "as you chose")
        if found is None:
            message = "There is no environment here. Name its folder, or its python."
            raise MlopsError("no-environment", message, path=chosen)
        return found
    for folder in (scene.root / scene.unit.path, scene.root):
        for name in (".venv", "venv", "env", ".conda"):
            found = _at(folder / name, f"the project's own, {name}")
            if found is not None:
                return found
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix_text = os.environ.get(variable)
        found = _at(Path(prefix_text), "the active one") if prefix_text else None
        if found is not None:
            return found
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Environment(Path(sys.prefix), tuple(path for path in sys.path if path), version, "the one this runs in")


def _at(prefix: Path, why: str) -> Environment | None:
    if not ((prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir()):
        return None
    for folder in [*sorted(prefix.glob("lib/python3*/site-packages")), prefix / "Lib" / "site-packages"]:
        if folder.is_dir():
            version = re.search(r"python(3\.\d+)", folder.as_posix())
            return Environment(prefix, (str(folder),), version[1] if version else _configured(prefix), why)
    return None


def _configured(prefix: Path) -> str:
    file = prefix / "pyvenv.cfg"
    found = re.search(r"^version\w*\s*=\s*(3\.\d+)", file.read_text("utf-8") if file.is_file() else "", re.MULTILINE)
    return found[1] if found else f"{sys.version_info.major}.{sys.version_info.minor}"
