"""Files of a project that DVC keeps already as a result of something: no second stage may claim them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops_converters.source.existing import pruned

#: The lists of a stage in which DVC looks for results.
_RESULTS = ("outs", "metrics", "plots")


def owned(root: Path, besides: Path) -> dict[str, str]:
    """What the `dvc.yaml` and `.dvc` files of a project have as their results.

    Args:
        root: of the project.
        besides: the folder of a pipeline that does not count.

    Returns:
        Path of a file or folder → the DVC file that has it; both posix, relative to the root. Templates, and files that
        cannot be read, have none.
    """
    found: dict[str, str] = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = pruned(subfolders, names)
        here = Path(folder)
        if here == besides:
            continue
        for name in names:
            if name == "dvc.yaml" or (name.endswith(".dvc") and name != ".dvc"):
                file = (here / name).relative_to(root).as_posix()
                for path in _results(here / name):
                    found.setdefault(posixpath.normpath(posixpath.join(posixpath.dirname(file), path)), file)
    return found


def owner(owners: Mapping[str, str], path: str) -> str:
    """The DVC file that has a file, or a folder that it is in, among its results; empty where there is none."""
    places = [path, *map(str, PurePosixPath(path).parents)]
    return next((owners[place] for place in places if place in owners), "")


def _results(file: Path) -> Iterator[str]:
    """Paths as they are written there, from the file's folder."""
    import yaml

    try:
        document = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    if not isinstance(document, dict):
        return
    stages = document.get("stages") if file.name == "dvc.yaml" else {"": document}
    for stage in stages.values() if isinstance(stages, dict) else ():
        if not isinstance(stage, dict):
            continue
        workdir = stage.get("wdir", ".")
        for key in _RESULTS:
            for each in stage.get(key) or ():
                path = _path(each)
                if path and isinstance(workdir, str) and "${" not in path + workdir:
                    yield posixpath.join(workdir, path)


def _path(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("path", next(iter(entry), ""))
    return entry if isinstance(entry, str) else ""
