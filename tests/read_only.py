"""Folders that really cannot be written: what the system refuses, and not what a stand-in says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

#: For whoever may write everywhere: a disk that is read-only, for the command alone.
_MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
#: For everybody else.
_FORBIDDEN = 'chmod -R a-w "$0" && exec "$@"'


def before_command(folder: Path) -> list[str]:
    """What is put before a command for which a folder is read-only.

    Args:
        folder: with all that shall be in it.

    Returns:
        The beginning of a command line; the test is skipped where there is no way to one.
    """
    if os.name == "nt":
        pytest.skip("Windows has no folders that are read-only")
    if os.geteuid() != 0:
        return ["sh", "-c", _FORBIDDEN, str(folder)]
    words = ["unshare", "--mount", "sh", "-c", _MOUNTED, str(folder)]
    try:
        subprocess.run([*words, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("root may write everywhere, and mount nothing here")
    return words
