"""DVC's own files: `.dvc/config` with its remote, `.dvc/.gitignore`, `.dvcignore`."""

from __future__ import annotations

import configparser
import posixpath
import sys
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.assessment.dvc_tracked import remotes
from jupyter_mlops.lifts.scene import Scene

NAME = "storage"
_DVCIGNORE = """\
# Patterns of files that DVC should ignore, as in .gitignore:
# https://dvc.org/doc/user-guide/project-structure/dvcignore-files
"""
_EXTRAS = {
    "s3": "s3",
    "gs": "gs",
    "azure": "azure",
    "ssh": "ssh",
    "hdfs": "hdfs",
    "gdrive": "gdrive",
    "oss": "oss",
    "webdav": "webdav",
    "webdavs": "webdav",
}


class Settings(NamedTuple):
    """What DVC's files should be.

    Attributes:
        folder: that holds `.dvc`, from the root.
        files: path → content, of those that are missing or change.
        remote: address of the remote that counts.
        local: whether that is a folder that this lift chose for want of a better place.
        package: what to install for it, "dvc[s3]".
    """

    folder: str
    files: dict[str, str]
    remote: str
    local: bool
    package: str


def settings(scene: Scene) -> Settings:
    """DVC's files for a project.

    Args:
        scene: the project.
    """
    folder = _folder(scene)
    config = posixpath.normpath(f"{folder}/.dvc/config")
    place = scene.root / config
    old = place.read_text("utf-8") if place.is_file() else ""
    there = remotes(scene.unit, folder) if old.strip() else []
    chosen = scene.options["remote"].strip()
    files = {}
    if there:
        remote, local = there[0].url, False
        new = old
    else:
        remote = chosen or f"../../{scene.root.name}-dvc-storage"
        local = not chosen
        new = _with_remote(old, remote)
    if new != old or not place.is_file():
        files[config] = new
    for name, text in ((".dvc/.gitignore", "/config.local\n/tmp\n/cache\n"), (".dvcignore", _DVCIGNORE)):
        path = posixpath.normpath(f"{folder}/{name}")
        if not (scene.root / path).exists():
            files[path] = text
    extra = _EXTRAS.get(remote.partition("://")[0]) if "://" in remote else None
    return Settings(folder, files, remote, local, f"dvc[{extra}]" if extra else "dvc")


def has_remote(scene: Scene) -> bool:
    """Whether DVC has a remote that others may reach, too.

    Args:
        scene: the project.
    """
    return bool(remotes(scene.unit, _folder(scene)))


def other_cache(scene: Scene, folder: str) -> str | None:
    """Where the cache is, when it is not in the project: DVC's settings of the repository, the machine or the person.

    Args:
        scene: the project.
        folder: that holds `.dvc`.
    """
    home = Path.home()
    person = home / ("Library/Application Support" if sys.platform == "darwin" else ".config") / "dvc/config"
    for file in (scene.root / folder / ".dvc/config.local", scene.root / folder / ".dvc/config", person):
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(file.read_text("utf-8") if file.is_file() else "")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        found = parser.get("cache", "dir", fallback=None)
        if found:
            return found
    return None


def _folder(scene: Scene) -> str:
    """The nearest folder up from the unit with `.dvc`; the root where there is none."""
    folder = scene.unit.path
    while True:
        if (scene.root / folder / ".dvc").is_dir():
            return folder
        if folder == ".":
            return "."
        folder = posixpath.dirname(folder) or "."


def _with_remote(text: str, url: str) -> str:
    """DVC's configuration with a default remote; what is in it stays as it is."""
    section = f"['remote \"{NAME}\"']\n    url = {url}\n"
    rows = text.splitlines()
    if any(row.split("=")[0].strip() == "remote" for row in rows):
        return text  # a default that names a remote of the machine's own settings
    if "[core]" in rows:
        rows.insert(rows.index("[core]") + 1, f"    remote = {NAME}")
        return "\n".join(rows) + "\n" + section
    return (text if not text or text.endswith("\n") else text + "\n") + f"[core]\n    remote = {NAME}\n" + section
