"""The interpreter for work in a process of its own, which must not import what lies in a person's project."""

from __future__ import annotations

import sys


def isolated(statements: str) -> list[str]:
    """A command line that runs statements with the modules of this process.

    `python -m` looks for modules in the folder that it is started in first, where the project may have a `yaml.py`: looking
    at a project would run its code. Isolated (`-I`), no variable says how it writes, so that is UTF-8.

    Args:
        statements: Python, on one line.

    Returns:
        Program and arguments; more may follow, as `sys.argv[1:]`.
    """
    path = [place for place in sys.path if place]  # "" is the folder that the process is started in
    return [sys.executable, "-I", "-X", "utf8", "-c", f"import sys; sys.path[:] = {path!r}; {statements}"]
