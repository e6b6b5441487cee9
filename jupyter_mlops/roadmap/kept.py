"""Keeps a plan in `.mlops/roadmap.toml`: what people wrote stays as it is, comments and order included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from jupyter_mlops.changes import ChangeSet
from jupyter_mlops.roadmap.model import PlannedStep, Roadmap
from jupyter_mlops.roadmap.settings import FILE, HOURS_A_WEEK, ROLES, KeptStep, step_id

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Table

_HEAD = """\
# The roadmap of this project. `jupyter mlops roadmap --save` brings it up to date and keeps what you write here.
# A step with `agreed = true` keeps its dates; `owner` and `hours` are yours; `done` is set when the files show it.

"""
_CALENDAR = """\

[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]
days_off = []  # for everybody: 2026-12-25, or "2026-12-24/2027-01-01" for a time

"""
_ROLE = """\
[roles.{role}]
hours_a_week = {hours:g}
# owner = "@someone"
# days_off = []
"""


def keep(roadmap: Roadmap) -> ChangeSet:
    """The change that brings `.mlops/roadmap.toml` up to date with a plan. Nothing is written before it is applied.

    Args:
        roadmap: the plan, with what is agreed from now on; see `make_roadmap`.
    """
    import tomlkit

    path = roadmap.folder / FILE
    text = path.read_bytes().decode("utf-8") if path.is_file() else _new(roadmap)
    document = tomlkit.parse(text)
    for key, value in (("target", roadmap.target), ("months", roadmap.months), ("start", roadmap.start)):
        if document.get(key) != value:
            document[key] = value
    if len(roadmap.units) > 1 and "focus" not in document:
        document["focus"] = roadmap.focus.unit
    if roadmap.focus.notebooks and "notebooks" not in document:
        document["notebooks"] = list(roadmap.focus.notebooks)
    _merge(document, roadmap)
    return ChangeSet.build(roadmap.folder, {FILE: tomlkit.dumps(document)}, title="Keep the roadmap")


def _new(roadmap: Roadmap) -> str:
    roles = "\n".join(_ROLE.format(role=role, hours=HOURS_A_WEEK) for role in ROLES)
    return f"{_HEAD}target = {roadmap.target}\n{_CALENDAR}{roles}\n"


def _merge(document: TOMLDocument, roadmap: Roadmap) -> None:
    """Brings the steps of the document up to date, in the order that they have there; new ones follow."""
    import tomlkit

    if "step" not in document:
        if not roadmap.steps:
            return
        document["step"] = tomlkit.aot()
    tables = cast("AoT", document["step"])
    wanted = {step.id: step for step in roadmap.steps}
    decided = {step.id: step for step in roadmap.decided}
    for table in list(tables):
        name = step_id(str(table.get("unit", ".")), str(table["criterion"]))
        step = wanted.pop(name, None)
        if step is not None:
            _update(table, step, decided.get(step.id, KeptStep(step.criterion.id, step.unit)))
        elif not any(table.get(key) for key in ("agreed", "owner", "done", "hours")):
            _drop(tables, table)
    for step in wanted.values():
        table = tomlkit.table()
        table["criterion"] = step.criterion.id
        if step.unit != ".":
            table["unit"] = step.unit
        table["title"] = step.criterion.title
        table["role"] = step.role
        _update(table, step, decided.get(step.id, KeptStep(step.criterion.id, step.unit)))
        tables.append(table)


def _update(table: Table, step: PlannedStep, decided: KeptStep) -> None:
    values: dict[str, Any] = {"owner": decided.owner} if decided.owner is not None else {}
    if step.state == "done":
        values |= {"done": step.done, "fell_back": None}
    else:
        values |= {"done": None, "fell_back": step.fell_back}
        planned = step.state == "planned"
        if decided.agreed:
            values |= {"start": decided.start, "due": decided.due, "agreed": True}
        else:
            values |= {"start": step.start if planned else None, "due": step.end if planned else None}
    for key, value in values.items():
        if value is None:
            table.pop(key, None)
        elif table.get(key) != value:
            _set(table, key, value)


def _set(table: Table, key: str, value: Any) -> None:
    """Sets a key. A new one goes before the comments at the end, which belong to what follows."""
    if key in table:
        table[key] = value
        return
    trailing = _cut_trailing(table)
    table[key] = value
    for item in trailing:
        table.add(item)


def _cut_trailing(table: Table) -> list[Any]:
    from tomlkit.items import Comment, Whitespace

    body = table.value.body
    trailing: list[Any] = []
    while body and isinstance(body[-1][1], (Comment, Whitespace)):
        trailing.insert(0, body.pop()[1])
    return trailing


def _drop(tables: AoT, table: Table) -> None:
    """Removes a step that nobody touched and the plan no longer has. Comments after it belong to the next one and stay."""
    at = next(place for place, each in enumerate(tables) if each is table)
    trailing = _cut_trailing(table)
    if at:
        for item in trailing:
            tables[at - 1].add(item)
    elif any(item.as_string().strip() for item in trailing):
        for item in trailing:
            table.add(item)
        return
    del tables[at]
