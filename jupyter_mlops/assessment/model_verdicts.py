"""Models that are kept: what gives each a version."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.data_verdicts import (
    Verdict,
    finding_at,
    is_pointer,
    stage_of,
    under_dvc,
)
from jupyter_mlops.assessment.dvc_tracked import tracked
from jupyter_mlops.assessment.findings import CONVENTION, Finding, Rung
from jupyter_mlops.assessment.kept_models import Kept, is_model_file, kept_models
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.trainings import relevant, trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import makers
from jupyter_mlops.project.files import File


def _model_files(unit: Unit) -> list[File]:
    def holds(file: File) -> bool:
        kept = file.tracked and is_model_file(file.path)
        return kept and not unit.aside(file.path) and not unit.is_test(file.path)

    return unit.files.which("model files", holds)


def model_findings(unit: Unit) -> Iterator[Finding]:
    """What gives each model that is kept a version, or that none is."""
    groups = relevant(unit)
    kept = [model for model in kept_models(unit) if model.how == "tracker" or not _only_copied(unit, model, groups)]
    files = _model_files(unit)
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
        yield finding_at(
            model.site, "model", Verdict(rung, "The model is logged to a tracker, which gives it a version.", None)
        )
    for file in files[:3]:
        if is_pointer(unit, file.path):
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
        yield finding_at(model.site, "model", _model_verdict(unit, model))
    if not kept or files:
        yield from _model_outs(unit)


def _beside_the_log(unit: Unit, logged: list[Kept], files: list[File]) -> Iterator[Finding]:
    """A model that git has as a plain binary, from a run that logs none: what other runs log is not that model."""
    runs = {group for model in logged for group in _runs(unit, model.site)}
    loggers = {model.site.path for model in logged}
    training = {group for fit in trainings(unit) for group in _runs(unit, fit)}
    for file in files:
        sites = [] if is_pointer(unit, file.path) else makers(unit, unit.local(file.path))
        sites = [site for site in sites if site.call.attribute in ("dump", "save") and _runs(unit, site) & training]
        groups = [_runs(unit, site) for site in sites]
        if groups and not any(own & runs for own in groups) and not loggers & set(unit.mentioning(file.name)):
            message = f"The model {file.path} is committed to git as a plain binary, by a run that logs none."
            advice = "Log it to MLflow, or make it an out of a DVC stage."
            yield finding_at(sites[0], "model", Verdict(Rung.E2, message, advice, (file.path, None)), cap=True)
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


def _model_verdict(unit: Unit, model: Kept) -> Verdict:
    under = under_dvc(unit, model.where) if model.where else stage_of(unit, model.site)
    if under is not None:
        return Verdict(under.rung, under.message, under.raise_by, (under.by, under.line))
    advice = "Log it to MLflow, or make it an out of a DVC stage."
    git = unit.project.git
    if model.where and git is not None and model.where in git.committed:
        if is_pointer(unit, model.where):
            return Verdict(Rung.E3, f"{model.where} is kept by git-lfs.", None)
        return Verdict(Rung.E1, f"The model {model.where} is committed to git as a plain binary.", advice)
    return Verdict(Rung.E2, f"The model is kept in {model.where or 'a file'}, which nothing versions.", advice)
