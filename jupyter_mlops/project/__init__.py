"""What is in the project: one walk, cached parsers, git facts. Reads, never writes."""

from jupyter_mlops.project.project import Note, Project, open_project

__all__ = ["Note", "Project", "open_project"]
