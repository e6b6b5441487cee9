"""Data that code reads and models that it keeps: can each be brought back as it was?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from jupyter_mlops.assessment.absent_loaders import absent_loaders
from jupyter_mlops.assessment.data_files import find_file, is_data_file
from jupyter_mlops.assessment.data_names import named_data
from jupyter_mlops.assessment.data_verdicts import (
    Verdict,
    file_verdict,
    finding_at,
    in_git,
    stage_of,
)
from jupyter_mlops.assessment.dvc_tracked import Tracked, is_of_model, tracked
from jupyter_mlops.assessment.findings import CONVENTION, Finding, Rung
from jupyter_mlops.assessment.kept_models import is_model_file
from jupyter_mlops.assessment.located_data import Source
from jupyter_mlops.assessment.model_verdicts import model_findings
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.stand_ins import is_the_data
from jupyter_mlops.assessment.taken_in import records, taken_in
from jupyter_mlops.assessment.training_data import is_derived, pipeline_outputs, relevant_reads
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers, written
from jupyter_mlops.project.shell import join


def _findings(unit: Unit) -> Iterator[Finding]:
    yield from _data(unit)
    yield from model_findings(unit)


def _data(unit: Unit) -> Iterator[Finding]:
    sources = relevant_reads(unit)
    if all(source.kind == "bundled" for source in sources):
        sources = [*sources, *(records(unit) if sources else taken_in(unit))]
    judged: list[tuple[Source, Verdict]] = []
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
        yield finding_at(source.site, "data", verdict)
    for source, verdict in sorted(bad, key=lambda pair: -pair[1].rung)[:5]:
        yield finding_at(source.site, "data", verdict)
    # Whatever else is under DVC, nobody else can have what this comes from.
    lost = [pair for pair in bad if pair[1].lost]
    if bad and (good or lost):
        source, verdict = (lost or bad)[0]
        yield finding_at(source.site, "data", verdict._replace(rung=Rung.E2), cap=True)
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


def _in_its_stage(unit: Unit, source: Source, verdict: Verdict | None) -> Verdict | None:
    """A stage that fetches data from outside gives it a version: that of its out, which the lock records.

    A step that is handed its data reads what the pipeline says that it needs.
    """
    if source.kind == "unknown":
        for pipeline in unit.pipelines:
            for stage in pipeline.stages:
                inputs = sorted(name for name in stage.inputs - pipeline_outputs(unit) if is_data_file(name))
                here = not pipeline.keeps_state and inputs and stage.node is not None
                if here and stage.node and (source.site.path, source.site.scope) in unit.reach.behind(stage.node):
                    known = [found for name in inputs if (found := file_verdict(unit, name)) is not None]
                    if known:
                        return min(known, key=lambda found: found.rung)
    if source.kind not in ("url", "database", "unknown", "hub") or (verdict is not None and verdict.rung >= Rung.E3):
        return verdict
    under = stage_of(unit, source.site, read=True)
    if under is None or (under.rung < Rung.E3 and not under.lost):
        return verdict
    return Verdict(under.rung, under.message, under.raise_by, (under.by, under.line), under.lost)


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


def _snapshot_of(unit: Unit, source: Source) -> Verdict | None:
    kept = _committed_by(unit, source.site) if source.kind == "url" else None
    if kept is not None:
        return in_git(unit, kept, [kept])
    item = snapshot(unit, source.site) if source.kind in ("url", "database", "hub") else None
    if item is None and source.site.call.name.startswith(("kaggle", "opendatasets.")):
        item = _downloaded_to(unit, source.site)
    if item is None:
        return None
    message = f"What is read is kept in {item.path}, which is under DVC."
    return Verdict(Rung.E3, message, None, (item.by, item.line))


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


def _source_verdict(unit: Unit, source: Source) -> Verdict | None:
    if source.kind == "unknown":
        return None
    if source.versioned is not None:
        return Verdict(Rung.E3, f"{source.where} is read in one version: {source.versioned}.", None)
    if source.kind == "hub":
        return Verdict(Rung.E2, f"{source.where} is read without a revision.", "Pass `revision=` with a commit.")
    if source.kind == "url":
        return Verdict(
            Rung.E2,
            f"{source.where} is read from the network without a version or a checksum.",
            "Name a version in the address, or put the file under DVC.",
        )
    if source.kind == "database":
        return Verdict(
            Rung.E1,
            f"{source.where} is read from a database: nothing says which state of it.",
            "Snapshot the query's result to a versioned file or table.",
        )
    return file_verdict(unit, source.where)


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
            yield finding_at(site, "data", Verdict(Rung.E0, message, _shown(unit, module, site.path)))
            return
        yield _only_of_packages(sources)
        return
    site = unknown[0].site
    named = [(name, verdict) for name in named_data(unit) if (verdict := file_verdict(unit, name.data)) is not None]
    made = pipeline_outputs(unit)
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


PROBE = Probe(
    id="data-sources",
    title="data and models in code",
    reads="Python code and notebooks; sizes of committed data",
    credits="configured: read without a version, kept without one · wired: data in git (10 MB in all at most), git-lfs or DVC, a pinned address; a model logged to a tracker",
    findings=_findings,
)
