"""Where data lies that a call reads: in a file, at an address, or where only a run can tell."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from jupyter_mlops.assessment.checksums import compares_checksum
from jupyter_mlops.assessment.data_files import find_file
from jupyter_mlops.assessment.pinned_addresses import OF_INTERFACE, PINNED
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.python_source import Call, blocks


class Source(NamedTuple):
    """Data that is read.

    Attributes:
        site: the call.
        kind: "file", "url", "hub", "database", "bundled" or "unknown" (only a run can tell).
        where: path relative to the base, URL, or name; "" when unknown.
        versioned: why the call itself names one version; None when it does not.
        text: as written in the code.
        fallback: it is read only where a file is not there.
    """

    site: Site
    kind: str
    where: str
    versioned: str | None = None
    text: str = ""
    fallback: bool = False


_URL = lazy(r"^(https?|ftp|s3a?|gs|gcs|abfss?|wasbs?|az|hdfs|lakefs|dbfs|azureml)://", re.IGNORECASE)


#: Where a platform puts what its job is given: the pipeline says what that is.
_HANDED = ("/opt/ml/",)


def located(unit: Unit, site: Site, text: str) -> Source:
    """The source that a text in a call names."""
    if text.startswith(_HANDED):
        return Source(site, "unknown", "", text=text)
    own = _from_own_repository(unit, text)
    if own is not None:
        return Source(site, "file", own, text=own)
    if _URL.match(text):
        version = "the address names a version" if PINNED.search(text) else _by_checksum(unit, site)
        return Source(site, "url", text, version, fallback=where_missing(site.call))
    if "{}" in text:
        return _with_unknown_start(unit, site, text)
    return Source(site, "file", find_file(unit, site.path, text), text=text)


def downloaded(unit: Unit, site: Site, text: str | None) -> Source:
    """What is fetched from an address, which may not be known.

    Args:
        unit: the unit.
        site: the call.
        text: the address; None where only a run can tell.
    """
    if text and _URL.match(text) and "{}" not in text and not OF_INTERFACE.search(text):
        return located(unit, site, text)
    return Source(site, "url", text or "An address", _by_checksum(unit, site), fallback=where_missing(site.call))


def _by_checksum(unit: Unit, site: Site) -> str | None:
    return "its checksum is compared" if compares_checksum(unit, site.path, site.call.scope) else None


_OF_REPOSITORY = lazy(r"^https://(raw\.githubusercontent\.com/[^/]+/[^/]+|github\.com/[^/]+/[^/]+/(raw|blob))/")


def _from_own_repository(unit: Unit, text: str) -> str | None:
    """The project's file that an address of a code host means: the one that git has at the end of its path."""
    git = unit.project.git
    if git is None or not _OF_REPOSITORY.match(text):
        return None
    parts = text.partition("?")[0].split("/")[5:]
    tails = (unit.below("/".join(parts[start:])) for start in range(len(parts) - 1))
    return next((tail for tail in tails if tail in git.committed), None)


_ASKS = ("exists(", "is_file(", "isfile(")


def where_missing(call: Call) -> bool:
    """Whether a call is in a branch for the case that a file is not there: `if not path.exists(): download()`.

    So is what follows `if path.exists(): return path`.
    """
    pending = [(call.scope.body, False)]
    while pending:
        statements, missing = pending.pop()
        for statement in statements:
            if isinstance(statement, ast.If):
                absent = isinstance(statement.test, ast.UnaryOp) and isinstance(statement.test.op, ast.Not)
                asks = any(word in ast.unparse(statement.test) for word in _ASKS)
                pending += [(statement.body, missing or (asks and absent)), (statement.orelse, missing)]
                missing = missing or (
                    asks and isinstance(statement.test, ast.Call) and isinstance(statement.body[-1], ast.Return)
                )
                continue
            inside = list(blocks(statement))
            if inside and not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                pending += [(inner, missing) for inner in inside]
            elif missing and any(inner is call.node for inner in ast.walk(statement)):
                return True
    return False


def _with_unknown_start(unit: Unit, site: Site, text: str) -> Source:
    """A path below a folder that only a run can tell, such as that of `__file__`: known where the project has what follows."""
    start, _, tail = text.rpartition("{}/")
    if not start and tail and "{}" not in tail:
        path = find_file(unit, site.path, tail)
        git = unit.project.git
        if unit.project.exists(path) or unit.project.exists(f"{path}.dvc") or (git and path in git.committed):
            return Source(site, "file", path, text=tail)
    return Source(site, "unknown", text)
