"""Data that code reads and models that it keeps: can each be brought back as it was?"""

from __future__ import annotations

import ast
import posixpath
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from jupyter_mlops.assessment.absent_loaders import absent_loaders
from jupyter_mlops.assessment.data_names import named_data
from jupyter_mlops.assessment.data_reads import Source, find_file, is_data_file, reads
from jupyter_mlops.assessment.findings import CALL, CONVENTION, Finding, Rung
from jupyter_mlops.assessment.kept_models import Kept, is_model_file, kept_models
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.dvc import Tracked, is_of_model, tracked
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.stand_ins import is_the_data
from jupyter_mlops.assessment.taken_in import records, taken_in
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers, written
from jupyter_mlops.project.files import File
from jupyter_mlops.project.git import Git
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

#: Data files of this many bytes in all may live in git beside the code.
_SMALL = 10_000_000
_LFS = b"version https://git-lfs.github.com/spec/v1"


_LOADED = lazy(r"^mlflow\.[\w.]*load_model\(\)\.|^bentoml\.[\w.]*load_model\(\)\.")


class _Verdict(NamedTuple):
    rung: Rung
    message: str
    raise_by: str | None
    where: tuple[str, int | None] | None = None
    lost: bool = False


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _data(unit)
    yield from _models(unit)


def relevant_reads(unit: Unit) -> list[Source]:
    """What the code that trains reads, and the code before it."""
    groups = relevant(unit)
    return [
        source
        for source in reads(unit)
        if (not groups or unit.reach.groups(source.site.path, source.site.scope) & groups)
        and not (source.kind == "file" and unit.is_test(source.where))
        and not _only_watches(unit, source.site.path)
        and not _is_watched(unit, source.site)
    ]


def _only_watches(unit: Unit, path: str) -> bool:
    """Whether code compares live data with a reference or scores it, and trains nothing: what it reads is no training data."""
    return unit.once(f"only watches {path}", lambda: _watches(unit, path))


def _is_watched(unit: Unit, site: Site) -> bool:
    """Whether a function compares live data with a reference and fits nothing: what it reads itself is what it watches."""
    from jupyter_mlops.assessment.probes.drift import checks

    here = (site.path, site.scope)
    return bool(site.scope) and here in {(one.path, one.scope) for one in checks(unit)} - {
        (one.path, one.scope) for one in trainings(unit)
    }


def _watches(unit: Unit, path: str) -> bool:
    from jupyter_mlops.assessment.probes.drift import checks

    if any(site.path == path for site in trainings(unit)):
        return False
    return any(site.path == path for site in checks(unit)) or _scores(unit, path)


def _scores(unit: Unit, path: str) -> bool:
    """Whether code loads a model that is kept and asks it: `load_model("models:/churn@champion").predict(rows)`."""
    source = unit.project.python(path)
    return source is not None and any(
        call.attribute.startswith("predict") and _LOADED.search(call.name) for call in source.calls
    )


def is_derived(unit: Unit, source: Source) -> bool:
    """Whether a file that is read is one that the project's own code makes."""
    made = unit.once("made files", lambda: {kept.where for kept in kept_models(unit)} | _outputs(unit))
    return source.kind == "file" and (
        source.where in made or bool(makers(unit, source.text)) or is_model_file(source.where)
    )


def _data(unit: Unit) -> Iterator[Finding]:
    sources = relevant_reads(unit)
    if all(source.kind == "bundled" for source in sources):
        sources = [*sources, *(records(unit) if sources else taken_in(unit))]
    judged: list[tuple[Source, _Verdict]] = []
    for source in sources:
        if source.kind == "bundled" or is_derived(unit, source) or (source.fallback and _has_named(unit)):
            continue
        verdict = _in_its_stage(unit, source, _source_verdict(unit, source))
        verdict = verdict if verdict is None or verdict.rung >= Rung.E3 else _snapshot_of(unit, source) or verdict
        if verdict is not None:
            judged.append((source, verdict))
    if not judged:
        yield from _without_known_sources(unit, sources)
        return
    good = [pair for pair in judged if pair[1].rung >= Rung.E3]
    bad = [pair for pair in judged if pair[1].rung < Rung.E3]
    for source, verdict in good[:5]:
        yield _at(source.site, "data", verdict)
    for source, verdict in sorted(bad, key=lambda pair: -pair[1].rung)[:5]:
        yield _at(source.site, "data", verdict)
    # Whatever else is under DVC, nobody else can have what this comes from.
    lost = [pair for pair in bad if pair[1].lost]
    if bad and (good or lost):
        source, verdict = (lost or bad)[0]
        yield _at(source.site, "data", verdict._replace(rung=Rung.E2), cap=True)
    elif good:
        yield from _lost_to_stages(unit)


