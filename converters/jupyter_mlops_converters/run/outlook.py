"""A glance at what a run will come to, before DVC has been imported: enough to start importing for the first stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_mlops_converters.run.commands import as_notebook_run


def notebooks_ahead(folder: Path) -> list[Path]:
    """Stage notebooks that will probably run, in order.

    A stage will run when it never did, or when one of its parameters or its command changed; those after it may have to
    follow. Files are not looked at: that takes longer, and DVC does it.

    Args:
        folder: the pipeline's.

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
        if found or not isinstance(known, dict) or _differs(stage, known, values):
            run = as_notebook_run(str(stage.get("cmd")), folder)
            if run is not None:
                found.append(folder / run.source)
    return found


def _differs(stage: dict[str, Any], known: dict[str, Any], values: dict[str, Any]) -> bool:
    before = (known.get("params") or {}).get("params.yaml") or {}
    names = [name for name in stage.get("params") or () if isinstance(name, str)]
    return stage.get("cmd") != known.get("cmd") or any(values.get(name) != before.get(name) for name in names)


def _mapping(path: Path, key: str | None = None) -> dict[str, Any]:
    import yaml

    try:
        document = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    if key is not None and isinstance(document, dict):
        document = document.get(key)
    return document if isinstance(document, dict) else {}
