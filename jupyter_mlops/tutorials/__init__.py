"""The tutorials: which there are, their sandboxes, and how far one has come."""

from __future__ import annotations

from jupyter_mlops.tutorials.catalogue import Tutorial, tutorial_numbered, tutorials
from jupyter_mlops.tutorials.sandbox import FOLDER, entry, lay, progress_of, project_around
from jupyter_mlops.tutorials.session import start

__all__ = ["FOLDER", "Tutorial", "entry", "lay", "progress_of", "project_around", "start", "tutorial_numbered", "tutorials"]
