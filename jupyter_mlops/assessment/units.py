"""Which units a folder holds."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.project import Project
from jupyter_mlops.project.walk import File

_MANIFESTS = frozenset(
    {
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "requirements.txt",
        "environment.yml",
        "environment.yaml",
        "pipfile",
        "conda.yaml",
        "conda.yml",
    }
)
_PIPELINES = frozenset({"dvc.yaml", "mlproject", "snakefile", "kedro.yml"})
_TRAIN_LIKE = re.compile(r"(^|[_\-/])(train|training|model|models|fit|trainer)([_\-]\w+)?\.py$")
_EXAMPLES = frozenset(
    {"examples", "example", "templates", "template", "tutorials", "tutorial", "samples", "demo", "demos", "cookbook"}
)


def find_units(project: Project, explicit: tuple[str, ...] = ()) -> list[Unit]:
    """The units of a project, by path; at least one.

    Args:
        project: the project.
        explicit: folders named in the configuration, relative to the assessed folder; they replace the search.
    """
    roots = [_join(project.folder, path) for path in explicit] if explicit else _search(project)
    owned: dict[str, list[File]] = defaultdict(list)
    by_depth = sorted(roots, key=len, reverse=True)
    shared: list[File] = list(project.above)
    for file in project.walk.files:
        owner = next((root for root in by_depth if _within(file.path, root)), None)
        if owner is None:
            shared.append(file)
        else:
            owned[owner].append(file)
    units = []
    for root in sorted(roots):
        parents = [other for other in roots if other != root and _within(f"{root}/x", other)]
        above = [file for parent in parents for file in owned[parent]]
        files = tuple(owned[root])
        units.append(
            Unit(
                project,
                root,
                _kind(project, root, files),
                files,
                tuple(sorted((*shared, *above), key=lambda file: file.path)),
            )
        )
    return units


def _search(project: Project) -> list[str]:
    manifests: set[str] = set()
    work: set[str] = set()
    converted: set[str] = set()
    pipelines: set[str] = set()
    for file in project.walk.files:
        name = file.name.lower()
        if file.special is not None:
            continue
        if name in _MANIFESTS:
            manifests.add(file.folder)
        if name == "conversion.json":
            converted.add(file.folder)
        if name in _PIPELINES:
            pipelines.add(file.folder)
        if (
            file.suffix == ".ipynb"
            or name in _PIPELINES
            or (file.suffix == ".py" and _TRAIN_LIKE.search(file.path.lower()))
        ):
            work.add(file.folder)
    manifests -= converted
    top = project.folder
    candidates = []
    for folder in sorted(manifests - {top}):
        if any(_within(f"{folder}/x", other) for other in converted):
            continue
        inner = [other for other in manifests if other != folder and _within(f"{other}/x", folder)]
        if any(
            _within(f"{place}/x", folder) and not any(_within(f"{place}/x", other) for other in inner) for place in work
        ):
            candidates.append(folder)
    own_work = [place for place in work if not any(_within(f"{place}/x", folder) for folder in candidates)]
    own_work = [place for place in own_work if not any(_within(f"{place}/x", folder) for folder in converted)]
    if top in manifests and own_work:
        # The top is a project: folders below with requirements of their own are its services, unless they stand apart.
        candidates = [folder for folder in candidates if _stands_apart(folder, pipelines, manifests, project)]
        return [top, *candidates]
    if len(candidates) < 2:
        return [top]
    return [top, *candidates] if own_work else candidates


def _stands_apart(folder: str, pipelines: set[str], manifests: set[str], project: Project) -> bool:
    parts = PurePosixPath(folder).parts
    apart = {"projects", "packages", "apps", "components"} & set(parts[:-1])
    has_readme = any(f"{folder}/{name}" in project.by_path for name in ("README.md", "readme.md", "README.rst"))
    return bool(apart) and (folder in pipelines or has_readme)


def _kind(project: Project, root: str, files: tuple[File, ...]) -> str:
    below = root if project.folder == "." else root.removeprefix(project.folder)
    if set(PurePosixPath(below).parts) & _EXAMPLES:
        return "example"
    suffixes = {file.suffix for file in files}
    if not suffixes & {".py", ".ipynb", ".r", ".jl", ".scala"}:
        infrastructure = suffixes & {".tf", ".yaml", ".yml", ".bicep"} or any(
            file.name == "Dockerfile" for file in files
        )
        return "infrastructure" if infrastructure else "ml-project"
    return "ml-project"


def _within(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _join(folder: str, path: str) -> str:
    joined = PurePosixPath(folder) / path
    return joined.as_posix()