def _lost_to_stages(unit: Unit) -> Iterator[Finding]:
    """What stages that lead to training depend on and nobody else can have, though no call is seen that reads it."""
    groups = relevant(unit)
    for item in tracked(unit):
        if item.lost and item.by in groups:
            yield Finding(
                "data-sources",
                "data-versioned",
                Rung.E2,
                item.message,
                part="data",
                confidence=CONVENTION,
                path=item.by,
                line=item.line,
                effect="cap",
                raise_by=item.raise_by,
            )
            return


def _has_named(unit: Unit) -> bool:
    """Whether the data is there that the code would fetch if it were not: files that it names, all of them versioned."""
    verdicts = [file_verdict(unit, name.data) for name in named_data(unit)]
    return bool(verdicts) and all(verdict is not None and verdict.rung >= Rung.E3 for verdict in verdicts)


def _outputs(unit: Unit) -> set[str]:
    """What pipelines write: data made from other data."""
    return {out for pipeline in unit.pipelines for stage in pipeline.stages for out in stage.outputs}


def _at(site: Site, part: str, verdict: _Verdict, *, cap: bool = False) -> Finding:
    chain: tuple[str, ...] = ()
    if verdict.where is not None:
        file, line = verdict.where
        chain = (file if line is None else f"{file}:{line}",)
    return Finding(
        "data-sources",
        "data-versioned",
        verdict.rung,
        verdict.message,
        part=part,
        confidence=CALL,
        path=site.path,
        line=site.line,
        end_line=site.end_line,
        cell=site.cell,
        chain=chain,
        raise_by=verdict.raise_by,
        effect="cap" if cap else "support",
    )


def _in_its_stage(unit: Unit, source: Source, verdict: _Verdict | None) -> _Verdict | None:
    """A stage that fetches data from outside gives it a version: that of its out, which the lock records.

    A step that is handed its data reads what the pipeline says that it needs.
    """
    if source.kind == "unknown":
        for pipeline in unit.pipelines:
            for stage in pipeline.stages:
                inputs = sorted(name for name in stage.inputs - _outputs(unit) if is_data_file(name))
                here = not pipeline.keeps_state and inputs and stage.node is not None
                if here and stage.node and (source.site.path, source.site.scope) in unit.reach.behind(stage.node):
                    known = [found for name in inputs if (found := file_verdict(unit, name)) is not None]
                    if known:
                        return min(known, key=lambda found: found.rung)
    if source.kind not in ("url", "database", "unknown", "hub") or (verdict is not None and verdict.rung >= Rung.E3):
        return verdict
    under = _stage_of(unit, source.site, read=True)
    if under is None or (under.rung < Rung.E3 and not under.lost):
        return verdict
    return _Verdict(under.rung, under.message, under.raise_by, (under.by, under.line), under.lost)


def snapshot(unit: Unit, site: Site) -> Tracked | None:
    """The file under DVC that the same run writes: the version of what it reads from outside.

    Args:
        unit: the unit.
        site: where it reads.
    """
    runs = unit.reach.groups(site.path, site.scope)
    for item in tracked(unit):
        if item.rung >= Rung.E3 and item.by.endswith(".dvc") and not is_of_model(unit, item.path):
            writers = makers(unit, item.path)
            if any(unit.reach.groups(writer.path, writer.scope) & runs for writer in writers):
                return item
    return None


