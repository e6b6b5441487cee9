"""What a stage's command asks papermill to do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

_FLAGS = frozenset({"--no-progress-bar", "--progress-bar"})


@dataclass(frozen=True)
class NotebookRun:
    """What papermill is asked to do.

    Attributes:
        folder: what the paths are relative to.
        source: the notebook.
        target: where the executed notebook goes.
        cwd: where the kernel starts.
        parameter_files: YAML files with parameters.
    """

    folder: Path
    source: str
    target: str
    cwd: str
    parameter_files: tuple[str, ...]


def as_notebook_run(command: str, folder: Path) -> NotebookRun | None:
    """What a command asks papermill to do.

    Args:
        command: of a stage.
        folder: where it runs.

    Returns:
        None where it is no papermill command, or has options that mean more than is understood here.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if not words or words.pop(0) != "papermill" or any(sign in command for sign in "{}|&;<>$`*"):
        return None
    paths, files, cwd = [], [], "."
    while words:
        word = words.pop(0)
        if word in ("-f", "--parameters_file") and words:
            files.append(words.pop(0))
        elif word == "--cwd" and words:
            cwd = words.pop(0)
        elif word == "--log-level" and words:
            words.pop(0)
        elif not word.startswith("-"):
            paths.append(word)
        elif word not in _FLAGS:
            return None
    if len(paths) != 2:
        return None
    return NotebookRun(folder, paths[0], paths[1], cwd, tuple(files))
