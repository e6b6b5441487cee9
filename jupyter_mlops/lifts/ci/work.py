"""What CI has to do for a project: the Python it needs, what to install, and what to run."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass, field

from jupyter_mlops.assessment.dvc_tracked import remotes
from jupyter_mlops.assessment.manifests import manifests
from jupyter_mlops.assessment.test_facts import tests
from jupyter_mlops.lifts.environment.installed import Environment, environment
from jupyter_mlops.lifts.environment.plan import wanted_python
from jupyter_mlops.lifts.lift import Refusal
from jupyter_mlops.lifts.manifests import target
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.marks import mapping, strings

#: Scheme of a DVC remote → extra of DVC that talks to it, and the secrets that it takes from the environment.
_REMOTES = {
    "s3": ("s3", ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
    "gs": ("gs", ("GOOGLE_APPLICATION_CREDENTIALS_DATA",)),
    "azure": ("azure", ("AZURE_STORAGE_CONNECTION_STRING",)),
    "http": ("", ()),
    "https": ("", ()),
}
_RUFF = ("ruff.toml", ".ruff.toml")
#: Of each file, where CI runs a pipeline by DVC; its own tests take as many.
_SAMPLE_ROWS = 1000


@dataclass
class Work:
    """What CI has to do.

    Attributes:
        python: version, "3.11".
        tool: what installs: "pip", "uv", "poetry" or "conda".
        environment_file: conda's; "" without it.
        install: commands, in order.
        data: commands that get the data; empty where git has it.
        secrets: environment variables with credentials that these need.
        checks: name → command.
        lock_files: files that change when other packages are needed.
        cannot: what is left out, and why.
        found: what all that rests on.
    """

    python: str
    tool: str = "pip"
    environment_file: str = ""
    install: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    secrets: tuple[str, ...] = ()
    checks: dict[str, str] = field(default_factory=dict)
    lock_files: list[str] = field(default_factory=list)
    cannot: list[Refusal] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def command(self, text: str) -> str:
        """A command in the environment that `install` makes."""
        return {"uv": f"uv run --no-sync {text}", "poetry": f"poetry run {text}"}.get(self.tool, text)


def work_of(scene: Scene) -> Work:
    """What CI has to do for a project; without checks where there is nothing that it could run.

    Args:
        scene: the project.
    """
    installed = environment(scene)
    place = target(scene)
    python = installed.version if place is None else wanted_python(scene, place, installed.version)
    work = Work(python)
    pipelines = _pipelines(scene)
    _data(scene, work, installed)
    blocked = any("data" in refusal.what for refusal in work.cannot)
    inside = tuple(f"{each}/" for each in pipelines)
    found = [test for test in tests(scene.unit) if not test.path.startswith(inside)]
    own = sorted({test.path for test in found if test.problem is None})
    # Those beside them, too, that assert something else: contracts of the data, above all.
    beside = sorted({test.path for test in found if test.near} - set(own))
    _install(scene, work, lists=bool(own))
    if own:
        _own_tests(scene, work, own, beside, installed)
    for folder in pipelines if not blocked else ():
        requirements = f"{folder}/requirements.txt"
        if scene.project.exists(requirements):
            _pip(work, f"-r {shlex.quote(requirements)}")
            work.lock_files.append(requirements)
        name = posixpath.basename(folder)
        work.checks[f"Test the pipeline {name}"] = work.command(f"python -m pytest {shlex.quote(f'{folder}/tests')}")
        work.found.append(f"{folder}/tests runs the pipeline and holds its results to what they were.")
        if _takes_samples(scene, folder):
            work.checks[f"Reproduce the pipeline {name} on a sample"] = work.command(
                f"dvc exp run --temp -S {shlex.quote(f'{folder}/params.yaml:sample_rows={_SAMPLE_ROWS}')} "
                f"{shlex.quote(f'{folder}/dvc.yaml')}"
            )
    if work.checks:
        _lint(scene, work, installed)
    return work


def _pipelines(scene: Scene) -> list[str]:
    """Folders of converted pipelines that have tests."""
    folders = [file.folder for file in scene.unit.files if file.name == "conversion.json" and file.special is None]
    tested = {file.folder for file in scene.unit.files if file.name.startswith("test_") and file.suffix == ".py"}
    return sorted(folder for folder in folders if f"{folder}/tests" in tested)


def _takes_samples(scene: Scene, folder: str) -> bool:
    """Whether DVC can run a pipeline on a part of its data: the parameter for that is among its own."""
    params = f"{folder}/params.yaml"
    if not (scene.project.exists(f"{folder}/dvc.yaml") and scene.project.exists(params)):
        return False
    return "sample_rows" in mapping(next(iter(scene.project.yaml(params)), None))


def _install(scene: Scene, work: Work, *, lists: bool) -> None:
    """How the project's own packages are installed: from its lock where there is one.

    Args:
        scene: the project.
        work: what CI has to do.
        lists: whether lists of packages count as well. Converted pipelines bring the list that they were proven with, and a
            project's own may be of another time: what it pins may no longer be had for this Python.
    """
    there = {file.path for file in scene.unit.files if file.special is None}
    own = {name: scene.below(name) for name in ("uv.lock", "poetry.lock", "pyproject.toml")}
    folder = "" if scene.unit.path == "." else f" --directory {shlex.quote(scene.unit.path)}"
    if own["uv.lock"] in there:
        work.tool = "uv"
        work.install.append(f"uv sync --locked --all-extras --all-groups{folder.replace('directory', 'project')}")
        work.lock_files.append(own["uv.lock"])
        return
    if own["poetry.lock"] in there:
        work.tool = "poetry"
        work.install += ["python -m pip install poetry", f"poetry install --no-interaction --all-extras{folder}"]
        work.lock_files.append(own["poetry.lock"])
        return
    found = [each for each in manifests(scene.unit) if posixpath.dirname(each.path) in ("", scene.unit.path)]
    conda = next((each.path for each in found if each.tool == "conda"), None)
    if conda is not None:
        work.tool, work.environment_file = "conda", conda
        work.lock_files.append(conda)
    for each in found:
        if each.tool == "requirements" and lists:
            _pip(work, f"-r {shlex.quote(each.path)}")
            work.lock_files.append(each.path)
    document = scene.project.toml(own["pyproject.toml"]) if own["pyproject.toml"] in there else {}
    setup = scene.below("setup.py")
    if "build-system" in document or setup in there:
        extras = [
            name
            for name in mapping(mapping(document.get("project")).get("optional-dependencies"))
            if name in ("test", "tests", "dev")
        ]
        place = "." if scene.unit.path == "." else f"./{scene.unit.path}"
        _pip(work, f"-e {shlex.quote(place + (f'[{extras[0]}]' if extras else ''))}")
        work.lock_files.append(own["pyproject.toml"] if document else setup)
    elif lists and strings(mapping(document.get("project")).get("dependencies")):
        # It is no package, so pip cannot install it; what it declares can be.
        names = strings(mapping(document.get("project")).get("dependencies"))
        _pip(work, " ".join(shlex.quote(name) for name in names))
        work.lock_files.append(own["pyproject.toml"])
    group = next(
        (name for name in ("dev", "test", "tests") if name in mapping(document.get("dependency-groups"))), None
    )
    if group is not None and lists:
        place = "" if scene.unit.path == "." else f"{shlex.quote(own['pyproject.toml'])}:"
        _pip(work, f"--group {place}{group}")
        work.lock_files.append(own["pyproject.toml"])


def _pip(work: Work, what: str) -> None:
    tool = "uv pip install" if work.tool == "uv" else work.command("python -m pip install")
    work.install.append(f"{tool} {what}")


def _own_tests(scene: Scene, work: Work, own: list[str], beside: list[str], installed: Environment) -> None:
    declared = {one.name for each in manifests(scene.unit) for one in (*each.requirements, *each.others)}
    if "pytest" not in declared:
        version = installed.version_of("pytest")
        _pip(work, f"pytest=={version}" if version else "pytest")
    places = sorted({path.split("/")[0] if "/" in path else path for path in (*own, *beside)})
    named = [path for path in places if not any(path.startswith(f"{other}/") for other in places)]
    work.checks["Test"] = work.command(f"python -m pytest {' '.join(shlex.quote(path) for path in named)}")
    work.found.append(f"{len(own)} {'file has' if len(own) == 1 else 'files have'} tests that call the project's code.")


def _data(scene: Scene, work: Work, installed: Environment) -> None:
    """How data comes to CI that git does not have."""
    outs = [file for file in scene.unit.files if file.suffix == ".dvc" and file.special is None and file.name != ".dvc"]
    if not outs:
        return
    roots = sorted({file.folder.partition("/.dvc")[0] for file in scene.unit.all_files if "/.dvc/" in f"/{file.path}"})
    places = [remote for root in roots or ["."] for remote in remotes(scene.unit, "." if root == ".dvc" else root)]
    usable = next((remote for remote in places if remote.url.partition("://")[0] in _REMOTES), None)
    if usable is None:
        why = "the DVC remote is a folder on one machine" if places else "DVC has no remote"
        refusal = Refusal("tests that need data under DVC", f"{why}, which CI cannot read", outs[0].path)
        work.cannot.append(refusal)
        return
    extra, secrets = _REMOTES[usable.url.partition("://")[0]]
    version = installed.version_of("dvc")
    _pip(work, shlex.quote(f"dvc{f'[{extra}]' if extra else ''}{f'=={version}' if version else ''}"))
    work.data.append(work.command("dvc pull"))
    work.secrets = secrets
    work.found.append(f"Data comes from the DVC remote {usable.url}.")


def _lint(scene: Scene, work: Work, installed: Environment) -> None:
    """ruff, where the project has chosen it."""
    there = {file.path for file in scene.unit.files}
    path = scene.below("pyproject.toml")
    settings = mapping(mapping(scene.project.toml(path)).get("tool")) if path in there else {}
    if "ruff" not in settings and not any(scene.below(name) in there for name in _RUFF):
        return
    declared = {one.name for each in manifests(scene.unit) for one in (*each.requirements, *each.others)}
    if "ruff" not in declared:
        version = installed.version_of("ruff")
        _pip(work, f"ruff=={version}" if version else "ruff")
    checks = dict(work.checks)
    work.checks.clear()
    work.checks["Lint"] = work.command(f"python -m ruff check {shlex.quote(scene.unit.path)}")
    work.checks.update(checks)
