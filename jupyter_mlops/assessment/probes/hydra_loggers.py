"""Loggers of Lightning that Hydra makes of a settings file: `_target_: lightning.pytorch.loggers.WandbLogger`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from jupyter_mlops.assessment.findings import CONFIGURED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.trainings import trainings
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import items, line_of, mapping, sequence, strings
from jupyter_mlops.project.patterns import lazy

_LOGGER = lazy(r"\.(WandbLogger|MLFlowLogger|CometLogger|NeptuneLogger|TensorBoardLogger)$")


def _findings(unit: Unit) -> Iterator[Finding]:
    made = _maker(unit)
    if made is None:
        return
    documents = {
        file.path: mapping(next(iter(unit.project.yaml(file.path)), None))
        for file in unit.files.suffixed(".yaml", ".yml")
        if "_target_" in (text := unit.project.text(file.path) or "") or "defaults" in text
    }
    chosen = {choice for document in documents.values() for choice in _choices(document)}
    for path, document in documents.items():
        for content in (document, *(mapping(value) for _key, value, _line in items(document))):
            named = _LOGGER.search(str(content.get("_target_") or ""))
            if named is None:
                continue
            place = PurePosixPath(path)
            used = "defaults" in document or (place.parent.name, place.stem) in chosen
            yield Finding(
                "hydra-loggers",
                "experiments-tracked",
                Rung.E3 if used else Rung.E2,
                f"Hydra makes a {named[1]} for the training"
                + ("." if used else ", where a run asks for it: no settings choose it by default."),
                confidence=CONFIGURED,
                path=path,
                line=line_of(content, "_target_"),
                chain=(*unit.reach.chain(made.path, made.scope), f"{made.path}:{made.line}"),
                raise_by=None if used else "Choose it in the defaults of the settings.",
            )


def _maker(unit: Unit) -> Site | None:
    """Where a run that trains makes objects of settings; None where none does."""
    groups = {group for fit in trainings(unit) for group in unit.reach.groups(fit.path, fit.scope)}
    for path, source in sources_of(unit, "hydra"):
        calls = [call for call in source.calls if call.name in ("hydra.utils.instantiate", "hydra.utils.call")]
        for site in sites(unit, path, calls):
            if site.reached and unit.reach.groups(path, site.scope) & groups:
                return site
    return None


def _choices(document: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """Groups of settings and what is chosen of each: `defaults: [{logger: wandb}]`."""
    for entry in sequence(document.get("defaults")):
        for group, option, _line in items(mapping(entry)):
            for name in strings(option):
                yield group.removeprefix("override ").strip("/").rpartition("/")[2], name


PROBE = Probe(
    id="hydra-loggers",
    title="loggers that Hydra makes",
    reads="YAML files with `_target_` and `defaults`",
    credits="configured: a logger that no settings choose · wired: one that the defaults choose, in code that trains and instantiates settings",
    findings=_findings,
)
