"""The project's own settings: `.mlops/config.toml` or `[tool.jupyter-mlops]` in pyproject.toml. Unknown keys are errors."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from jupyter_mlops.assessment.choices import Headline, LeftOut, read_headline, read_left_out, read_profiles
from jupyter_mlops.assessment.externals import External, read_externals
from jupyter_mlops.assessment.profiles import Chosen
from jupyter_mlops.assessment.rulesets import RULESET, Pinned, is_version
from jupyter_mlops.assessment.settings_file import check_keys, load_toml, settings_file, wrong
from jupyter_mlops.project import Project
from jupyter_mlops.project.marks import line_of, mapping
from jupyter_mlops.project.shell import join


class Config(NamedTuple):
    """Settings of an assessment.

    Attributes:
        units: folders that are units, relative to the assessed folder; empty to search for them.
        exclude: globs of paths to leave out, relative to the assessed folder.
        plugins: names of plug-ins whose probes and criteria are taken in.
        ruleset: the ruleset that the team agreed on; None where it does not say.
        profiles: what kind of project the units are, as people say.
        left_out: recommended criteria that are not asked.
        headline: which unit sets the level of the whole.
        externals: reports of sibling repositories.
        root: folder that the settings are of, relative to the base: the assessed one, or one above it.
    """

    units: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    ruleset: Pinned | None = None
    profiles: tuple[Chosen, ...] = ()
    left_out: LeftOut = LeftOut()
    headline: Headline = Headline()
    externals: tuple[External, ...] = ()
    root: str = "."

    def strict(self) -> Config:
        """The settings without what people decided: what is asked is what the ruleset asks of everybody."""
        return self._replace(profiles=(), left_out=LeftOut(), headline=Headline(), externals=())


def read_config(project: Project, given: dict[str, Any] | None = None) -> Config:
    """The settings of a project.

    Args:
        project: the project.
        given: stands in for the files.

    Raises:
        MlopsError: ``invalid-configuration`` on anything that is not understood.
    """
    if given is not None:
        return _config(project, given, "<config>")
    path = settings_file(project, "config.toml")
    if path is not None:
        return _config(project, load_toml(project, path), path)
    pyproject = join(project.folder, "pyproject.toml")
    if project.kind(pyproject) == "file":
        table = mapping(project.toml(pyproject).get("tool")).get("jupyter-mlops")
        if table is not None:
            return _config(project, table, pyproject)
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


_LISTS = ("units", "exclude", "plugins")
_KEYS = (*_LISTS, "ruleset", "profile", "ignore", "select", "headline", "external")


def _config(project: Project, table: Any, path: str) -> Config:
    root = (
        project.folder if path == "<config>" else path.removesuffix(".mlops/config.toml").removesuffix("pyproject.toml")
    )
    root = root.rstrip("/") or "."
    if not isinstance(table, dict):
        raise wrong(path, "The settings must be a table.")
    check_keys(path, table, _KEYS, "the settings")
    lists = {key: table[key] for key in _LISTS if key in table}
    for key in lists:
        if not isinstance(table[key], list) or not all(isinstance(item, str) for item in table[key]):
            raise wrong(path, f"{key!r} must be a list of strings.", table, key)
    plugins = tuple(table.get("plugins", ()))
    return Config(
        **{key: tuple(given) for key, given in lists.items()},
        ruleset=_pinned(table, path),
        profiles=read_profiles(path, table),
        left_out=read_left_out(path, table, plugins),
        # Seen from one of its parts, the whole has no headline.
        headline=read_headline(path, table) if root == project.folder else Headline(),
        externals=read_externals(project, table, path, root, plugins),
        root=root,
    )


def _pinned(table: dict[Any, Any], path: str) -> Pinned | None:
    if "ruleset" not in table:
        return None
    if not is_version(table["ruleset"]):
        raise wrong(path, f"'ruleset' must be a version in quotes; the present one is \"{RULESET}\".", table, "ruleset")
    return Pinned(table["ruleset"], path, line_of(table, "ruleset"))
