"""Waivers, attestations and exemptions: `.mlops/waivers.toml`. Each has an owner and a reason, and all but exemptions end."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

from jupyter_mlops.assessment.criteria import criterion_named
from jupyter_mlops.assessment.scoring import Result
from jupyter_mlops.assessment.settings_file import (
    check_criterion,
    check_keys,
    covers,
    load_toml,
    reason_in,
    settings_file,
    wrong,
)
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import mapping

#: How long a decision may last.
LONGEST = dt.timedelta(days=180)
_WARNING = dt.timedelta(days=14)
_NEVER_WAIVED = "code-versioned"

#: Table → (state it gives, keys it must have, keys it may have, the key that holds the reason).
_KINDS = {
    "waiver": ("waived", ("criterion", "reason", "owner", "expires"), ("scope", "created"), "reason"),
    "attest": ("attested", ("criterion", "evidence", "owner", "expires"), ("scope", "created"), "evidence"),
    "not_applicable": ("not-applicable", ("criterion", "reason", "owner"), ("scope",), "reason"),
}
_WORDS = {"waived": "waiver", "attested": "attestation", "not-applicable": "exemption"}


class Decision(NamedTuple):
    """A recorded decision about a criterion.

    Attributes:
        state: the state it gives: "waived", "attested" or "not-applicable".
        criterion: id.
        reason: why, or the evidence.
        owner: who answers for it.
        expires: last day it counts; None when it does not end.
        scope: glob of unit paths it is for.
        path: the file it is in.
        line: where.
    """

    state: str
    criterion: str
    reason: str
    owner: str
    expires: dt.date | None
    scope: str
    path: str
    line: int | None

    def covers(self, unit: str) -> bool:
        """Whether it is for the unit of that path, relative to the assessed folder."""
        return covers(self.scope, unit)

    def expired(self, day: dt.date) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and day > self.expires


def read_waivers(project: Project, day: dt.date, plugins: tuple[str, ...] = ()) -> tuple[Decision, ...]:
    """The recorded decisions of a project.

    Args:
        project: the project.
        day: day of the assessment.
        plugins: plug-ins whose criteria can be decided about, too.

    Raises:
        MlopsError: ``invalid-configuration`` on anything that is malformed.
    """
    path = settings_file(project, "waivers.toml")
    if path is None:
        return ()
    document = load_toml(project, path)
    check_keys(path, document, _KINDS, "the waivers file")
    found = []
    for kind, listed in document.items():
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise wrong(path, f"Write `[[{kind}]]`, with two brackets: there can be several.", document, kind)
        found += [_read(path, kind, item, day, plugins) for item in listed]
    counts = Counter(
        criterion_named(item.criterion, plugins).level
        for item in found
        if item.state == "waived" and not item.expired(day)
    )
    for level, count in counts.items():
        if count > 1:
            raise wrong(
                path, f"There are {count} waivers at the gate of Level {level}; one is the most. Remove the others."
            )
    return tuple(found)


def _read(path: str, kind: str, table: dict[Any, Any], day: dt.date, plugins: tuple[str, ...]) -> Decision:
    state, needed, optional, reason_key = _KINDS[kind]
    check_keys(path, table, (*needed, *optional), f"[[{kind}]]")
    for key in needed:
        if key not in table:
            raise wrong(path, f"A [[{kind}]] needs `{key}`.", table)
    criterion = check_criterion(path, table, "criterion", table["criterion"], plugins)
    if state in ("waived", "not-applicable") and criterion == _NEVER_WAIVED:
        said = "be waived" if state == "waived" else "be declared not to apply"
        raise wrong(
            path,
            f"`{_NEVER_WAIVED}` cannot {said}: without a history nothing else can be checked.",
            table,
            "criterion",
        )
    for key in (reason_key, "owner"):
        if not isinstance(table[key], str) or not table[key].strip():
            raise wrong(path, f"`{key}` must be a text that is not empty.", table, key)
    reason = table[reason_key].strip() if reason_key == "evidence" else reason_in(path, table, f"A [[{kind}]]")
    scope = table.get("scope", "")
    if not isinstance(scope, str):
        raise wrong(path, "`scope` must be a glob of unit paths.", table, "scope")
    expires = _date(path, table, "expires") if "expires" in table else None
    created = _date(path, table, "created") if "created" in table else day
    if expires is not None and expires - created > LONGEST:
        raise wrong(path, f"It may last {LONGEST.days} days at most, and then be thought over again.", table, "expires")
    return Decision(
        state, criterion, reason, table["owner"].strip(), expires, scope, path, getattr(table, "line", None)
    )


def _date(path: str, table: dict[Any, Any], key: str) -> dt.date:
    value = table[key]
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise wrong(path, f"`{key}` must be a date, such as 2027-01-31.", table, key)
    return value


def apply(results: tuple[Result, ...], decisions: tuple[Decision, ...], unit: str, day: dt.date) -> tuple[Result, ...]:
    """Results with what was decided about them.

    Args:
        results: what the files say.
        decisions: waivers, attestations, exemptions.
        unit: path of the unit, relative to the assessed folder.
        day: day of the assessment.
    """
    return tuple(
        _applied(
            result, [item for item in decisions if item.criterion == result.criterion.id and item.covers(unit)], day
        )
        for result in results
    )


def _applied(result: Result, decisions: list[Decision], day: dt.date) -> Result:
    if result.state in ("pass", "not-applicable"):
        return result
    for decision in decisions:
        until = f" until {decision.expires.isoformat()}" if decision.expires is not None else ""
        word = _WORDS[decision.state]
        if decision.expired(day):
            result = replace(result, note=f"The {word} by {decision.owner} expired on {decision.expires}.")
            continue
        soon = decision.expires is not None and decision.expires - day <= _WARNING
        ending = f" It ends in {(decision.expires - day).days} days." if soon and decision.expires is not None else ""
        note = f"{decision.state.capitalize().replace('-', ' ')} by {decision.owner}{until}: {decision.reason}.{ending}".replace(
            "..", "."
        )
        return replace(result, state=decision.state, note=note, by=word)
    return result


def own_answers(project: Project) -> dict[str, str]:
    """The answers that people gave to the checklist, from `.mlops/self-assessment.toml`: question → "yes", "partly" or "no".

    Raises:
        MlopsError: ``invalid-configuration`` on unknown questions or answers.
    """
    from jupyter_mlops.assessment.criterion import CHECKLIST

    path = settings_file(project, "self-assessment.toml")
    if path is None:
        return {}
    document = load_toml(project, path)
    check_keys(path, document, ("answers",), "the self-assessment")
    table = mapping(document.get("answers"))
    check_keys(path, table, CHECKLIST, "[answers]")
    for key, value in table.items():
        if value not in ("yes", "partly", "no"):
            raise wrong(path, f'The answer to `{key}` must be "yes", "partly" or "no".', table, key)
    return {str(key): str(value) for key, value in table.items()}
