"""Which files of a project belong under DVC."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.data_verdicts import data_in_git
from jupyter_mlops.assessment.dvc_tracked import tracked
from jupyter_mlops.assessment.kept_models import is_model_file, kept_models
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.training_data import is_derived, relevant_reads
from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.scene import Scene

#: Bytes of data that git itself may hold beside the code, in all.
SMALL = 10_000_000
#: From so many data files on, a folder that holds nothing else goes under DVC as a whole.
_MANY = 10
_CODE = (".py", ".ipynb", ".md", ".toml", ".yaml", ".yml", ".sh", ".r", ".sql", ".cfg", ".ini", ".dvc", ".rst")
_LFS = b"version https://git-lfs.github.com/spec/v1"


@dataclass
class Candidates:
    """What was found.

    Attributes:
        paths: files and folders, from the root → why, as the end of a sentence: "read by notebooks/a.ipynb".
        refused: what cannot go under DVC.
        models: those of the paths that are models.
    """

    paths: dict[str, str] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    models: set[str] = field(default_factory=set)


def candidates(scene: Scene) -> Candidates:
    """Data that is read and models that are kept, where git does not do for them, and files too large for git.

    Args:
        scene: the project.
    """
    found = Candidates()
    chosen = [part.strip().strip("/") for part in scene.options["data"].split(",") if part.strip()]
    if chosen:
        for path in chosen:
            _add(scene, found, posixpath.normpath(path), "as you chose")
    else:
        _read(scene, found)
        _committed(scene, found)
        _models(scene, found)
    _drop_covered(scene, found)
    _collapse(scene, found)
    return found


def _read(scene: Scene, found: Candidates) -> None:
    """Data that the code reads: all of it, unless git has it and all of that is small."""
    unit = scene.unit
    unknown: list[Source] = []
    known = False
    for source in relevant_reads(unit):
        if source.kind == "unknown":
            unknown.append(source)
        if source.kind != "file" or is_derived(unit, source):
            continue
        known = True
        why = f"read by {source.site.path}" + (f" cell {source.site.cell}" if source.site.cell is not None else "")
        if "*" in source.where:
            for path in _files(scene):
                if fnmatchcase(path, source.where):
                    _add(scene, found, path, why)
        elif source.where.startswith(("/", "~", "..")) or ":" in source.where[:3]:
            refusal = Refusal(source.where, "it is a path outside of the project", source.site.path, source.site.cell)
            found.refused.append(refusal._replace(line=source.site.line))
        elif scene.project.kind(source.where) is None:
            if not _under_dvc(scene, source.where):
                refusal = Refusal(source.where, "it is read, and not there", source.site.path, source.site.cell)
                found.refused.append(refusal._replace(line=source.site.line))
        else:
            _add(scene, found, source.where, why)
    if unknown and not known:
        # Only a run could tell which: everything that looks like data, and is not made by the project.
        for file in scene.unit.files:
            if is_data_file(file.path) and not scene.unit.aside(file.path) and not scene.unit.is_test(file.path):
                _add(scene, found, file.path, f"data, which {unknown[0].site.path} may read")


def _add(scene: Scene, found: Candidates, path: str, why: str) -> None:
    """Take a path in, unless git does well enough for it."""
    kind = scene.project.kind(path)
    if kind is None or (scene.root / path).is_symlink():
        found.refused.append(Refusal(path, "a link" if kind else "there is no such file or folder", path))
        return
    in_git = _committed_below(scene, path)
    if why != "as you chose" and in_git and not _heaviest(scene).intersection(in_git):
        return
    found.paths.setdefault(path, why)


def _committed_below(scene: Scene, path: str) -> list[str]:
    assert scene.git is not None
    return [name for name in scene.git.committed if name == path or name.startswith(f"{path}/")]


def _heaviest(scene: Scene) -> set[str]:
    """Committed data that has to leave git so that what stays is small: the largest files first."""
    return scene.unit.once("data too heavy for git", lambda: _find_heaviest(scene))


def _find_heaviest(scene: Scene) -> set[str]:
    assert scene.git is not None
    unit = scene.unit
    prefix = "" if unit.path == "." else f"{unit.path}/"
    sizes = {path: blob.size or 0 for path, blob in scene.git.committed.items() if path.startswith(prefix)}
    data = sorted((path for path in sizes if is_data_file(path)), key=lambda path: (-sizes[path], path))
    rest = data_in_git(unit)
    heavy = {path for path, size in sizes.items() if size > SMALL and not path.endswith(_CODE)}
    for path in data:
        if rest <= SMALL:
            break
        rest -= sizes[path]
        heavy.add(path)
    return heavy


def _committed(scene: Scene, found: Candidates) -> None:
    """Files that are too large for git, and data of which git has too much in all."""
    assert scene.git is not None
    for path in sorted(_heaviest(scene)):
        if scene.project.kind(path) == "file" and not scene.unit.is_test(path):
            size = scene.git.committed[path].size or 0
            why = f"{size / 1e6:.1f} MB in git"
            found.paths.setdefault(path, why if size > SMALL else f"{why}, which has too much data in all")


def _models(scene: Scene, found: Candidates) -> None:
    """Models that git has as plain binaries, and those that the code keeps in files and no tracker has."""
    assert scene.git is not None
    unit = scene.unit
    for file in unit.files:
        if (
            is_model_file(file.path)
            and file.special is None
            and not unit.aside(file.path)
            and not unit.is_test(file.path)
        ):
            if file.tracked:
                found.paths.setdefault(file.path, "a model that git has as a plain binary")
            elif not any(kept.how == "tracker" for kept in kept_models(unit)):
                found.paths.setdefault(file.path, "a model that nothing versions")
    if not any(kept.how == "tracker" for kept in kept_models(unit)):
        for kept in kept_models(unit):
            if kept.where and scene.project.kind(kept.where) == "file":
                found.paths.setdefault(kept.where, f"a model that {kept.site.path} writes")
            elif kept.where and not _under_dvc(scene, kept.where):
                why = "no training has written it here yet; `jupyter mlops lift mlflow-tracking` versions every one"
                found.refused.append(Refusal(kept.where, why, kept.site.path, kept.site.cell, kept.site.line))
    found.models = {path for path in found.paths if is_model_file(path)}


def _under_dvc(scene: Scene, path: str) -> bool:
    return any(path == item.path or path.startswith(f"{item.path}/") for item in tracked(scene.unit))


def _drop_covered(scene: Scene, found: Candidates) -> None:
    """Without what is under DVC or git-lfs already, and without what lies in another candidate."""
    covered = [item.path for item in tracked(scene.unit)]
    for path in list(found.paths):
        inside = any(path == other or path.startswith(f"{other}/") for other in covered)
        around = [other for other in covered if other.startswith(f"{path}/")]
        within = any(path.startswith(f"{other}/") for other in found.paths)
        package = _package_of(scene, path)
        if package is not None and found.paths[path] != "as you chose":
            why = f"it is data of the package {package}, which pip installs with the code; `-O data={path}` moves it all the same"
            found.refused.append(Refusal(path, why, path))
            del found.paths[path]
        elif inside or within or ((scene.root / path).stat().st_size < 400 and _is_pointer(scene, path)):
            del found.paths[path]
        elif around:
            found.refused.append(Refusal(path, f"{around[0]} in it is under DVC by itself", path))
            del found.paths[path]


def _package_of(scene: Scene, path: str) -> str | None:
    """The installable package that holds a file as its data; None for one that is no part of any."""
    parts = path.split("/")[:-1]
    for depth in range(len(parts), 0, -1):
        folder = "/".join(parts[:depth])
        outside = "/".join(parts[: depth - 1]) or "."
        described = any(
            scene.project.exists(posixpath.normpath(f"{outside}/{name}")) for name in ("setup.py", "MANIFEST.in")
        )
        if described and scene.project.exists(f"{folder}/__init__.py"):
            return folder
    return None


def _is_pointer(scene: Scene, path: str) -> bool:
    return scene.project.kind(path) == "file" and (scene.project.read(path, 400) or b"").startswith(_LFS)


def _collapse(scene: Scene, found: Candidates) -> None:
    """Folders as a whole where they hold many data files and nothing else; folders with code in them file by file."""
    for path in [path for path in found.paths if scene.project.kind(path) == "folder"]:
        names = list(_below(scene, path))
        if any(name.lower().endswith(_CODE) for name in names) or any(
            (scene.root / name).is_symlink() for name in names
        ):
            why = found.paths.pop(path)
            for name in names:
                if is_data_file(name) and not (scene.root / name).is_symlink():
                    found.paths.setdefault(name, why)
    folders: dict[str, list[str]] = defaultdict(list)
    for path in found.paths:
        if path not in found.models and scene.project.kind(path) == "file" and "/" in path:
            folders[posixpath.dirname(path)].append(path)
    for folder, paths in folders.items():
        names = list(_below(scene, folder))
        if (
            len(paths) >= _MANY
            and set(names) == set(paths)
            and not any((scene.root / one).is_symlink() for one in names)
        ):
            why = found.paths[paths[0]]
            for path in paths:
                del found.paths[path]
            found.paths[folder] = f"{len(paths)} data files, {why}"


def _files(scene: Scene) -> list[str]:
    """Files of the walk, and ignored ones in folders of data."""
    return sorted({file.path for file in scene.project.walk.files} | set(_below(scene, scene.below("data"))))


def _below(scene: Scene, folder: str) -> Iterator[str]:
    """Every file below a folder, ignored ones included."""
    base = scene.root / folder
    for path in sorted(base.rglob("*")) if base.is_dir() else []:
        if path.is_symlink() or path.is_file():
            yield path.relative_to(scene.root).as_posix()
