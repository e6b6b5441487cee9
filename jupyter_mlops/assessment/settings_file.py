"""Files of settings, read strictly: what is not understood is an error at its line, and never passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.shell import join
from jupyter_mlops.project.toml_reader import read_toml
from jupyter_mlops.project.yaml_reader import DocumentError

_SHORTEST_REASON = 15


def settings_file(project: Project, name: str) -> str | None:
    """The path of a file in `.mlops` of the assessed folder, or of the nearest folder above it; None without one."""
    folder = project.folder
    while True:
        path = join(folder, f".mlops/{name}")
        if project.kind(path) == "file":
            return path
        if folder == ".":
            return None
        folder = folder.rpartition("/")[0] or "."


def load_toml(project: Project, path: str) -> dict[Any, Any]:
    """A settings file, which must be valid."""
    try:
        return read_toml(project.text(path) or "")
    except DocumentError as error:
        raise MlopsError(
            "invalid-configuration", error.message[:1].upper() + error.message[1:] + ".", path=path, line=error.line
        ) from None


def wrong(path: str, message: str, container: Any = None, key: Any = None) -> MlopsError:
    """A configuration error at a place.

    Args:
        path: the file.
        message: what is wrong and what to write instead.
        container: the table it is in.
        key: the key it is about.
    """
    return MlopsError("invalid-configuration", message, path=path, line=line_of(container, key) or line_of(container))


def check_keys(path: str, table: Any, known: Iterable[str], where: str) -> None:
    """Refuses keys that are not known, with the nearest one that is."""
    names = list(known)
    for key in mapping(table):
        if key not in names:
            near = get_close_matches(str(key), names, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" Known keys: {', '.join(names)}."
            raise wrong(path, f"Unknown key {key!r} in {where}.{hint}", table, key)


def check_criterion(path: str, table: Any, key: str, name: Any, plugins: tuple[str, ...] = ()) -> str:
    """Refuses ids that are no criterion's."""
    from jupyter_mlops.assessment.criteria import all_criteria

    ids = [criterion.id for criterion in all_criteria(plugins)]
    if name not in ids:
        near = get_close_matches(str(name), ids, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else " `jupyter mlops criteria` lists them."
        raise wrong(path, f"There is no criterion {name!r}.{hint}", table, key)
    return str(name)


def reason_in(path: str, table: Any, what: str, key: str = "reason") -> str:
    """The reason that a table gives, which must be one.

    Args:
        path: the file.
        table: the table.
        what: what needs it, for people.
        key: where it stands.
    """
    if key not in table:
        raise wrong(path, f"{what} needs a `{key}`.", table)
    reason = table[key]
    if not isinstance(reason, str) or not reason.strip():
        raise wrong(path, f"{what} needs a reason, a text that is not empty.", table, key)
    if len(reason.strip()) < _SHORTEST_REASON:
        raise wrong(
            path, f"The reason is too short to be one; write at least {_SHORTEST_REASON} characters.", table, key
        )
    return reason.strip()


def covers(scope: str, unit: str) -> bool:
    """Whether a scope is for a unit: `a/**` is the folder `a` and all below it; `*` stays inside a folder's name.

    Args:
        scope: glob of unit paths; empty for all.
        unit: path of the unit, relative to the assessed folder.
    """
    if scope in ("", "**", "*"):
        return True
    text = re.escape(scope.strip("/")).replace(r"/\*\*", "(/.*)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.match(text + r"\Z", unit) is not None
