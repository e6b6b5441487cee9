"""The scorecard over time: `.mlops/history.jsonl`, one row an assessment; what changed between two, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_mlops.assessment.api import Assessment
from jupyter_mlops.assessment.rulesets import RULESET
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project.marks import mapping, sequence

FILE = ".mlops/history.jsonl"
_DECISIONS = ("waived", "attested")
_NOT_ASKED = ("exemption", "profile")
_PREVIEW = ", preview"
_RUNGS = ("E0", "E1", "E2", "E3", "E4")


class Change(NamedTuple):
    """A difference between two rows.

    Attributes:
        unit: path of the unit.
        what: "level", or the id of a criterion.
        before: level or rung, with what people decided about it ("E1, waived"); None where it was not asked.
        after: likewise; None where it is no longer asked.
        cause: "project" for what was changed in it, "ruleset" for what is asked or judged differently.
    """

    unit: str
    what: str
    before: str | None
    after: str | None
    cause: str

    @property
    def worse(self) -> bool:
        """Whether it went down."""
        if self.before is None or self.after is None:
            return False
        return self.after.removesuffix(_PREVIEW) < self.before.removesuffix(_PREVIEW)

    @property
    def of_rules(self) -> bool:
        """Whether only other rules can make it: something is asked that was not, or no longer, or counts since."""
        if self.before is None or self.after is None:
            return True
        return self.before.endswith(_PREVIEW) != self.after.endswith(_PREVIEW)


def row_of(assessment: Assessment) -> dict[str, Any]:
    """The row that an assessment adds to the history."""
    git = assessment.project.git
    return {
        "date": assessment.date.isoformat(),
        "commit": git.head if git is not None else None,
        "ruleset": RULESET,
        "level": assessment.level,
        "progress": assessment.progress,
        "score": assessment.score,
        "units": [
            {
                "path": unit["path"],
                "level": unit["level"],
                "progress": unit["progress"],
                "score": unit["score"],
                "rungs": {item["id"]: item["rung"] for item in unit["criteria"]},
                "decided": _decided(unit["criteria"]),
                "previews": _previews(unit["previews"]),
            }
            for unit in assessment.to_dict()["units"]
        ],
    }


def _decided(criteria: Iterable[dict[str, Any]]) -> dict[str, str]:
    """What people decided about criteria: a level may rest on that, so a change of it must show."""
    return {
        item["id"]: item["state"]
        for item in criteria
        if "id" in item and (item.get("state") in _DECISIONS or item.get("by") in _NOT_ASKED)
    }


def _previews(listed: Iterable[dict[Any, Any]]) -> dict[str, Any]:
    """Criteria that do not count yet: how they stand, and from when on they count."""
    kept = ("rung", "level", "required", "counts_from")
    return {item["id"]: {key: item.get(key) for key in kept} for item in listed if "id" in item}


def read_history(folder: Path) -> list[dict[str, Any]]:
    """The rows of a project, oldest first.

    Args:
        folder: the assessed folder.

    Raises:
        MlopsError: ``invalid-history`` when a line is no row.
    """
    path = folder / FILE
    # A link that leaves the project is not followed.
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MlopsError(
            "invalid-history", "The history cannot be read. Restore the file from git.", path=str(path)
        ) from None
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("units"), list):
            raise MlopsError(
                "invalid-history",
                "This line is no row of the history. Restore the file from git.",
                path=str(path),
                line=number,
            )
        rows.append(row)
    return rows


def record(folder: Path, assessment: Assessment) -> dict[str, Any]:
    """Adds a row, unless the last one is the same. The one thing in the assessment that writes.

    Args:
        folder: the assessed folder.
        assessment: what to record.
    """
    row = row_of(assessment)
    rows = read_history(folder)
    if rows and rows[-1] == row:
        return row
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    # Names of folders need not be text.
    with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return row


def read_baseline(path: Path) -> dict[str, Any]:
    """A row from a file: a row, the last of a history, or the JSON document of `assess`.

    Args:
        path: the file.

    Raises:
        MlopsError: ``invalid-baseline`` when it is none of these.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MlopsError(
            "invalid-baseline",
            "The baseline cannot be read. Name a file written by `assess --format json` or `history`.",
            path=str(path),
        ) from None
    for candidate in (text, (text.strip().splitlines() or [""])[-1]):
        try:
            data = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("units"), list):
            return _as_row(data)
    raise MlopsError(
        "invalid-baseline",
        "The baseline is no assessment. Name a file written by `assess --format json` or `history`.",
        path=str(path),
    )


