"""Datasheets: origin, content, use and limits of data, in words, as Croissant or as a Data Package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.data_reads import reads
from jupyter_mlops.assessment.findings import CONVENTION, PARSED, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.model_card import sections_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.marks import mapping, sequence
from jupyter_mlops.project.patterns import lazy

_NAME = lazy(
    r"^(data[-_ ]?sheets?|data[-_ ]?cards?|data[-_ ]?set[-_ ]?cards?|data[-_ ]statement)(\b|[-_]).*\.(md|rst|txt)$",
    re.IGNORECASE,
)
_TOPICS = {
    "origin": lazy(r"collect|source|origin|provenance|acqui|where", re.IGNORECASE),
    "content": lazy(
        r"composi|content|field|column|schema|structure|feature|what is in|description|instance", re.IGNORECASE
    ),
    "use": lazy(r"\buse|purpose|motivation|task|intended", re.IGNORECASE),
    "limits": lazy(r"limit|bias|licen|privacy|ethic|caveat|consent|gap|risk|consideration|maintenance", re.IGNORECASE),
}


def _findings(unit: Unit) -> Iterator[Finding]:
    for file in unit.files.which("datasheets", lambda one: one.special is None and _NAME.match(one.name) is not None):
        yield _written(unit, file.path)
    for file in unit.named("datapackage.json", "*croissant*.json", "metadata.json"):
        found = _described(unit, file.path) if file.special is None and file.size < 2_000_000 else None
        if found is not None:
            yield found


def _written(unit: Unit, path: str) -> Finding:
    text = unit.project.text(path) or ""
    sections = list(sections_of(text))
    missing = [
        topic
        for topic, pattern in _TOPICS.items()
        if not any(pattern.search(section.title) and section.is_real for section in sections)
    ]
    if not text.strip():
        return _found(Rung.E0, f"{path} is empty.", path, 1)
    if missing:
        return _found(
            Rung.E1,
            f"{path} says nothing real about {' and '.join(missing)}.",
            path,
            1,
            f"Write about {', '.join(missing)}.",
        )
    for number, line in enumerate(text.splitlines(), 1):
        for name, place in _read(unit).items():
            if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", line):
                return _found(Rung.E3, f"{path} describes {name}, which is read here.", path, number, chain=(place,))
    return _found(
        Rung.E2,
        f"{path} is complete, but names no data that is read here.",
        path,
        sections[0].line,
        "Name the files or tables.",
    )


def _described(unit: Unit, path: str) -> Finding | None:
    """A Data Package, or Croissant."""
    document = mapping(unit.project.json(path))
    croissant = "croissant" in str(document.get("conformsTo")).lower() or "distribution" in document
    parts = sequence(document.get("distribution" if croissant else "resources"))
    if not parts:
        return None
    fields = (
        sequence(document.get("recordSet"))
        if croissant
        else [part for part in map(mapping, parts) if mapping(part.get("schema")).get("fields")]
    )
    said = {
        "what it is": document.get("description"),
        "the licence": document.get("license") or document.get("licenses"),
        "the fields": fields,
    }
    missing = [what for what, there in said.items() if not there]
    if missing:
        return _found(
            Rung.E1,
            f"{path} does not say {' and '.join(missing)}.",
            path,
            1,
            f"Add {', '.join(missing)}.",
            confidence=PARSED,
        )
    names = {
        posixpath.basename(str(mapping(part).get("path") or mapping(part).get("contentUrl") or "")) for part in parts
    }
    for name, place in _read(unit).items():
        if name in names:
            return _found(
                Rung.E3, f"{path} describes {name}, which is read here.", path, 1, chain=(place,), confidence=PARSED
            )
    return _found(
        Rung.E2, f"{path} describes data that nothing here reads.", path, 1, "Describe what is read.", confidence=PARSED
    )


def _read(unit: Unit) -> dict[str, str]:
    """Names of data that code reads → where."""

    def compute() -> dict[str, str]:
        found: dict[str, str] = {}
        for source in reads(unit):
            name = posixpath.basename((source.where or source.text).rstrip("/"))
            if len(name) > 2:
                found.setdefault(
                    name, f"{source.site.path}:{source.site.line}" if source.site.cell is None else source.site.path
                )
        return found

    return unit.once("names of data that is read", compute)


def _found(
    rung: Rung,
    message: str,
    path: str,
    line: int,
    raise_by: str | None = None,
    chain: tuple[str, ...] = (),
    confidence: float = CONVENTION,
) -> Finding:
    return Finding(
        "datasheet",
        "datasheet",
        rung,
        message,
        confidence=confidence,
        path=path,
        line=line,
        chain=chain,
        raise_by=raise_by,
        anywhere=True,
    )


PROBE = Probe(
    id="datasheet",
    title="datasheets, data cards, Croissant, Data Packages",
    reads="DATASHEET.md and the like, datapackage.json, Croissant's JSON-LD, what code reads",
    credits="declared: empty headings, placeholders · configured: complete, of data that nothing reads · wired: of data that code reads",
    findings=_findings,
)
