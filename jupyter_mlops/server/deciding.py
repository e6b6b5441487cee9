"""What people decide, from a request: shown as a change, and written once that was agreed to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops.server.errors import RequestError

if TYPE_CHECKING:
    from jupyter_mlops.decisions import Decided

_TEXTS = ("kind", "criterion", "reason", "owner", "scope", "expires", "question", "answer")


@dataclass(frozen=True)
class DecisionRequest:
    """A decision that is asked for.

    Attributes:
        texts: what it is, by name; what was not given is empty.
        id: of the preview that was agreed to; None for a preview.
    """

    texts: dict[str, str]
    id: str | None


def decision_request(body: dict[str, Any]) -> DecisionRequest:
    """A request's body, which is trusted in nothing.

    Args:
        body: `{"decision": {"kind", …}, "id"}`.

    Raises:
        RequestError: 400 `invalid-request` where it is not understood.
    """
    decision, agreed = body.get("decision"), body.get("id")
    if not isinstance(decision, dict) or not (agreed is None or isinstance(agreed, str)):
        raise RequestError(400, "invalid-request", "A decision is an object, and is written for the id of a preview.")
    given = {name: value for name, value in decision.items() if value is not None}
    if not set(given) <= set(_TEXTS) or not all(isinstance(value, str) for value in given.values()):
        raise RequestError(400, "invalid-request", f"A decision has texts: {', '.join(_TEXTS)}.")
    return DecisionRequest({name: given.get(name, "") for name in _TEXTS}, agreed)


def decided(asked: DecisionRequest, project: Path) -> dict[str, Any]:
    """The change that a decision makes; it is written where the request has the id of its preview.

    Args:
        asked: the decision.
        project: the project's folder.

    Returns:
        The change set as a document, with `level` and `progress` before and after, and `applied`.

    Raises:
        RequestError: 409 `changed-since-preview`.
        MlopsError: what the decision, and applying it, raise.
    """
    found = _decided(asked.texts, project)
    if asked.id is not None and asked.id != found.changes.id:
        message = "The project changed since the preview. Nothing was written; look at it again."
        raise RequestError(409, "changed-since-preview", message)
    return found.to_dict(None if asked.id is None else found.changes.apply())


def _decided(texts: dict[str, str], project: Path) -> Decided:
    from jupyter_mlops import decisions

    kind = texts["kind"]
    if kind == "answer":
        return decisions.answer(project, texts["question"], texts["answer"] or None)
    if kind == "withdraw":
        return decisions.withdraw(project, texts["criterion"], scope=texts["scope"])
    return decisions.decide(
        project,
        texts["criterion"],
        kind,
        reason=texts["reason"],
        owner=texts["owner"],
        expires=_day(texts["expires"]),
        scope=texts["scope"],
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise RequestError(400, "invalid-request", f"{text!r} is not a date. Write it as YYYY-MM-DD.") from None