def _snapshot_of(unit: Unit, source: Source) -> _Verdict | None:
    kept = _committed_by(unit, source.site) if source.kind == "url" else None
    if kept is not None:
        return _in_git(unit, kept, [kept])
    item = snapshot(unit, source.site) if source.kind in ("url", "database", "hub") else None
    if item is None and source.site.call.name.startswith(("kaggle", "opendatasets.")):
        item = _downloaded_to(unit, source.site)
    if item is None:
        return None
    message = f"What is read is kept in {item.path}, which is under DVC."
    return _Verdict(Rung.E3, message, None, (item.by, item.line))


def _committed_by(unit: Unit, site: Site) -> str | None:
    """The file in git that a function writes what it fetches to: that is what the project reads, and git gives it a version.

    A function that trains, or the body of a notebook, writes results as well: what those leave says nothing.
    """
    git = unit.project.git
    fits = any((fit.path, fit.scope) == (site.path, site.scope) for fit in trainings(unit))
    if git is None or fits or not site.scope or site.path.endswith(".ipynb"):
        return None
    for text, writers in written(unit).items():
        name = text.removeprefix("{}/")
        if not is_data_file(name) or not any((found.path, found.scope) == (site.path, site.scope) for found in writers):
            continue
        path = find_file(unit, site.path, name)
        if path in git.committed:
            return path
    return None


def _downloaded_to(unit: Unit, site: Site) -> Tracked | None:
    """The folder under DVC that the code around a download of a whole data set names: it goes there."""
    text = unit.project.text(site.path) or ""
    for item in tracked(unit):
        if item.rung >= Rung.E3 and item.by.endswith(".dvc") and not is_of_model(unit, item.path):
            name = unit.local(item.path)
            if f'"{name}' in text or f"'{name}" in text:
                return item
    return None


def _source_verdict(unit: Unit, source: Source) -> _Verdict | None:
    if source.kind == "unknown":
        return None
    if source.versioned is not None:
        return _Verdict(Rung.E3, f"{source.where} is read in one version: {source.versioned}.", None)
    if source.kind == "hub":
        return _Verdict(Rung.E2, f"{source.where} is read without a revision.", "Pass `revision=` with a commit.")
    if source.kind == "url":
        return _Verdict(
            Rung.E2,
            f"{source.where} is read from the network without a version or a checksum.",
            "Name a version in the address, or put the file under DVC.",
        )
    if source.kind == "database":
        return _Verdict(
            Rung.E1,
            f"{source.where} is read from a database: nothing says which state of it.",
            "Snapshot the query's result to a versioned file or table.",
        )
    return file_verdict(unit, source.where)


def file_verdict(unit: Unit, path: str) -> _Verdict | None:
    git = unit.project.git
    under = _under_dvc(unit, path)
    if under is not None:
        inside = _in_commit(unit, path) if under.rung < Rung.E3 else []
        if inside:
            return max(
                _in_git(unit, path, inside),
                _Verdict(under.rung, under.message, under.raise_by),
                key=lambda one: one.rung,
            )
        return _Verdict(under.rung, under.message, under.raise_by, (under.by, under.line))
    if path.startswith(("/", "~", "..")) or ":" in path[:3]:
        return _Verdict(
            Rung.E0, f"{path} is a path of one machine.", "Use a path in the project, and version the file."
        )
    if git is not None:
        inside = _in_commit(unit, path)
        if inside:
            return _in_git(unit, path, inside)
        matching = [name for name in git.committed if _matches(name, path)] if "*" in path else []
        if matching:
            return _in_git(unit, path, matching)
    if not unit.project.exists(path):
        if not is_data_file(path):
            return None
        return _Verdict(
            Rung.E0,
            f"{path} is read, and no file says which version of it.",
            f"`dvc add {path}`, or commit it if it is small.",
        )
    raise_by = f"`dvc add {path}`, or commit it if it is small."
    if git is not None and git.ignores(f"{path}.dvc"):
        raise_by = f"Take its folder out of `.gitignore`, which hides {path}.dvc as well; then {raise_by}"
    return _Verdict(Rung.E0, f"{path} is read, and neither git nor DVC has it.", raise_by)


def _in_commit(unit: Unit, path: str) -> list[str]:
    """The file, or the files of the folder, that git has."""
    git = unit.project.git
    return [name for name in (path, *_below(unit, path)) if name in git.committed] if git is not None else []


