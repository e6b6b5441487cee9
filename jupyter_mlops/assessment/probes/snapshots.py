"""Own versions of data: runs that write a snapshot, log which one it was, and can read it again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from jupyter_mlops.assessment.dataflow import bound_to
from jupyter_mlops.assessment.dvc_tracked import is_of_model, tracked
from jupyter_mlops.assessment.findings import CONVENTION, Finding, Rung
from jupyter_mlops.assessment.probe import Probe
from jupyter_mlops.assessment.sites import Site, sites, sources_of
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

_ABOUT = lazy(r"manifest|snapshot|data(set)?_?(version|hash|digest|fingerprint)|version_data", re.IGNORECASE)
_LOGS = frozenset(
    {
        "log_param",
        "log_params",
        "log_input",
        "set_tag",
        "set_tags",
        "log_dict",
        "log_artifact",
        "log_text",
        "log",
        "update",
    }
)
_READS = frozenset({"load", "loads", "read_text", "read_json", "read_parquet", "read_csv", "safe_load"})
_WRITES = frozenset(
    {
        "dump",
        "to_parquet",
        "to_csv",
        "write_text",
        "copy",
        "copy2",
        "copyfile",
        "copytree",
        "upload_file",
        "upload_from_filename",
    }
)


def _findings(unit: Unit) -> Iterator[Finding]:
    found: dict[str, list[Site]] = {"log": [], "read": [], "write": []}
    for path, source in sources_of(unit, "manifest", "snapshot", "version", "hash"):
        for site in sites(unit, path, [call for call in source.calls if call.attribute in _LOGS | _READS | _WRITES]):
            if not site.reached:
                continue
            named = bool(_ABOUT.search(site.scope))
            text = f"{ast.unparse(site.call.node)[:400]} {_given(site)}"
            if site.call.attribute in _READS:
                text = f"{bound_to(site.call)} {text}"
            if (
                site.call.attribute in _LOGS
                and site.name.startswith(("mlflow", "wandb", "?run", "?live"))
                and (named or _ABOUT.search(text))
            ):
                found["log"].append(site)
            elif site.call.attribute in _READS and (named or _ABOUT.search(text)):
                found["read"].append(site)
            elif site.call.attribute in _WRITES and (named or _ABOUT.search(text)):
                found["write"].append(site)
    if not (found["write"] and found["log"]):
        return
    unreachable = next(
        (item for item in tracked(unit) if item.rung < Rung.E3 and not is_of_model(unit, item.path)), None
    )
    complete = bool(found["read"]) and unreachable is None
    site = found["log"][0]
    others = tuple(f"{other.path}:{other.line}" for kind in ("write", "read") for other in found[kind][:1])
    yield Finding(
        "snapshots",
        "data-versioned",
        Rung.E3 if complete else Rung.E2,
        "Each run snapshots its data and logs which snapshot it was"
        + (
            ", and code can read it again."
            if complete
            else "; no code reads it again."
            if unreachable is None
            else f"; what it is made of cannot be fetched: {unreachable.message}"
        ),
        part="data",
        confidence=CONVENTION,
        path=site.path,
        line=site.line,
        cell=site.cell,
        chain=others,
        raise_by=None
        if complete
        else unreachable.raise_by
        if unreachable
        else "Write the code that reads a snapshot again.",
    )


def _given(site: Site) -> str:
    """What the names stand for that a call is given: `path = f"s3://rows/snapshots/{run}"`."""
    given = (site.call.scope.string(node) for node in site.call.node.args if isinstance(node, ast.Name))
    return " ".join(text for text in given if text)


PROBE = Probe(
    id="snapshots",
    title="own snapshots of data",
    reads="Python code",
    credits="configured: snapshots that are logged · wired: and that code can read again",
    findings=_findings,
)
