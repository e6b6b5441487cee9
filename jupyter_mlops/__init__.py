"""jupyter-mlops: turn notebooks into proven pipelines; see and raise a project's MLOps maturity."""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Public name -> the module it lives in. Loaded on first use, so that `import jupyter_mlops` costs nothing.
_PUBLIC = {
    "Scorecard": "jupyter_mlops.widgets.scorecard",
    "assess": "jupyter_mlops.assessment.api",
    "assess_all": "jupyter_mlops.assessment.portfolio.api",
    "check": "jupyter_mlops.checks.api",
    "check_certificate": "jupyter_mlops.assessment.certificate",
    "convert": "jupyter_mlops.lifts.pipeline.api",
    "keep": "jupyter_mlops.roadmap.kept",
    "lift": "jupyter_mlops.lifts.api",
    "make_certificate": "jupyter_mlops.assessment.certificate",
    "make_roadmap": "jupyter_mlops.roadmap.api",
    "rank": "jupyter_mlops.lifts.pipeline.ranking",
    "verify": "jupyter_mlops.lifts.pipeline.api",
    "why": "jupyter_mlops.assessment.why",
}

__all__ = [
    "Scorecard",
    "__version__",
    "assess",
    "assess_all",
    "check",
    "check_certificate",
    "convert",
    "keep",
    "lift",
    "make_certificate",
    "make_roadmap",
    "rank",
    "verify",
    "why",
]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-mlops"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "jupyter_mlops.server"}]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("jupyter-mlops")
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