def _below(unit: Unit, path: str) -> list[str]:
    names = _committed(unit)
    start = bisect_left(names, f"{path}/")
    return list(takewhile(lambda name: name.startswith(f"{path}/"), islice(names, start, None)))


def _committed(unit: Unit) -> list[str]:
    git = unit.project.git
    return git.once("committed, sorted", lambda: sorted(git.committed)) if git is not None else []


def _matches(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern)


def _in_git(unit: Unit, path: str, names: list[str]) -> _Verdict:
    git = unit.project.git
    assert git is not None
    if all(_is_pointer(unit, name) for name in names):
        return _Verdict(Rung.E3, f"{path} is kept by git-lfs.", None, (names[0], 1))
    total = data_in_git(unit)
    if total > _SMALL:
        return _Verdict(
            Rung.E2,
            f"{path} is committed to git with {total / 1e6:.0f} MB of data in all: too much for git itself.",
            f"Put it under DVC: `dvc add {path}`.",
        )
    return _Verdict(Rung.E3, f"{path} is versioned by git beside the code ({total / 1e6:.1f} MB of data in all).", None)


def data_in_git(unit: Unit) -> int:
    """Bytes of data files that git itself has."""
    git = unit.project.git
    prefix = "" if unit.path == "." else f"{unit.path}/"
    return git.once(("data", prefix), lambda: _data_in_git(git, prefix)) if git is not None else 0


def _data_in_git(git: Git, prefix: str) -> int:
    return sum(blob.size or 0 for path, blob in git.committed.items() if path.startswith(prefix) and is_data_file(path))


def _is_pointer(unit: Unit, path: str) -> bool:
    file = unit.project.by_path.get(path)
    return file is not None and 0 < file.size < 400 and (unit.project.read(path, 400) or b"").startswith(_LFS)


def _under_dvc(unit: Unit, path: str) -> Tracked | None:
    hits = [
        item
        for item in tracked(unit)
        if path == item.path or path.startswith(f"{item.path}/") or item.path.startswith(f"{path}/")
    ]
    return max(hits, key=lambda item: item.rung, default=None)


def _without_known_sources(unit: Unit, sources: list[Source]) -> Iterator[Finding]:
    """Nothing that is read can be named: what the project keeps under version control has to tell."""
    unknown = [source for source in sources if source.kind == "unknown"]
    # What is read beside data that comes with a package is what was made of that.
    if not unknown or any(is_the_data(unit, source, unknown) for source in sources):
        under = [item for item in tracked(unit) if item.rung >= Rung.E2 and not is_model_file(item.path)]
        # What stages make of data that comes with a package needs no lock to be made again.
        comes_with_package = bool(sources) and all(
            item.rung < Rung.E3 and item.by.endswith("dvc.yaml") for item in under
        )
        if under and not comes_with_package:
            yield from _made_by_stages(under)
            return
        absent = absent_loaders(unit)
        if absent:
            site, function, module = absent[0]
            message = f"`{function}` brings the data, and its module {module} is not in the repository."
            yield _at(site, "data", _Verdict(Rung.E0, message, _shown(unit, module, site.path)))
            return
        yield _only_of_packages(sources)
        return
    site = unknown[0].site
    named = [(name, verdict) for name in named_data(unit) if (verdict := file_verdict(unit, name.data)) is not None]
    made = _outputs(unit)
    bundled = [source for source in sources if source.kind == "bundled"]
    if (
        named
        and len(bundled) + len(unknown) == len(sources) > len(unknown)
        and all(name.data in made for name, _ in named)
    ):
        # What stages make of data that comes with a package.
        yield _only_of_packages(bundled)
        return
    if named:
        # The code names these files and reads something: that it reads them is a convention, and the worst of them tells.
        name, verdict = min(named, key=lambda pair: pair[1].rung)
        yield Finding(
            "data-sources",
            "data-versioned",
            verdict.rung,
            verdict.message,
            part="data",
            confidence=CONVENTION,
            path=name.path,
            line=name.line,
            cell=name.cell,
            chain=() if verdict.where is None else (verdict.where[0],),
            raise_by=verdict.raise_by,
        )
        return
    yield Finding(
        "data-sources",
        "data-versioned",
        Rung.E0,
        "Data is read from a place that only a run can tell, and no data is versioned here.",
        part="data",
        confidence=CONVENTION,
        path=site.path,
        line=site.line,
        cell=site.cell,
        raise_by="Put the data under DVC, or commit it if it is small.",
    )


