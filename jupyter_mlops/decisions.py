"""What people decide about criteria and answer to the checklist, written into `.mlops/` with comments and order kept."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops.assessment.api import Assessment, assess
from jupyter_mlops.assessment.criterion import CHECKLIST
from jupyter_mlops.assessment.settings_file import settings_file
from jupyter_mlops.changes import Applied, ChangeSet
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.toml_reader import read_toml
from jupyter_mlops.project.yaml_reader import DocumentError

#: Kind of a decision → the key that holds its reason.
KINDS = {"waiver": "reason", "attest": "evidence", "not_applicable": "reason"}
ANSWERS = ("yes", "partly", "no")

#: Where a decision begins.
_BLOCK = re.compile(r"^(?=[ \t]*\[\[)", re.MULTILINE)
_WAIVERS = "waivers.toml"
_ANSWERS = "self-assessment.toml"
_HEAD = {
    _WAIVERS: "# What is accepted for a time, attested, or does not apply here. Each has an owner, and is shown in every report.\n",
    _ANSWERS: "# What we answer to the checklist ourselves; it is shown beside the evidence and changes no level.\n",
}


@dataclass(frozen=True)
class Decided:
    """A decision that is not written yet.

    Attributes:
        changes: what would be written.
        before: how the project stands.
        after: how it would stand.
    """

    changes: ChangeSet
    before: Assessment
    after: Assessment

    def to_dict(self, applied: Applied | None = None) -> dict[str, Any]:
        """The change set as a document, with `level` and `progress` before and after, and `applied`.

        Args:
            applied: what was written; None for a preview.
        """
        return {
            **self.changes.as_dict(),
            "level": [self.before.level, self.after.level],
            "progress": [self.before.progress, self.after.progress],
            "applied": None if applied is None else asdict(applied),
        }


def decide(
    path: str | Path,
    criterion: str,
    kind: str,
    *,
    reason: str,
    owner: str,
    expires: dt.date | None = None,
    scope: str = "",
) -> Decided:
    """Waive a criterion, attest it, or say that it does not apply. What was decided about it in that scope gives way.

    Args:
        path: the project's folder.
        criterion: its id.
        kind: "waiver", "attest" or "not_applicable".
        reason: why; of an attestation the evidence.
        owner: who answers for it.
        expires: the last day it counts; only "not_applicable" goes without.
        scope: glob of unit paths it is for; all of them where empty.

    Raises:
        MlopsError: `invalid-configuration` where it cannot be decided so, and what `assess` raises.
    """
    if kind not in KINDS:
        raise MlopsError("invalid-option", f"A decision is one of {', '.join(KINDS)}, not {kind!r}.")

    table: dict[str, Any] = {"criterion": criterion, KINDS[kind]: reason.strip(), "owner": owner.strip()}
    if scope:
        table["scope"] = scope
    if expires is not None and kind != "not_applicable":
        table |= {"created": dt.date.today(), "expires": expires}  # noqa: DTZ011 - a day of the person's calendar

    def edit(text: str) -> str:
        import tomlkit

        kept = _without(text, criterion, scope).rstrip("\n")
        return f"{kept}\n\n[[{kind}]]\n{tomlkit.dumps(table)}"

    word = {"waiver": "Waive", "attest": "Attest", "not_applicable": "Exempt from"}[kind]
    return _edited(path, _WAIVERS, f"{word} {criterion}", edit)


def withdraw(path: str | Path, criterion: str, *, scope: str = "") -> Decided:
    """Take back what was decided about a criterion.

    Args:
        path: the project's folder.
        criterion: its id.
        scope: of the decision; as in `decide`.
    """
    return _edited(
        path,
        _WAIVERS,
        f"Withdraw what was decided about {criterion}",
        lambda text: _without(text, criterion, scope),
    )


def answer(path: str | Path, question: str, said: str | None) -> Decided:
    """Answer a question of the checklist oneself.

    Args:
        path: the project's folder.
        question: its id.
        said: "yes", "partly" or "no"; None takes the answer back.

    Raises:
        MlopsError: `invalid-option` for other questions and answers.
    """
    if question not in CHECKLIST or said not in (*ANSWERS, None):
        raise MlopsError("invalid-option", f"Answer one of {', '.join(CHECKLIST)} with one of {', '.join(ANSWERS)}.")

    def edit(text: str) -> str:
        import tomlkit

        document = tomlkit.parse(text)
        table = document.setdefault("answers", tomlkit.table())
        if said is None:
            table.pop(question, None)
        else:
            table[question] = said
        return tomlkit.dumps(document)

    return _edited(path, _ANSWERS, f"Answer {question} ourselves", edit)


def _without(text: str, criterion: str, scope: str) -> str:
    """The file without what was decided about a criterion in a scope. Comments behind a decision belong to what follows."""
    head, *blocks = _BLOCK.split(text)
    return head + "".join(_trailing(block) if _covers(block, criterion, scope) else block for block in blocks)


def _covers(block: str, criterion: str, scope: str) -> bool:
    try:
        ((table,),) = read_toml(block).values()
    except (DocumentError, ValueError):
        message = "This file cannot be edited by machine: write each decision as `[[waiver]]` and plain keys."
        raise MlopsError("invalid-configuration", message, path=f".mlops/{_WAIVERS}") from None
    return table.get("criterion") == criterion and table.get("scope", "") in (scope, "", "*", "**")


def _trailing(block: str) -> str:
    """The comments at the end of a block."""
    lines = block.splitlines(keepends=True)
    last = max(at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    return "".join(lines[last + 1 :]).lstrip("\r\n")


def _edited(path: str | Path, name: str, title: str, edit: Callable[[str], str]) -> Decided:
    before = assess(path)
    project = before.project
    file = settings_file(project, name) or posixpath.normpath(posixpath.join(project.folder, ".mlops", name))
    place = project.base / file
    # Line ends stay as they are.
    text = place.read_bytes().decode("utf-8") if place.is_file() else _HEAD[name]
    new = edit(text)
    # What the file would say is judged by the one who reads it, before anything is written.
    after = assess(path, overrides={str(place): new})
    return Decided(ChangeSet.build(project.base, {file: new}, title=title), before, after)
