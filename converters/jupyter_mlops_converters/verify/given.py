"""What an engine would read beside the stages, as it would read it: `params.yaml`, `metrics.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_parameters(file: Path) -> dict[str, Any]:
    """The values in `params.yaml` as papermill reads them; none where the file is not there."""
    return parameters_in(file.read_bytes()) if file.is_file() else {}


def parameters_in(content: bytes) -> dict[str, Any]:
    """The values in the content of a `params.yaml`.

    Raises:
        MlopsError: ``invalid-params``.
    """
    import yaml

    from jupyter_mlops_converters.errors import MlopsError

    class Loader(yaml.SafeLoader):
        """Dates stay texts."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        values = yaml.load(content, Loader)  # noqa: S506 - it is a safe one
    except yaml.YAMLError as error:
        raise MlopsError("invalid-params", f"params.yaml is not valid YAML: {error}", path="params.yaml") from None
    return values if isinstance(values, dict) else {}


def read_metrics(file: Path) -> dict[str, Any]:
    """The content of `metrics.json`; empty where it is not there or not right."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
