"""What of a project does not belong into git, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.data_files import is_data_file
from jupyter_mlops.assessment.kept_models import is_model_file
from jupyter_mlops.lifts.ignoring import escaped
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.files import File

#: Bytes of data that may live in git beside the code, and of a file that is too large for it.
LARGE = 10_000_000
#: Files of a kind in a folder that are named one by one; of more, the kind is named.
_NAMED = 4


class _Rule(NamedTuple):
    """Lines that belong together.

    Attributes:
        comment: why, as a heading.
        lines: patterns.
        words: imports or file names that make them needed; always needed in a new repository where empty.
        rooted: whether they are for what usually lies in the root alone, so that a person may have anchored them there.
    """

    comment: str
    lines: tuple[str, ...]
    words: tuple[str, ...] = ()
    rooted: bool = False


_RULES = (
    _Rule("Python", ("__pycache__/",), (".py",)),
    _Rule("Jupyter", (".ipynb_checkpoints/",), (".ipynb",)),
    _Rule("Environments", (".venv/", "venv/"), rooted=True),
    _Rule("Secrets of this machine", (".env",)),
    _Rule("The system's own files", (".DS_Store", "Thumbs.db")),
    _Rule("Runs that MLflow keeps", ("mlruns/", "mlflow.db"), ("mlflow",), rooted=True),
    _Rule("Runs that Weights & Biases keeps", ("wandb/",), ("wandb",), rooted=True),
    _Rule("Logs of training", ("lightning_logs/",), ("lightning", "pytorch_lightning"), rooted=True),
    _Rule("Logs of training", ("catboost_info/",), ("catboost",), rooted=True),
    _Rule("Caches", (".pytest_cache/",), ("pytest",), rooted=True),
)
#: What is never wanted in a repository: taken out where it is committed.
JUNK = ("__pycache__/", ".ipynb_checkpoints/", ".venv/", "venv/", ".env", ".DS_Store", "Thumbs.db")


def groups(scene: Scene, *, new: bool) -> list[tuple[str, list[str]]]:
    """Comments and lines for `.gitignore`.

    Args:
        scene: the project.
        new: whether the repository has no commits yet; else only what something in the project calls for is listed.
    """
    used = _used(scene)
    found = []
    for rule in _RULES:
        wanted = bool(used.intersection(rule.words)) if rule.words else new or _is_there(scene, rule.lines)
        lines = [line for line in rule.lines if wanted and not _is_ignored(scene, line, rooted=rule.rooted)]
        found.append((rule.comment, [line for line in lines if line in JUNK or not _committed(scene, line)]))
    own = [f"/{name}/" for name in _environments(scene) if name not in (".venv", "venv")]
    found.append(("Environments", own))
    found += _data(scene, new=new)
    return found


def committed_junk(scene: Scene) -> list[str]:
    """Lines of `JUNK` that match something which git has all the same."""
    return [line for line in JUNK if _committed(scene, line)]


def _used(scene: Scene) -> set[str]:
    """Packages that are imported, and kinds of files that are there."""
    used = {file.suffix for file in scene.project.walk.files}
    for unit in (each.unit for each in scene.assessment.units):
        for path in unit.sources:
            source = scene.project.python(path)
            used |= {item.module.partition(".")[0] for item in (source.imports if source is not None else ())}
        if any(unit.is_test(path) for path in unit.sources):
            used.add("pytest")
    return used


def _is_there(scene: Scene, lines: tuple[str, ...]) -> bool:
    """Whether something that the lines are for is in the project and git would take it."""
    names = {line.strip("/") for line in lines}
    loose = {part for file in scene.project.walk.files if not file.tracked for part in file.path.split("/")}
    return bool(names & loose) or any((scene.root / name / "pyvenv.cfg").is_file() for name in names)


def _is_ignored(scene: Scene, line: str, *, rooted: bool) -> bool:
    """Whether git ignores such a thing already, whichever way that is written: anywhere, or where it lies."""
    if scene.git is None:
        return False
    sample = line + ("a-file" if line.endswith("/") else "")
    if scene.git.ignores(f"a-folder/{sample}"):
        return True
    return rooted and scene.git.ignores(sample) and not _lies_deeper(scene, line)


def _lies_deeper(scene: Scene, line: str) -> bool:
    """Whether such a thing is in a folder of the project, and git would take it."""
    name = line.strip("/")
    return any(name in file.path.split("/")[1:] for file in scene.project.walk.files if not file.tracked)


def _committed(scene: Scene, line: str) -> bool:
    name = line.strip("/")
    return scene.git is not None and any(name in path.split("/") for path in scene.git.index)


def _environments(scene: Scene) -> Iterator[str]:
    """Environments in the root, whatever they are called."""
    for entry in sorted(scene.root.iterdir()):
        if entry.is_dir() and ((entry / "pyvenv.cfg").is_file() or (entry / "conda-meta").is_dir()):
            yield entry.name


def _data(scene: Scene, *, new: bool) -> list[tuple[str, list[str]]]:
    """Data and models that git should not get: only files that it does not have yet."""
    environments = tuple(f"{name}/" for name in _environments(scene))
    loose = [
        file
        for file in scene.project.walk.files
        if not file.tracked and file.special is None and not file.path.startswith((".mlops/", *environments))
    ]
    models = [file for file in loose if is_model_file(file.path)] if new else []
    data = [file for file in loose if is_data_file(file.path) and file not in models]
    large = [file for file in loose if file not in models and file.size > LARGE]
    rest = sum(file.size for file in data if file not in large)
    for file in sorted(data, key=lambda file: (-file.size, file.path)):
        if rest > LARGE and file not in large:
            large.append(file)
            rest -= file.size
    large.sort(key=lambda file: file.path)
    return [
        ("Too large for git; `jupyter mlops lift dvc-init` puts it under DVC", _patterns(scene, large)),
        ("Models: kept by MLflow or DVC, not by git", _patterns(scene, models)),
    ]


def _patterns(scene: Scene, files: list[File]) -> list[str]:
    """The files one by one, or by folder and extension where they are many and no other file is meant."""
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in files:
        kinds[file.path.partition("/")[0] if "/" in file.path else "", file.suffix].append(file.path)
    lines = []
    for (top, suffix), paths in sorted(kinds.items()):
        alike = [file for file in scene.project.walk.files if file.suffix == suffix and file.path.startswith(f"{top}/")]
        # What belongs together stays together: the small ones of many go with the large ones.
        if len(paths) > _NAMED and top and suffix and not any(file.tracked for file in alike):
            lines.append(f"{escaped(top)}/**/*{suffix}")
        else:
            lines += [escaped(path) for path in paths]
    return lines
