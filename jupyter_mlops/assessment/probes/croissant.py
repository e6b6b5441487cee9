"""Croissant: data sets described with the checksums of their files."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.data_files import find_file
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.trainings import relevant
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import line_of, mapping, sequence


def _findings(unit: Unit) -> Iterator[Finding]:
    groups = relevant(unit)
    for path, source in sources_of(unit, "mlcroissant"):
        calls = [call for call in source.calls if call.name == "mlcroissant.Dataset"]
        for site in sites(unit, path, calls):
            if groups and not unit.reach.groups(site.path, site.scope) & groups:
                continue
            text = site.call.text(0, "jsonld") or ""
            rung, message, where = _judged(
                unit, find_file(unit, path, text) if text and "://" not in text else "", text
            )
            yield Finding(
                "croissant",
                "data-versioned",
                rung,
                message,
                part="data",
                confidence=CALL,
                path=site.path,
                line=site.line,
                cell=site.cell,
                chain=(where,) if where else (),
                effect="support" if rung >= Rung.E3 else "cap",
                raise_by=None if rung >= Rung.E3 else "Commit the description, with `sha256` for each file.",
            )


def _judged(unit: Unit, path: str, text: str) -> tuple[Rung, str, str]:
    if not path or not unit.committed(path):
        return Rung.E2, f"The Croissant description {text or 'that is read'} is not in the repository.", ""
    document = mapping(unit.project.json(path))
    files = [
        mapping(item)
        for item in sequence(document.get("distribution"))
        if str(mapping(item).get("@type")).endswith("FileObject")
    ]
    open_ = next((item for item in files if not (item.get("sha256") or item.get("md5"))), None)
    if open_ is not None or not files:
        name = (open_ or {}).get("name") or (open_ or {}).get("@id") or "the files"
        return Rung.E2, f"{path} has no checksum of {name}.", f"{path}:{line_of(open_) or 1}" if open_ else path
    return Rung.E3, f"{path} has the checksums of the {len(files)} files that are read.", path


PROBE = Probe(
    id="croissant",
    title="Croissant",
    reads="Python code, the JSON-LD files that it names",
    credits="configured: a description elsewhere, or without checksums · wired: a committed description with the checksums of all files",
    findings=_findings,
)
