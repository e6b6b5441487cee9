"""Merge what is generated now with what the user made of what was generated before."""

from __future__ import annotations

from jupyter_mlops.lifts.pipeline.merge.conflict import Conflict
from jupyter_mlops.lifts.pipeline.merge.files import Merge, merge_files
from jupyter_mlops.lifts.pipeline.merge.lines import Side

__all__ = ["Conflict", "Merge", "Side", "merge_files"]
