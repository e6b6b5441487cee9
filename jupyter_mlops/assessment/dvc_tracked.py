"""What is under DVC, and whether anybody else can have it."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_mlops.assessment.dvc_stages import files_named, lock_of, outs_of, root_of, stages_of
from jupyter_mlops.assessment.findings import Rung
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import entries, line_of, mapping, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join


class Remote(NamedTuple):
    """Where DVC's objects are kept.

    Attributes:
        path: the configuration file.
        line: of its URL.
        url: as written.
        problem: why nobody else can use it; None when they can.
    """

    path: str
    line: int | None
    url: str
    problem: str | None


def remotes(unit: Unit, root: str) -> list[Remote]:
    """The remotes of a DVC project.

    Args:
        unit: the unit.
        root: the folder that holds `.dvc`.
    """
    path = join(root, ".dvc/config")
    text = unit.project.text(path) or ""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        unit.project.note(path, "not a valid DVC configuration")
        return []
    found = []
    for section in parser.sections():
        name = re.match(r"""'?remote\s+"([^"]+)"'?""", section)
        url = parser.get(section, "url", fallback="").strip() if name else ""
        if url:
            line = next(
                (number for number, line in enumerate(text.splitlines(), 1) if "url" in line and url in line), None
            )
            endpoint = parser.get(section, "endpointurl", fallback="")
            found.append(Remote(path, line, url, _remote_problem(unit, root, url, endpoint)))
    return found


_PLACEHOLDER = lazy(r"your[-_]|<|>|changeme|path/to|\bxxx|://(?-i:[A-Z]+(_[A-Z]+)+)(/|$)", re.IGNORECASE)


_HERE = lazy(r"://(localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal)\b")


def _remote_problem(unit: Unit, root: str, url: str, endpoint: str) -> str | None:
    if _PLACEHOLDER.search(url):
        return "it is a placeholder"
    if _HERE.search(url) or _HERE.search(endpoint):
        return "it is a service on one machine"
    if "://" in url and not url.startswith(("file://", "local://")):
        return None
    if url.startswith(("/", "~", "file://", "local://")) or re.match(r"[A-Za-z]:[\\/]", url):
        return "it is a folder on one machine"
    inside = join(join(root, ".dvc"), url)
    if inside.startswith(".."):
        return "it is a folder outside of the repository, on one machine"
    git = unit.project.git
    if git is not None and any(path.startswith(f"{inside}/") for path in git.committed):
        return None
    return "it is a folder of the repository, and its objects are not committed"


class Tracked(NamedTuple):
    """Something under DVC.

    Attributes:
        path: the data, relative to the base.
        by: the file that says so.
        line: where.
        rung: what that is worth.
        message: one sentence.
        raise_by: what would raise it.
        lost: nobody else can have it, nor make it again.
    """

    path: str
    by: str
    line: int | None
    rung: Rung
    message: str
    raise_by: str | None = None
    lost: bool = False


def tracked(unit: Unit) -> list[Tracked]:
    """Everything under DVC: `.dvc` files, and outs of stages."""
    return unit.once("dvc tracked", lambda: [*_dvc_files(unit), *_stage_outs(unit)])


def _dvc_files(unit: Unit) -> Iterator[Tracked]:
    for file in unit.all_files.suffixed(".dvc"):
        document = mapping(next(iter(unit.project.yaml(file.path)), None))
        for entry, line in entries(document.get("outs")):
            out = mapping(entry)
            path = join(join(file.folder, str(document.get("wdir") or ".")), str(out.get("path") or ""))
            if not (out.get("md5") or out.get("etag") or out.get("checksum") or out.get("files")):
                continue
            yield _with_remote(unit, path, file.path, line_of(out, "path") or line)


def _with_remote(unit: Unit, path: str, by: str, line: int | None) -> Tracked:
    git = unit.project.git
    if git is not None and (path in git.committed or any(name.startswith(f"{path}/") for name in git.committed)):
        return Tracked(
            path,
            by,
            line,
            Rung.E2,
            f"{path} is under DVC and committed to git as well.",
            f"`git rm -r --cached {path}`.",
        )
    root = root_of(unit, by)
    if root is None:
        return Tracked(
            path,
            by,
            line,
            Rung.E1,
            f"{path} has a .dvc file, but `dvc init` never ran.",
            "Run `dvc init` and commit .dvc/config.",
        )
    found = remotes(unit, root)
    if not found:
        return Tracked(
            path,
            by,
            line,
            Rung.E2,
            f"{path} is under DVC, which has no remote: the data is on one machine.",
            "Add one: `dvc remote add -d storage <url>`, and `dvc push`.",
        )
    good = [remote for remote in found if remote.problem is None]
    if not good:
        return Tracked(
            path,
            by,
            line,
            Rung.E2,
            f"{path} is under DVC, with the remote {found[0].url}: {found[0].problem}.",
            "Use a remote that others can reach.",
        )
    return Tracked(path, by, line, Rung.E3, f"{path} is under DVC with the remote {good[0].url}.")


def _stage_outs(unit: Unit) -> Iterator[Tracked]:
    from jupyter_mlops.assessment.kept_models import is_model_file

    for path in files_named(unit, "dvc.yaml"):
        check = lock_of(unit, path)
        root = root_of(unit, path)
        initialised = root is not None
        reachable = root is not None and any(remote.problem is None for remote in remotes(unit, root))
        lost = _lost_inputs(unit, path)
        for name, stage, line in stages_of(unit, path):
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            for kind, out, out_line, options in outs_of(stage):
                place = join(folder, out)
                uncached = options.get("cache") is False
                if kind.startswith(("metrics", "plots")) or (uncached and not is_model_file(place)):
                    continue
                known = check is not None and place in check.recorded
                # A remote has what the stage wrote when it was last run, not what it writes now.
                current = reachable and not uncached and check is not None and name not in check.stale
                if known and name in lost and not current:
                    message = f"{place} is an out of stage {name}, which needs {lost[name]}: no stage makes that, and neither git nor a remote of DVC has it."
                    raise_by = f"`dvc add {lost[name]}`, and add a remote."
                    yield Tracked(place, path, out_line or line, Rung.E2, message, raise_by, lost=True)
                elif (
                    known and initialised and check is not None and name in check.stale and (uncached or not reachable)
                ):
                    message = f"{place} is an out of stage {name}, which has changed since dvc.lock was written; no remote holds what it wrote."
                    yield Tracked(
                        place,
                        path,
                        out_line or line,
                        Rung.E2,
                        message,
                        "Run `dvc repro` and commit dvc.lock; add a remote.",
                    )
                elif known and initialised:
                    message = f"{place} is an out of stage {name}: dvc.lock records the code, parameters and inputs it came from."
                    yield Tracked(place, path, out_line or line, Rung.E3, message)
                elif known:
                    message = f"{place} is an out of stage {name}, in a project where `dvc init` never ran."
                    yield Tracked(place, path, out_line or line, Rung.E2, message, "Run `dvc init` and commit .dvc.")
                else:
                    message = f"{place} is an out of stage {name}, which no dvc.lock records."
                    yield Tracked(
                        place, path, out_line or line, Rung.E2, message, "Run `dvc repro` and commit dvc.lock."
                    )


def _lost_inputs(unit: Unit, path: str) -> dict[str, str]:
    """Stages that depend, directly or through other stages, on a file that nobody else can have: the stage → the file."""
    needs: dict[str, list[str]] = {}
    makers: dict[str, str] = {}
    for name, stage, _line in stages_of(unit, path):
        folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
        needs[name] = [join(folder, dep) for dep in strings(stage.get("deps")) if "$" not in dep]
        makers |= {join(folder, out): name for _kind, out, _line, _options in outs_of(stage)}
    git = unit.project.git
    kept = set(git.committed) if git is not None else set()
    kept |= {item.path for item in _dvc_files(unit) if item.rung >= Rung.E3}

    def made_by(dep: str) -> str | None:
        return next((name for out, name in makers.items() if _overlap(dep, out)), None)

    def lost(name: str, seen: frozenset[str]) -> str | None:
        for dep in needs[name]:
            maker = made_by(dep)
            if maker is None:
                if dep not in kept and "://" not in dep and not any(_overlap(dep, path) for path in kept):
                    return dep
            elif maker not in seen and (found := lost(maker, seen | {maker})) is not None:
                return found
        return None

    found = {name: lost(name, frozenset({name})) for name in needs}
    return {name: dep for name, dep in found.items() if dep is not None}


def _overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one is below the other."""
    one, other = one.rstrip("/"), other.rstrip("/")
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def is_of_model(unit: Unit, path: str) -> bool:
    """Whether something under DVC is a model, or tells of one: `models/metadata.json` beside `models/model.joblib`."""
    from jupyter_mlops.assessment.data_files import is_data_file
    from jupyter_mlops.assessment.kept_models import is_model_file

    folder, _, name = path.rpartition("/")
    if is_model_file(path) or "model" in name.lower():
        return True
    beside = any(is_model_file(item.path) and item.path.rpartition("/")[0] == folder for item in tracked(unit))
    return beside and "." in name and not is_data_file(path)
