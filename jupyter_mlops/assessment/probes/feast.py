"""Feast: features read for training, and whether the files that they come from are versioned."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.assessment.data_files import find_file
from jupyter_mlops.assessment.data_verdicts import file_verdict
from jupyter_mlops.assessment.findings import CALL, Finding, Rung
from jupyter_mlops.assessment.literals import text_of
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.probes.data_sources import snapshot
from jupyter_mlops.assessment.sites import sites, sources_of
from jupyter_mlops.assessment.training_data import relevant_reads
from jupyter_mlops.assessment.trainings import relevant
from jupyter_mlops.assessment.unit import Unit

_SOURCES = (
    "FileSource",
    "BigQuerySource",
    "SnowflakeSource",
    "RedshiftSource",
    "SparkSource",
    "PostgreSQLSource",
    "TrinoSource",
)


def _findings(unit: Unit) -> Iterator[Finding]:
    groups = relevant(unit)
    for path, source in sources_of(unit, "get_historical_features"):
        calls = [call for call in source.calls if call.attribute == "get_historical_features"]
        for site in sites(unit, path, calls):
            if groups and not unit.reach.groups(site.path, site.scope) & groups:
                continue
            rung, message, where = _judged(unit)
            # What a run keeps in a file under DVC, or in a table that it reads as of a version, can be read again,
            # whatever it was made of.
            as_of = any(found.kind == "database" and found.versioned for found in relevant_reads(unit))
            kept = as_of or snapshot(unit, site) is not None
            yield Finding(
                "feast",
                "data-versioned",
                rung,
                message,
                part="data",
                confidence=CALL,
                path=site.path,
                line=site.line,
                cell=site.cell,
                chain=(where,) if where else (),
                effect="support" if rung >= Rung.E3 or kept else "cap",
                raise_by=None
                if rung >= Rung.E3
                else "Put the files of the sources under DVC, or snapshot what was read.",
            )
            return


def _judged(unit: Unit) -> tuple[Rung, str, str]:
    """What the sources of the features are worth together: as much as the worst of them."""
    found = []
    for path, source in sources_of(unit, *_SOURCES):
        for call in source.calls:
            kind = call.name.rpartition(".")[2]
            if kind not in _SOURCES or not call.name.startswith("feast"):
                continue
            place = f"{path}:{call.line}"
            given = call.argument(None, "path") or call.argument(None, "file_path") if kind == "FileSource" else None
            text = text_of(source, call.scope, given) or ""
            verdict = file_verdict(unit, find_file(unit, path, text)) if text and "{}" not in text else None
            if verdict is not None:
                found.append((verdict.rung, f"Feast reads features of a file: {verdict.message}", place))
            else:
                found.append((Rung.E2, f"Feast reads features of a {kind}, of which nothing keeps the state.", place))
    return min(found, default=(Rung.E2, "Feast reads features whose sources are defined elsewhere.", ""))


PROBE = Probe(
    id="feast",
    title="Feast",
    reads="Python code",
    credits="configured: features of sources without a version · wired: features of files that git, git-lfs or DVC version",
    findings=_findings,
)
