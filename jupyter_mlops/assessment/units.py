"""Which units a folder holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.files import File, Files
from jupyter_mlops.project.project import Project

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
#: Extensions that those and the code have.
_TELLING = (".toml", ".py", ".cfg", ".txt", ".yml", ".yaml", ".json", ".ipynb", "")
_FITTING = (".fit(", ".train(", ".backward(", "fit_generator(")
#: Folders that are parts of a project, whatever they hold.
_COMPONENTS = frozenset(
    (
        *(
            "notebooks",
            "notebook",
            "research",
            "experiments",
            "src",
            "code",
            "training",
            "train",
            "serving",
            "service",
            "api",
            "app",
            "web",
            "backend",
            "frontend",
        ),
        *(
            "deployment",
            "deploy",
            "monitoring",
            "inference",
            "model",
            "models",
            "pipeline",
            "pipelines",
            "airflow",
            "dags",
            "mlflow",
            "docker",
            "ui",
            "streamlit",
        ),
    )
)
#: Folders of the parts of one system.
#: What a project of code has, and one that only builds and deploys.
_CODE = frozenset({".py", ".ipynb", ".r", ".jl", ".scala"})
_BUILDS = frozenset({".tf", ".yaml", ".yml", ".bicep"})
_SERVICES = frozenset({"services", "microservices", "apps", "components"})
#: Folders that tell, two together, that what is beside them is one system's, too.
_PARTS = frozenset(
    {
        *("training", "train", "serving", "service", "api", "app", "web", "backend", "frontend", "monitoring"),
        *("inference", "airflow", "dags", "ui", "streamlit"),
    }
)
#: Files that put services together.
_TOGETHER = ("dockerfile", "docker-compose", "compose.", "jenkinsfile", "makefile", "skaffold.", "tiltfile")
#: Folders of other people's code: a copy of a project in them is not a project of this repository.
_VENDORED = frozenset({"vendor", "vendored", "third_party", "third-party", "site-packages", "node_modules"})
_ASIDE = frozenset({"docs", "doc", "examples", "example", "templates", "template", "tests", "test"})
_EXAMPLES = frozenset(
    {
        "docs",
        "doc",
        "examples",
        "example",
        "templates",
        "template",
        "tutorials",
        "tutorial",
        "samples",
        "demo",
        "demos",
        "cookbook",
    }
)


def find_units(project: Project, explicit: tuple[str, ...] = ()) -> list[Unit]:
    """The units of a project, by path; at least one.

    Args:
        project: the project.
        explicit: folders named in the configuration, relative to the assessed folder; they replace the search.
    """
    roots = [_join(project.folder, path) for path in explicit] if explicit else _search(project)
    parts = project.walk.files.once(("units", tuple(roots), project.above), lambda: _shares(project, roots))
    return [Unit(project, root, kind, files, covering) for root, kind, files, covering in parts]


def _shares(project: Project, roots: list[str]) -> list[tuple[str, str, Files, Files]]:
    """Root, kind, own and covering files of each unit."""
    if roots == [project.folder]:
        return [(roots[0], _kind(project, roots[0], project.walk.files), project.walk.files, Files(project.above))]
    owned: dict[str, list[File]] = defaultdict(list)
    by_depth = sorted(roots, key=len, reverse=True)
    shared: list[File] = list(project.above)
    for file in project.walk.files:
        owner = next((root for root in by_depth if _within(file.path, root)), None)
        if owner is None:
            shared.append(file)
        else:
            owned[owner].append(file)
    found = []
    for root in sorted(roots):
        parents = [other for other in roots if other != root and _within(f"{root}/x", other)]
        above = [file for parent in parents for file in owned[parent]]
        files = Files(owned[root])
        covering = Files(sorted((*shared, *above), key=lambda file: file.path))
        found.append((root, _kind(project, root, files), files, covering))
    return found


@dataclass
class _Places:
    """Folders that hold something that tells.

    Attributes:
        manifests: a file that declares packages.
        work: a notebook, a pipeline, or code that fits a model.
        pipelines: a pipeline file.
        converted: a pipeline converted from a notebook, which belongs to the unit around it.
    """

    manifests: set[str] = field(default_factory=set)
    work: set[str] = field(default_factory=set)
    pipelines: set[str] = field(default_factory=set)
    converted: set[str] = field(default_factory=set)


def _search(project: Project) -> list[str]:
    places = _places(project)
    top = project.folder
    candidates = [folder for folder in sorted(places.manifests - {top}) if _works(folder, places)]
    candidates = [
        folder for folder in candidates if not any(_within(f"{folder}/x", other) for other in places.converted)
    ]
    candidates = [folder for folder in candidates if _is_project(folder, places, project)]
    candidates = [folder for folder in candidates if not _is_part(folder, project)]
    if len(candidates) < 2:
        return [top]
    rest = [place for place in places.work if not any(_within(f"{place}/x", folder) for folder in candidates)]
    own_work = any(not _ASIDE & set(PurePosixPath(place).parts) for place in rest)
    return [top, *candidates] if own_work or top in places.manifests else candidates


def _places(project: Project) -> _Places:
    found = _Places()
    for file in project.walk.files.suffixed(*_TELLING):
        name = file.name.lower()
        if not _VENDORED.isdisjoint(file.folder.split("/")) and _vendored(project, file.folder):
            continue
        if name in _MANIFESTS:
            found.manifests.add(file.folder)
        elif name == "conversion.json":
            found.converted.add(file.folder)
        elif name in _PIPELINES:
            found.pipelines.add(file.folder)
            found.work.add(file.folder)
        elif file.suffix == ".ipynb" or (file.suffix == ".py" and _fits(project, file)):
            found.work.add(file.folder)
    found.manifests -= found.converted
    found.work = {place for place in found.work if not any(_within(f"{place}/x", folder) for folder in found.converted)}
    return found


def _vendored(project: Project, folder: str) -> bool:
    below = folder if project.folder == "." else folder.removeprefix(project.folder)
    return not _VENDORED.isdisjoint(below.split("/"))


def _fits(project: Project, file: File) -> bool:
    """Whether a Python file may fit a model: a cheap look, since it only decides where units begin."""
    if file.name.startswith("test_") or file.size > 200_000:
        return False
    text = project.text(file.path) or ""
    return any(word in text for word in _FITTING)


def _works(folder: str, places: _Places) -> bool:
    """Whether there is work in a folder that belongs to no unit further down."""
    inner = [other for other in places.manifests if other != folder and _within(f"{other}/x", folder)]
    return any(
        _within(f"{place}/x", folder) and not any(_within(f"{place}/x", other) for other in inner)
        for place in places.work
    )


def _is_project(folder: str, places: _Places, project: Project) -> bool:
    """Whether a folder with work and requirements is a project of its own, and not a service of the one around it."""
    if PurePosixPath(folder).name.lower() in _COMPONENTS:
        return False
    described = any(
        f"{folder}/{name}" in project.by_path for name in ("README.md", "readme.md", "Readme.md", "README.rst")
    )
    packaged = any(f"{folder}/{name}" in project.by_path for name in ("pyproject.toml", "setup.py"))
    return described or packaged or folder in places.pipelines


def _is_part(folder: str, project: Project) -> bool:
    """Whether a folder is one part of a system: beside its other parts, or among services that one file puts together."""
    parent = PurePosixPath(folder).parent
    start = "" if str(parent) == "." else f"{parent}/"
    beside = {file.path[len(start) :].partition("/")[0] for file in project.walk.files if file.path.startswith(start)}
    if len(beside & _PARTS - {PurePosixPath(folder).name}) >= 2:
        return True
    if f"{folder}/MLproject" in project.by_path and any(
        file.name == "MLproject" and file.folder != folder and _within(folder, file.folder)
        for file in project.walk.files.named("MLproject")
    ):
        return True  # a step that the project around it runs
    if parent.name.lower() not in _SERVICES:
        return False
    together = [file for file in project.walk.files if _puts_together(file) and not _within(file.path, str(parent))]
    texts = [project.text(file.path) or "" for file in together]
    others = [f"{start}{name}" for name in beside]
    return any(folder in text and sum(other in text for other in others) >= 2 for text in texts)


def _puts_together(file: File) -> bool:
    named = file.name.lower().startswith(_TOGETHER) or file.path.startswith(".github/workflows/")
    return named and file.special is None and file.size < 200_000


def _kind(project: Project, root: str, files: Files) -> str:
    below = root if project.folder == "." else root.removeprefix(project.folder)
    if set(PurePosixPath(below).parts) & _EXAMPLES:
        return "example"
    if files.which("code of any kind", lambda file: file.suffix in _CODE):
        return "ml-project"
    builds = any(file.suffix in _BUILDS or file.name == "Dockerfile" for file in files)
    return "infrastructure" if builds else "ml-project"


def _within(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _join(folder: str, path: str) -> str:
    joined = PurePosixPath(folder) / path
    return joined.as_posix()
