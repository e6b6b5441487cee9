"""Which file of the project code means by a path, and which files look like data."""

from __future__ import annotations

import posixpath
import re

from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.assessment.written_files import COMMON_NAME
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell import join

_DATA_SUFFIX = lazy(
    r"\.(csv|tsv|parquet|feather|xlsx?|jsonl?|npy|npz|h5|hdf5?|arrow|orc|txt|data|dat|arff|pickle|pkl|zip|gz|bz2|tgz|mat|sav|dta|avro|nc|tif|wav"
    r"|png|jpe?g|db|sqlite3?)$",
    re.IGNORECASE,
)


def find_file(unit: Unit, source: str, text: str) -> str:
    """The path, relative to the base, that code means by a relative path: seen from its own folder or from a folder above."""
    text = text.replace("\\", "/")
    if text.startswith("/"):
        return _mounted(unit, text)
    if text.startswith("~") or re.match(r"[A-Za-z]:/", text):
        return text
    folder = posixpath.dirname(source) or "."
    # A notebook runs in its own folder; a script mostly where the project starts.
    first = join(folder if source.endswith(".ipynb") else unit.path, text)
    made = _made_by_pipelines(unit)
    while True:
        path = join(folder, text)
        if unit.project.exists(path) or unit.project.exists(f"{path}.dvc") or path in made:
            return path
        if folder in (".", unit.path):
            break
        folder = posixpath.dirname(folder) or "."
    return _moved(unit, text) or first


def _moved(unit: Unit, text: str) -> str | None:
    """The only data file in git that is called as the one that code reads, where that is no longer in its place."""
    name = text.rpartition("/")[2]
    if not is_data_file(name) or COMMON_NAME.match(name):
        return None
    found = unit.once("data files by name", lambda: _by_name(unit)).get(name, [])
    return found[0] if len(found) == 1 else None


def _by_name(unit: Unit) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in unit.files.which("data", lambda file: file.tracked and is_data_file(file.path)):
        if not unit.is_test(file.path):
            found.setdefault(file.name, []).append(file.path)
    return found


def _mounted(unit: Unit, text: str) -> str:
    """The project's file that an absolute path means inside of a container: the longest tail that is there."""
    parts = text.strip("/").split("/")
    # In somebody's home, a name alone says too little: a folder of the project has to be in it as well.
    at_home = parts[0] in ("home", "Users", "root")
    made = _made_by_pipelines(unit)
    for start in range(len(parts) - at_home):
        tail = unit.below("/".join(parts[start:]))
        if tail in made or (start and (unit.project.exists(tail) or unit.project.exists(f"{tail}.dvc"))):
            return tail
    return text


def _made_by_pipelines(unit: Unit) -> set[str]:
    return unit.once(
        "pipeline outputs",
        lambda: {out for pipeline in unit.pipelines for stage in pipeline.stages for out in stage.outputs},
    )


def is_data_file(path: str) -> bool:
    """Whether a file looks like data, as opposed to configuration."""
    name = path.rpartition("/")[2].lower()
    # `.env.data` is settings.
    return (
        bool(_DATA_SUFFIX.search(name))
        and not name.startswith(".")
        and not name.endswith((".json", ".txt", ".png", ".jpg", ".jpeg", ".pkl", ".pickle"))
    )
