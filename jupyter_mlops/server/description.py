"""The description of the REST interface, as OpenAPI 3.1."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jupyter_mlops import __version__


@cache
def description() -> dict[str, Any]:
    """The document, whose `info.version` is the number of the interface and `x-package-version` that of the package."""
    import yaml

    text = (files(__package__) / "openapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - it is the safe one
    document["info"]["x-package-version"] = __version__
    return document
