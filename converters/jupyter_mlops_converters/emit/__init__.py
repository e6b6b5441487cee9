"""Pipelines as files: one module a target, registered by being in this package."""

from __future__ import annotations

from jupyter_mlops_converters.emit.emission import Emission, Link, Part
from jupyter_mlops_converters.emit.registry import TARGETS, emit, targets

__all__ = ["TARGETS", "Emission", "Link", "Part", "emit", "targets"]
