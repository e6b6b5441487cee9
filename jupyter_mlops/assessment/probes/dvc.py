"""DVC: tracked data, stages, and whether `dvc.lock` says what the files say. Computed from the files, without DVC."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jupyter_mlops.assessment.dvc_lock import LockCheck, check_lock
from jupyter_mlops.assessment.findings import PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Pipeline, Probe, Stage
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.marks import MarkedDict, MarkedList, entries, items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.reach import LAUNCH
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


def _files(unit: Unit, name: str) -> list[str]:
    return [file.path for file in unit.named(name)]


def _launches(unit: Unit) -> Iterator[Launch]:
    for path in _files(unit, "dvc.yaml"):
        for name, stage, line in _stages(unit, path):
            script = "\n".join(strings(stage.get("cmd")))
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            yield Launch(
                id=f"{path}#{name}",
                kind="stage",
                path=path,
                line=line_of(stage, "cmd") or line,
                script=script,
                folder=folder,
                name=name.partition("@")[0],
                group=path,
            )


def _stages(unit: Unit, path: str) -> Iterator[tuple[str, dict[Any, Any], int | None]]:
    """Stages with `foreach` and `matrix` taken as one, and `vars` and parameters filled in."""
    document = mapping(next(iter(unit.project.yaml(path)), None))
    values = _template_values(unit, path, document)
    for name, stage, line in items(document.get("stages")):
        inner = mapping(stage)
        if isinstance(inner.get("do"), dict):
            inner = inner["do"]
        yield name, _filled(inner, values), line


def _template_values(unit: Unit, path: str, document: dict[Any, Any]) -> dict[str, Any]:
    folder = posixpath.dirname(path) or "."
    found: dict[str, Any] = {}
    params = join(folder, "params.yaml")
    if unit.project.exists(params):
        found |= mapping(next(iter(unit.project.yaml(params)), None))
    for item in sequence(document.get("vars")):
        if isinstance(item, dict):
            found |= item
        elif isinstance(item, str) and item.endswith((".yaml", ".yml")):
            found |= mapping(next(iter(unit.project.yaml(join(folder, item.partition(":")[0]))), None))
    return found


_TEMPLATE = lazy(r"\$\{([\w.\[\]-]+)\}")


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str) and "${" in value:
        return _TEMPLATE.sub(lambda found: _looked_up(found, values), value)
    if isinstance(value, MarkedDict):
        mapped = MarkedDict(value.line)
        mapped.update({key: _filled(item, values) for key, item in value.items()})
        mapped.lines = value.lines
        return mapped
    if isinstance(value, MarkedList):
        listed = MarkedList(value.line)
        listed.extend(_filled(item, values) for item in value)
        listed.lines = value.lines
        return listed
    return value


def _looked_up(found: re.Match[str], values: Any) -> str:
    for part in found[1].split("."):
        values = mapping(values).get(part)
    return found[0] if values is None or isinstance(values, (dict, list)) else str(values)


def _outs(stage: dict[Any, Any]) -> Iterator[tuple[str, str, int | None, dict[Any, Any]]]:
    """Kind, path, line and options of everything that a stage writes."""
    for kind in ("outs", "metrics", "plots", "outs_persist", "outs_no_cache", "metrics_no_cache"):
        for item, line in entries(stage.get(kind)):
            if isinstance(item, str):
                yield kind, item, line, {}
            elif isinstance(item, dict) and item:
                name = next(iter(item))
                yield kind, str(name), line, mapping(item[name])


def _pipelines(unit: Unit) -> Iterator[Pipeline]:
    for path in _files(unit, "dvc.yaml"):
        stages = []
        for name, stage, line in _stages(unit, path):
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            deps = [join(folder, dep) for dep in strings(stage.get("deps"))]
            outs = [join(folder, out) for _kind, out, _line, _options in _outs(stage)]
            stages.append(
                Stage(
                    name,
                    path,
                    line,
                    inputs=frozenset(deps),
                    outputs=frozenset(outs),
                    node=(f"{path}#{name}", LAUNCH),
                    problem=_stage_problem(unit, f"{path}#{name}", stage),
                )
            )
        stages = _joined_folders(stages)
        if stages:
            initialised = _root_of(unit, path)
            yield Pipeline(
                "dvc",
                "DVC",
                path,
                stages[0].line,
                tuple(stages),
                started_by="dvc repro",
                problem=None if initialised is not None else "`dvc init` never ran here: there is no committed .dvc",
                keeps_state=True,
            )


def _joined_folders(stages: list[Stage]) -> list[Stage]:
    """An out that lies below a dependency, or above it, connects the two as well."""
    outs = {out for stage in stages for out in stage.outputs}
    joined = []
    for stage in stages:
        more = {
            out
            for out in outs
            for dep in stage.inputs
            if out != dep and (dep.startswith(f"{out}/") or out.startswith(f"{dep}/"))
        } - stage.outputs
        joined.append(
            Stage(
                stage.name,
                stage.path,
                stage.line,
                inputs=stage.inputs | more,
                outputs=stage.outputs,
                node=stage.node,
                problem=stage.problem,
            )
        )
    return joined


def _stage_problem(unit: Unit, launch_id: str, stage: dict[Any, Any]) -> str | None:
    if not strings(stage.get("cmd")):
        return "the stage has no command"
    launch = next((launch for launch in unit.launches if launch.id == launch_id), None)
    if launch is None:
        return None
    for target, _command in _targets(launch):
        if (
            target.kind in ("script", "notebook", "shell")
            and "$" not in target.value
            and not unit.project.exists(target.value)
        ):
            return f"it runs {target.value}, which is not there"
    return None


def _targets(launch: Launch) -> Iterator[Any]:
    from jupyter_mlops.project.commands import targets

    for command in launch.commands:
        for target in targets(command, launch.folder):
            yield target, command


def _root_of(unit: Unit, path: str) -> str | None:
    """The DVC project around a path: the nearest folder up with a `.dvc` that `dvc init` made."""
    folder = posixpath.dirname(path) or "."
    while True:
        # DVC does without a configuration, and some do not commit theirs.
        if any(unit.project.exists(join(folder, name)) for name in (".dvc/config", ".dvc/.gitignore")):
            return folder
        if folder == ".":
            return None
        folder = posixpath.dirname(folder) or "."


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


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _tracked_data(unit)
    for path in _files(unit, "dvc.yaml"):
        check = lock_of(unit, path)
        yield from _lock_findings(unit, path, check)
        yield from _parameters(unit, path)
        yield from _metrics(unit, path, check)


def lock_of(unit: Unit, path: str) -> LockCheck | None:
    """What `dvc.lock` beside a `dvc.yaml` says; None without one."""
    return unit.once(f"dvc.lock of {path}", lambda: _lock_of(unit, path))


def _lock_of(unit: Unit, path: str) -> LockCheck | None:
    lock = join(posixpath.dirname(path) or ".", "dvc.lock")
    if not unit.project.exists(lock):
        return None
    stages = {name: stage for name, stage, _line in _stages(unit, path)}
    return check_lock(unit.project, path, lock, stages)


def _lock_findings(unit: Unit, path: str, check: LockCheck | None) -> Iterator[Finding]:
    stages = list(_stages(unit, path))
    if not stages:
        return
    if check is None:
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E2,
            f"{path} has no dvc.lock: nothing records what the pipeline ran with.",
            part="lock",
            path=path,
            line=stages[0][2],
            effect="cap",
            raise_by="Run `dvc repro` and commit dvc.lock.",
        )
        return
    if check.problem is None:
        proven = check.checked_all
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E4 if proven else Rung.E3,
            f"dvc.lock matches the commands, parameters and {'all files' if proven else 'the files that are here'} of {len(stages)} stages.",
            part="lock",
            confidence=PARSED,
            path=check.path,
            line=check.line,
        )
    else:
        yield Finding(
            "dvc",
            "pipeline-reproducible",
            Rung.E2,
            f"dvc.lock is stale: {check.problem}.",
            part="lock",
            confidence=PARSED,
            path=check.path,
            line=check.line,
            effect="cap",
            raise_by="Run `dvc repro` and commit dvc.lock.",
        )


def _parameters(unit: Unit, path: str) -> Iterator[Finding]:
    for name, stage, line in _stages(unit, path):
        for item, item_line in entries(stage.get("params")):
            listed = mapping(item)
            file = next(iter(listed)) if listed else "params.yaml"
            place = join(posixpath.dirname(path) or ".", str(file))
            if unit.project.exists(place):
                yield Finding(
                    "dvc",
                    "pipeline-reproducible",
                    Rung.E3,
                    f"Stage {name} reads its parameters from {place}.",
                    part="parameters",
                    confidence=PARSED,
                    path=path,
                    line=item_line or line,
                    chain=(f"{path}:{line}", place),
                )
                break


def _metrics(unit: Unit, path: str, check: LockCheck | None) -> Iterator[Finding]:
    for name, stage, line in _stages(unit, path):
        for kind, out, out_line, _options in _outs(stage):
            if kind.startswith("metrics"):
                recorded = check is not None and check.problem is None
                yield Finding(
                    "dvc",
                    "metrics-recorded",
                    Rung.E4 if recorded else Rung.E3,
                    f"Stage {name} writes the metrics file {out}.",
                    confidence=PARSED,
                    path=path,
                    line=out_line or line,
                )


def recorded_metrics(unit: Unit, path: str, check: LockCheck) -> Iterator[tuple[str, int | None]]:
    """Metrics files of a `dvc.yaml` that its lock records, and their lines.

    Args:
        unit: the unit.
        path: the dvc.yaml.
        check: what its lock says.
    """
    for _name, stage, line in _stages(unit, path):
        folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
        for kind, out, out_line, _options in _outs(stage):
            if kind.startswith("metrics") and join(folder, out) in check.recorded:
                yield out, out_line or line


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
    root = _root_of(unit, by)
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

    for path in _files(unit, "dvc.yaml"):
        check = lock_of(unit, path)
        root = _root_of(unit, path)
        initialised = root is not None
        reachable = root is not None and any(remote.problem is None for remote in remotes(unit, root))
        lost = _lost_inputs(unit, path)
        for name, stage, line in _stages(unit, path):
            folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
            for kind, out, out_line, options in _outs(stage):
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
    for name, stage, _line in _stages(unit, path):
        folder = join(posixpath.dirname(path) or ".", str(stage.get("wdir") or "."))
        needs[name] = [join(folder, dep) for dep in strings(stage.get("deps")) if "$" not in dep]
        makers |= {join(folder, out): name for _kind, out, _line, _options in _outs(stage)}
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
    from jupyter_mlops.assessment.data_reads import is_data_file
    from jupyter_mlops.assessment.kept_models import is_model_file

    folder, _, name = path.rpartition("/")
    if is_model_file(path) or "model" in name.lower():
        return True
    beside = any(is_model_file(item.path) and item.path.rpartition("/")[0] == folder for item in tracked(unit))
    return beside and "." in name and not is_data_file(path)


def _tracked_data(unit: Unit) -> Iterator[Finding]:
    for item in tracked(unit):
        if item.by.endswith("dvc.yaml"):
            continue
        part = "model" if is_of_model(unit, item.path) else "data"
        yield Finding(
            "dvc",
            "data-versioned",
            item.rung,
            item.message,
            part=part,
            confidence=PARSED,
            path=item.by,
            line=item.line,
            raise_by=item.raise_by,
        )


PROBE = Probe(
    id="dvc",
    title="DVC",
    reads="dvc.yaml, dvc.lock, *.dvc, .dvc/config, params.yaml",
    credits="configured: .dvc files without a remote that others can reach, stages without a lock · wired: with one, connected stages, a lock that matches · proven: all hashes checked",
    launches=_launches,
    pipelines=_pipelines,
    findings=_findings,
)
