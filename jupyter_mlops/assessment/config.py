"""The project's own settings: `.mlops/config.toml` or `[tool.jupyter-mlops]` in pyproject.toml. Unknown keys are errors."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from jupyter_mlops.assessment.rulesets import RULESET, Pinned, is_version
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.shell import join
from jupyter_mlops.project.toml_reader import read_toml
from jupyter_mlops.project.yaml_reader import DocumentError


class Config(NamedTuple):
    """Settings of an assessment.

    Attributes:
        units: folders that are units, relative to the assessed folder; empty to search for them.
        exclude: globs of paths to leave out, relative to the assessed folder.
        ignore: ids of recommended criteria to leave out.
        plugins: names of plug-ins whose probes and criteria are taken in.
        ruleset: the ruleset that the team agreed on; None where it does not say.
    """

    units: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    ruleset: Pinned | None = None


def read_config(project: Project, given: dict[str, Any] | None = None) -> Config:
    """The settings of a project.

    Args:
        project: the project.
        given: stands in for the files.

    Raises:
        MlopsError: ``invalid-configuration`` on anything that is not understood.
    """
    if given is not None:
        return _config(given, "<config>")
    path = settings_file(project, "config.toml")
    if path is not None:
        return _config(load_toml(project, path), path)
    pyproject = join(project.folder, "pyproject.toml")
    if project.kind(pyproject) == "file":
        table = mapping(project.toml(pyproject).get("tool")).get("jupyter-mlops")
        if table is not None:
            return _config(table, pyproject)
    return Config()


def excluded(project: Project, patterns: tuple[str, ...], path: str) -> bool:
    """Whether the settings leave a path out.

    Args:
        project: the project.
        patterns: globs relative to the assessed folder; one without a slash is matched against every part of the path.
        path: relative to the base.
    """
    local = path if project.folder == "." else path.removeprefix(f"{project.folder}/")
    for pattern in patterns:
        bare = pattern.rstrip("/")
        if "/" not in bare and any(fnmatchcase(part, bare) for part in local.split("/")):
            return True
        if fnmatchcase(local, bare) or fnmatchcase(local, f"{bare}/*"):
            return True
    return False


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


def _config(table: Any, path: str) -> Config:
    from jupyter_mlops.assessment.criteria import criterion_named

    if not isinstance(table, dict):
        raise wrong(path, "The settings must be a table.")
    check_keys(path, table, Config._fields, "the settings")
    lists = {key: table[key] for key in table if key != "ruleset"}
    for key in lists:
        if not isinstance(table[key], list) or not all(isinstance(item, str) for item in table[key]):
            raise wrong(path, f"{key!r} must be a list of strings.", table, key)
    plugins = tuple(table.get("plugins", ()))
    for name in table.get("ignore", []):
        check_criterion(path, table, "ignore", name, plugins)
        if criterion_named(name, plugins).required:
            raise wrong(
                path,
                f"{name!r} is required for its level and cannot be ignored. Waive it with a reason instead.",
                table,
                "ignore",
            )
    return Config(**{key: tuple(given) for key, given in lists.items()}, ruleset=_pinned(table, path))


def _pinned(table: dict[Any, Any], path: str) -> Pinned | None:
    if "ruleset" not in table:
        return None
    if not is_version(table["ruleset"]):
        raise wrong(path, f"'ruleset' must be a version in quotes; the present one is \"{RULESET}\".", table, "ruleset")
    return Pinned(table["ruleset"], path, line_of(table, "ruleset"))