def _only_of_packages(sources: list[Source]) -> Finding:
    first = sources[0].site if sources else None
    return Finding(
        "data-sources",
        "data-versioned",
        Rung.E0,
        "Only data that comes with packages is read." if sources else "No data is read.",
        part="data",
        confidence=CONVENTION,
        effect="not-applicable",
        path=first.path if first else None,
        line=first.line if first else None,
        cell=first.cell if first else None,
    )


def _shown(unit: Unit, module: str, importer: str) -> str:
    """What brings a module into the repository that is not there."""
    git, tail = unit.project.git, f"{module.strip('.').replace('.', '/')}.py"
    folder = posixpath.dirname(importer)
    while git is not None:
        place = join(folder or ".", tail)
        if git.ignores(place):
            return f"`.gitignore` hides {place}: let it through with `!` and its path, commit it, and version what it reads."
        if not folder:
            break
        folder = posixpath.dirname(folder)
    return "Commit the module, and version what it reads."


def _made_by_stages(items: list[Tracked]) -> Iterator[Finding]:
    """Data that stages make of nothing else than what comes with packages; the DVC probe speaks of `.dvc` files itself."""
    best = max(items, key=lambda item: item.rung)
    if best.by.endswith("dvc.yaml"):
        yield Finding(
            "data-sources",
            "data-versioned",
            best.rung,
            best.message,
            part="data",
            confidence=CONVENTION,
            path=best.by,
            line=best.line,
            raise_by=best.raise_by,
        )


def _model_files(unit: Unit) -> list[File]:
    return [
        file
        for file in unit.files
        if is_model_file(file.path) and file.tracked and not unit.aside(file.path) and not unit.is_test(file.path)
    ]


def _models(unit: Unit) -> Iterator[Finding]:
    groups = relevant(unit)
    kept = [model for model in kept_models(unit) if model.how == "tracker" or not _only_copied(unit, model, groups)]
    files = unit.files.once("model files", lambda: _model_files(unit))
    if not kept and not files and not any(is_model_file(item.path) for item in tracked(unit)):
        yield Finding(
            "data-sources",
            "data-versioned",
            Rung.E0,
            "No model is kept.",
            part="model",
            confidence=CONVENTION,
            effect="not-applicable",
        )
        return
    logged = [model for model in kept if model.how == "tracker"]
    for model in logged[:3]:
        rung = Rung.E3 if model.site.reached else Rung.E2
        yield _at(
            model.site, "model", _Verdict(rung, "The model is logged to a tracker, which gives it a version.", None)
        )
    for file in files[:3]:
        if _is_pointer(unit, file.path):
            yield Finding(
                "data-sources",
                "data-versioned",
                Rung.E3,
                f"{file.path} is kept by git-lfs.",
                part="model",
                path=file.path,
                line=1,
            )
        else:
            yield Finding(
                "data-sources",
                "data-versioned",
                Rung.E1,
                f"The model {file.path} is committed to git as a plain binary.",
                part="model",
                path=file.path,
                raise_by="Log it to MLflow, or make it an out of a DVC stage.",
            )
    if logged:
        yield from _beside_the_log(unit, logged, files)
        return
    for model in kept[:3]:
        yield _at(model.site, "model", _model_verdict(unit, model))
    if not kept or files:
        yield from _model_outs(unit)


