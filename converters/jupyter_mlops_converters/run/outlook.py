"""A glance at what a run will come to, before DVC has been imported: enough to start importing for the first stages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.run.command_line import as_notebook_run


def notebooks_ahead(folder: Path, changed: Collection[str] = ()) -> list[Path]:
    """Stage notebooks that will probably run, in order.

    A stage will run when it never did, or when one of its parameters or its command changed; those after it may have to
    follow. Files are not looked at: that takes longer, and DVC does it.

    Args:
        folder: the pipeline's.
        changed: parameters that are going to be changed.

    Returns:
        Notebooks from the first such stage on; none where nothing like that is found.
    """
    stages = _mapping(folder / "dvc.yaml", "stages")
    locked = _mapping(folder / "dvc.lock", "stages")
    values = _mapping(folder / "params.yaml")
    found: list[Path] = []
    for name, stage in stages.items():
        if not isinstance(stage, dict):
            continue
        known = locked.get(name)
        if found or not isinstance(known, dict) or _differs(stage, known, values, changed):
            commands = stage.get("cmd")
            runs = [
                as_notebook_run(str(each), folder) for each in (commands if isinstance(commands, list) else [commands])
            ]
            found += [folder / run.source for run in runs if run is not None]
    return found


def _differs(
    stage: Mapping[str, Any], known: Mapping[str, Any], values: Mapping[str, Any], changed: Collection[str]
) -> bool:
    before = (known.get("params") or {}).get("params.yaml") or {}
    names = [name for name in stage.get("params") or () if isinstance(name, str)]
    return stage.get("cmd") != known.get("cmd") or any(
        name in changed or values.get(name) != before.get(name) for name in names
    )


def _mapping(path: Path, key: str | None = None) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    if key is not None and isinstance(document, dict):
        document = document.get(key)
    return document if isinstance(document, dict) else {}
