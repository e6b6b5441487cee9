"""What a team chooses in its settings: profiles, criteria left out, how several units make one level. Each says why."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from jupyter_mlops.assessment.profiles import PROFILES, Chosen
from jupyter_mlops.assessment.settings_file import check_criterion, check_keys, covers, reason_in, wrong
from jupyter_mlops.project.marks import line_of

_HOW = ("min", "median")


class LeftOut(NamedTuple):
    """Recommended criteria that are not asked.

    Attributes:
        ignored: id → why; None where the settings do not say.
        selected: ids that are asked, where only some are.
        why: why only those are.
    """

    ignored: dict[str, str | None] = {}  # noqa: RUF012 - never written to
    selected: frozenset[str] | None = None
    why: str | None = None

    def leaves_out(self, criterion: str) -> bool:
        """Whether a recommended criterion is not asked."""
        return criterion in self.ignored or (self.selected is not None and criterion not in self.selected)

    def reason(self, criterion: str) -> str | None:
        """Why it is not."""
        return self.ignored.get(criterion, self.why)


class Headline(NamedTuple):
    """Which unit sets the level of the whole.

    Attributes:
        how: the least of them, the one in the middle, or a named one.
        unit: path of the named one, relative to the assessed folder.
        path: the settings file.
        line: where.
    """

    how: Literal["min", "median", "primary"] = "min"
    unit: str = ""
    path: str = ""
    line: int | None = None


def chosen_for(choices: tuple[Chosen, ...], unit: str) -> Chosen | None:
    """The profile that was chosen for a unit; the first one that covers it.

    Args:
        choices: from the settings.
        unit: path of the unit, relative to the folder of the settings.
    """
    return next((choice for choice in choices if covers(choice.scope, unit)), None)


def read_profiles(path: str, table: Any) -> tuple[Chosen, ...]:
    """`profile = {name = …, reason = …}`, or several of them with a scope each."""
    if "profile" not in table:
        return ()
    given = table["profile"]
    listed = given if isinstance(given, list) else [given]
    if not listed or not all(isinstance(item, dict) for item in listed):
        raise wrong(path, 'Write `profile = {name = "batch", reason = "…"}`.', table, "profile")
    return tuple(_profile(path, item) for item in listed)


def _profile(path: str, table: dict[Any, Any]) -> Chosen:
    check_keys(path, table, ("name", "reason", "overlays", "scope"), "`profile`")
    if "name" not in table:
        raise wrong(path, "A `profile` needs a `name`.", table)
    name = _known(path, table, "name", table["name"], overlay=False)
    overlays = table.get("overlays", [])
    if not isinstance(overlays, list):
        raise wrong(path, "`overlays` must be a list of names.", table, "overlays")
    on_top = tuple(_known(path, table, "overlays", item, overlay=True) for item in overlays)
    scope = table.get("scope", "")
    if not isinstance(scope, str):
        raise wrong(path, "`scope` must be a glob of unit paths.", table, "scope")
    return Chosen(name, reason_in(path, table, "A `profile`"), on_top, scope, path, line_of(table, "name"))


def _known(path: str, table: dict[Any, Any], key: str, name: Any, *, overlay: bool) -> str:
    names = [known for known, profile in PROFILES.items() if profile.overlay == overlay]
    if name not in names:
        near = get_close_matches(str(name), names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Choose one of: {', '.join(names)}."
        raise wrong(path, f"There is no {'overlay' if overlay else 'profile'} {name!r}.{hint}", table, key)
    return str(name)


def read_left_out(path: str, table: Any, plugins: tuple[str, ...]) -> LeftOut:
    """`ignore = {criterion = "why"}` and `select = {criteria = […], reason = "why"}`."""
    ignored: dict[str, str | None] = {}
    given = table.get("ignore", {})
    if isinstance(given, dict):
        for name in given:
            _recommended(path, given, name, name, plugins)
            ignored[str(name)] = reason_in(path, given, f"What is ignored ({name})", name)
    elif isinstance(given, list) and all(isinstance(item, str) for item in given):
        for name in given:
            _recommended(path, table, "ignore", name, plugins)
            ignored[name] = None
    else:
        raise wrong(path, "'ignore' must be `{criterion = \"why\"}`, or a list of strings.", table, "ignore")
    if "select" not in table:
        return LeftOut(ignored)
    select = table["select"]
    if not isinstance(select, dict) or not isinstance(select.get("criteria"), list):
        raise wrong(path, 'Write `select = {criteria = ["…"], reason = "…"}`.', table, "select")
    check_keys(path, select, ("criteria", "reason"), "`select`")
    for name in select["criteria"]:
        check_criterion(path, select, "criteria", name, plugins)
    return LeftOut(ignored, frozenset(select["criteria"]), reason_in(path, select, "`select`"))


def _recommended(path: str, table: Any, key: Any, name: Any, plugins: tuple[str, ...]) -> None:
    from jupyter_mlops.assessment.criteria import criterion_named

    check_criterion(path, table, key, name, plugins)
    if criterion_named(str(name), plugins).required:
        raise wrong(
            path,
            f"{name!r} is required for its level and cannot be ignored. Waive it with a reason instead.",
            table,
            key,
        )


def read_headline(path: str, table: Any) -> Headline:
    """`headline = "median"`, or `{primary = "projects/churn"}`."""
    if "headline" not in table:
        return Headline()
    given, line = table["headline"], line_of(table, "headline")
    if given == "min":
        return Headline("min", "", path, line)
    if given == "median":
        return Headline("median", "", path, line)
    if isinstance(given, dict) and list(given) == ["primary"] and isinstance(given["primary"], str):
        return Headline("primary", given["primary"].strip("/") or ".", path, line)
    raise wrong(
        path,
        f'`headline` must be {" or ".join(map(repr, _HOW))}, or `{{primary = "path/of/unit"}}`.',
        table,
        "headline",
    )
