"""Reports of sibling repositories: the answer of another assessment, kept here and held to by its hash.

What another repository shows is a claim here, as an attestation is: it counts for the criteria that the settings name, is shown as
attested, ends 180 days after the day it was made for, and `--strict` leaves it aside.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import posixpath
import re
from typing import Any, NamedTuple

from jupyter_mlops.assessment.settings_file import check_criterion, check_keys, wrong
from jupyter_mlops.assessment.waivers import LONGEST, Decision
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import line_of, mapping, sequence
from jupyter_mlops.project.shell import join

_NEEDED = ("repo", "commit", "report", "sha256")
_MAY = ("criteria", "owner", "scope")
_LARGEST = 20_000_000


class External(NamedTuple):
    """The report of another repository.

    Attributes:
        repo: where it is, for people.
        commit: the commit that was assessed.
        report: path of the report, relative to the folder of the settings.
        level: that it says.
        date: the day it is for.
        criteria: ids that count here.
        decisions: what it decides.
    """

    repo: str
    commit: str
    report: str
    level: int
    date: dt.date
    criteria: tuple[str, ...]
    decisions: tuple[Decision, ...]

    def to_dict(self) -> dict[str, Any]:
        """For the JSON document."""
        return {
            "repo": self.repo,
            "commit": self.commit,
            "report": self.report,
            "level": self.level,
            "date": self.date.isoformat(),
            "criteria": list(self.criteria),
        }


def read_externals(
    project: Project, table: Any, path: str, root: str, plugins: tuple[str, ...]
) -> tuple[External, ...]:
    """`external = [{repo, commit, report, sha256}]` of the settings, each report read and checked.

    Args:
        project: the project.
        table: the settings.
        path: the settings file.
        root: the folder that it is of.
        plugins: plug-ins whose criteria can be named, too.

    Raises:
        MlopsError: ``invalid-configuration`` when something is missing, or the report is not the one that the hash is of.
    """
    given = table.get("external", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise wrong(path, f"Write `external = [{{{', '.join(_NEEDED)}}}]`.", table, "external")
    return tuple(_external(project, item, path, root, plugins) for item in given)


def _external(project: Project, table: dict[Any, Any], path: str, root: str, plugins: tuple[str, ...]) -> External:
    check_keys(path, table, (*_NEEDED, *_MAY), "`external`")
    for key in _NEEDED:
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise wrong(path, f"An `external` needs a `{key}`.", table, key)
    if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", table["commit"]):
        raise wrong(path, "`commit` must be a whole commit id: a branch or a short id moves.", table, "commit")
    document, day = _report(project, table, path, root)
    criteria = table.get("criteria", [])
    if not isinstance(criteria, list):
        raise wrong(path, "`criteria` must be a list of ids.", table, "criteria")
    owner, scope = table.get("owner", ""), table.get("scope", "")
    if not isinstance(owner, str) or not isinstance(scope, str) or (criteria and not owner.strip()):
        raise wrong(path, "An `external` that counts for criteria needs an `owner`.", table)
    decisions = []
    for name in criteria:
        check_criterion(path, table, "criteria", name, plugins)
        _passes_there(document, name, table, path)
        reason = f"{table['repo']} passes it at commit {table['commit'][:8]}, says {table['report']}"
        decisions.append(
            Decision("attested", name, reason, owner.strip(), day + LONGEST, scope, path, line_of(table, "criteria"))
        )
    return External(
        table["repo"], table["commit"], table["report"], document["level"], day, tuple(criteria), tuple(decisions)
    )


def _report(project: Project, table: dict[Any, Any], path: str, root: str) -> tuple[dict[str, Any], dt.date]:
    name = posixpath.normpath(join(root, table["report"]))
    data = project.read(name, _LARGEST)
    if data is None:
        raise wrong(path, f"There is no report {table['report']!r} in this project.", table, "report")
    found = hashlib.sha256(data).hexdigest()
    if found != table["sha256"].lower():
        raise wrong(path, f"The report is not the one that `sha256` is of: its hash is {found}.", table, "sha256")
    document, day = _document(data)
    if day is None:
        message = "This is no report. Write it there with `jupyter mlops assess --format json --output FILE`."
        raise MlopsError("invalid-configuration", message, path=name)
    return document, day


def _document(data: bytes) -> tuple[dict[str, Any], dt.date | None]:
    try:
        document = mapping(json.loads(data))
        day = dt.date.fromisoformat(str(document.get("date")))
    except (ValueError, RecursionError):
        return {}, None
    whole = document.get("schema") == 1 and document.get("level") in range(5) and sequence(document.get("units"))
    return document, day if whole else None


def _passes_there(document: dict[str, Any], name: str, table: Any, path: str) -> None:
    """Refuses a criterion that the report does not say passes, in every project that it is about."""
    units = [mapping(unit) for unit in sequence(document["units"])]
    asked = [unit for unit in units if unit.get("kind") == "ml-project"] or units
    for unit in asked:
        states = [item.get("state") for item in map(mapping, sequence(unit.get("criteria"))) if item.get("id") == name]
        if states != ["pass"]:
            said = f"says {states[0]!r}" if states else "says nothing"
            raise wrong(
                path, f"The report {said} about {name!r} of {unit.get('path')}, and not 'pass'.", table, "criteria"
            )