def _as_row(data: dict[str, Any]) -> dict[str, Any]:
    units = []
    for unit in map(mapping, sequence(data["units"])):
        rungs = unit.get("rungs") or {
            item["id"]: item["rung"]
            for item in map(mapping, sequence(unit.get("criteria")))
            if "id" in item and "rung" in item
        }
        more = {} if "criteria" not in unit else {"decided": _decided(map(mapping, sequence(unit["criteria"])))}
        if isinstance(unit.get("previews"), list):
            more["previews"] = _previews(map(mapping, sequence(unit["previews"])))
        units.append({**unit, **more, "rungs": rungs})
    return {**data, "units": units}


def changes(before: dict[str, Any], after: dict[str, Any], rejudged: dict[str, Any] | None = None) -> list[Change]:
    """What changed between two rows, unit by unit, and whether the project or the ruleset changed it.

    Where the rows are of two rulesets and the earlier one was judged again by the later ruleset (see `judged_again`), that
    tells them apart. Without that only criteria that are new or gone are known to be the ruleset's.

    Args:
        before: the earlier row.
        after: the later row.
        rejudged: the earlier row as the ruleset of the later one has it.
    """
    if before.get("ruleset") == after.get("ruleset"):
        return list(_differences(before, after, "project"))
    if rejudged is not None and rejudged.get("ruleset") == after.get("ruleset"):
        return [*_differences(before, rejudged, "ruleset"), *_differences(rejudged, after, "project")]
    found = list(_differences(before, after, "project"))
    return [change._replace(cause="ruleset") if change.of_rules else change for change in found]


def judged_again(folder: Path, row: dict[str, Any]) -> dict[str, Any] | None:
    """A row as the present ruleset has it: its commit is assessed again in a scratch checkout, for its day.

    Args:
        folder: the assessed folder.
        row: the row.

    Returns:
        None when its commit is not here, or is none.
    """
    from jupyter_mlops.assessment.api import assess
    from jupyter_mlops.project.checkout import checked_out, resolve
    from jupyter_mlops.project.git import find_repository

    git = find_repository(folder)
    commit = row.get("commit")
    if git is None or not isinstance(commit, str):
        return None
    path = folder.resolve().relative_to(git.top.resolve())
    try:
        with checked_out(git, resolve(git, commit), remote=git.has_remote) as tree:
            return row_of(assess(tree / path, date=str(row.get("date")))) | {"commit": commit}
    except MlopsError:
        return None


def _differences(before: dict[str, Any], after: dict[str, Any], cause: str) -> Iterator[Change]:
    earlier = {unit.get("path"): unit for unit in map(mapping, sequence(before.get("units")))}
    for unit in map(mapping, sequence(after.get("units"))):
        known = mapping(earlier.get(unit.get("path")))
        if not known:
            continue
        path = str(unit.get("path"))
        if known.get("level") != unit.get("level"):
            yield Change(path, "level", str(known.get("level")), str(unit.get("level")), cause)
        old, new = _standing(known, unit), _standing(unit, known)
        for name in [*old, *(name for name in new if name not in old)]:
            if old.get(name) != new.get(name):
                yield Change(path, name, old.get(name), new.get(name), cause)


def _standing(unit: dict[Any, Any], other: dict[Any, Any]) -> dict[str, str]:
    """The rungs of a unit, with what was decided where both rows tell it: older ones do not."""
    rungs = {str(name): str(rung) for name, rung in mapping(unit.get("rungs")).items()}
    if "decided" in unit and "decided" in other:
        for name, state in mapping(unit["decided"]).items():
            rungs[name] = f"{rungs.get(name, _RUNGS[0])}, {state}"
    if "previews" in unit and "previews" in other:
        rungs |= {
            str(name): f"{mapping(item).get('rung')}{_PREVIEW}" for name, item in mapping(unit["previews"]).items()
        }
    return rungs


def coming(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The criteria that a row shows and does not count yet: unit, id, rung, level, whether required, and from which ruleset on.

    Args:
        row: a row of the history.
    """
    return [
        {"unit": str(unit.get("path")), "id": str(name), **mapping(item)}
        for unit in map(mapping, sequence(row.get("units")))
        for name, item in mapping(unit.get("previews")).items()
    ]


def regressions(before: dict[str, Any], assessment: Assessment) -> list[Change]:
    """What an assessment lost: a lower level, or a required criterion that passed and no longer does.

    Args:
        before: an earlier row.
        assessment: the present.
    """
    from jupyter_mlops.assessment.criteria import all_criteria

    required = {criterion.id for criterion in all_criteria() if criterion.required}
    lost = []
    for change in changes(before, row_of(assessment)):
        passed = change.before in _RUNGS[3:] and change.after in _RUNGS[:3]
        if change.worse and (change.what == "level" or (change.what in required and passed)):
            lost.append(change)
    return lost