def _beside_the_log(unit: Unit, logged: list[Kept], files: list[File]) -> Iterator[Finding]:
    """A model that git has as a plain binary, from a run that logs none: what other runs log is not that model."""
    runs = {group for model in logged for group in _runs(unit, model.site)}
    loggers = {model.site.path for model in logged}
    training = {group for fit in trainings(unit) for group in _runs(unit, fit)}
    for file in files:
        sites = [] if _is_pointer(unit, file.path) else makers(unit, unit.local(file.path))
        sites = [site for site in sites if site.call.attribute in ("dump", "save") and _runs(unit, site) & training]
        groups = [_runs(unit, site) for site in sites]
        if groups and not any(own & runs for own in groups) and not loggers & set(unit.mentioning(file.name)):
            message = f"The model {file.path} is committed to git as a plain binary, by a run that logs none."
            advice = "Log it to MLflow, or make it an out of a DVC stage."
            yield _at(sites[0], "model", _Verdict(Rung.E2, message, advice, (file.path, None)), cap=True)
            return


def _runs(unit: Unit, site: Site) -> frozenset[str]:
    """What leads to a place. A Makefile, or a script of the shell, starts much that has nothing to do with each other."""
    loose = {launch.group or launch.id for launch in unit.launches if launch.kind in ("make", "environment", "shell")}
    groups = unit.reach.groups(site.path, site.scope)
    return groups - loose or groups


def _only_copied(unit: Unit, model: Kept, groups: frozenset[str]) -> bool:
    """Whether what saves a model is a run that trains none: it takes one that is kept already, to convert or hand it on."""
    runs = unit.reach.groups(model.site.path, model.site.scope)
    return bool(runs) and bool(groups) and not runs & groups


def _model_outs(unit: Unit) -> Iterator[Finding]:
    """Models that stages keep by calls that nobody knows; the DVC probe speaks of `.dvc` files itself."""
    outs = [item for item in tracked(unit) if is_model_file(item.path) and item.by.endswith("dvc.yaml")]
    for item in sorted(outs, key=lambda item: item.rung, reverse=True)[:1]:
        yield Finding(
            "data-sources",
            "data-versioned",
            item.rung,
            item.message,
            part="model",
            confidence=CONVENTION,
            path=item.by,
            line=item.line,
            raise_by=item.raise_by,
        )


def _model_verdict(unit: Unit, model: Kept) -> _Verdict:
    under = _under_dvc(unit, model.where) if model.where else _stage_of(unit, model.site)
    if under is not None:
        return _Verdict(under.rung, under.message, under.raise_by, (under.by, under.line))
    advice = "Log it to MLflow, or make it an out of a DVC stage."
    git = unit.project.git
    if model.where and git is not None and model.where in git.committed:
        if _is_pointer(unit, model.where):
            return _Verdict(Rung.E3, f"{model.where} is kept by git-lfs.", None)
        return _Verdict(Rung.E1, f"The model {model.where} is committed to git as a plain binary.", advice)
    return _Verdict(Rung.E2, f"The model is kept in {model.where or 'a file'}, which nothing versions.", advice)


def _stage_of(unit: Unit, site: Site, *, read: bool = False) -> Tracked | None:
    """What versions something whose file only a run can tell, in the DVC stage that the code runs in.

    Args:
        unit: the unit.
        site: the code.
        read: it reads; then that is what the stage depends on where that is under DVC, and one of its outs otherwise.
    """
    for pipeline in unit.pipelines:
        for stage in pipeline.stages:
            if (
                pipeline.keeps_state
                and stage.node is not None
                and (site.path, site.scope) in unit.reach.behind(stage.node)
            ):
                needed = [item for item in tracked(unit) if item.path in stage.inputs and not is_model_file(item.path)]
                outs = [item for item in tracked(unit) if item.by == stage.path and item.path in stage.outputs]
                if outs:
                    # `inputs["train", "X"]` names X.parquet before all others that the stage reads.
                    nodes = ast.walk(site.call.node)
                    said = [node.value for node in nodes if isinstance(node, ast.Constant)]
                    place = {text: position for position, text in enumerate(said)}
                    return max(
                        needed if read and needed else outs,
                        key=lambda item: (item.rung, place.get(posixpath.basename(item.path).partition(".")[0], -1)),
                    )
    return None


PROBE = Probe(
    id="data-sources",
    title="data and models in code",
    reads="Python code and notebooks; sizes of committed data",
    credits="configured: read without a version, kept without one · wired: data in git (10 MB in all at most), git-lfs or DVC, a pinned address; a model logged to a tracker",
    findings=_findings,
)
