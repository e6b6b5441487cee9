"""Whether declared packages fit together: asked of uv, or of pip where uv is not there. Nothing is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.project.requirements import normalise

_TIMEOUT_S = 180.0
_NO_NETWORK = re.compile(
    r"error sending request|Could not connect|dns error|Connection refused|network|timed out", re.IGNORECASE
)


class Resolution(NamedTuple):
    """An answer.

    Attributes:
        fits: whether the packages fit together; None where that could not be found out.
        by: the tool that said so.
        versions: distribution → version of everything that would be installed.
        reason: why not, in the tool's words.
    """

    fits: bool | None
    by: str
    versions: Mapping[str, str] = {}
    reason: str = ""


def resolve(text: str, python: str, folder: Path) -> Resolution:
    """Resolve a requirements file as for an empty environment.

    Args:
        text: the file's content.
        python: version of Python, "3.11".
        folder: that paths in the file are relative to.
    """
    uv = shutil.which("uv")
    with tempfile.TemporaryDirectory(prefix="jupyter-mlops-") as scratch:
        file = Path(scratch) / "requirements.txt"
        file.write_text(text, encoding="utf-8", newline="\n")
        if uv is not None:
            command = [
                uv,
                "pip",
                "compile",
                "--quiet",
                "--no-header",
                "--no-annotate",
                "--no-progress",
                "--color",
                "never",
            ]
            return _asked("uv", [*command, "--python-version", python, str(file)], folder)
        # Isolated: in the project's folder there may be a `pip.py`, or another module of a name that pip imports.
        command = [sys.executable, "-I", "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        answer = _asked("pip", [*command, "--no-input", "--disable-pip-version-check", "-r", str(file)], folder)
        if "No module named pip" in answer.reason:
            return Resolution(None, "nothing", reason="neither uv nor pip is installed")
        return answer


def _asked(tool: str, command: list[str], folder: Path) -> Resolution:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Resolution(None, tool, reason=f"{tool} gave no answer: {error.__class__.__name__}")
    if done.returncode == 0:
        pairs = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", done.stdout, re.MULTILINE)
        return Resolution(True, tool, {normalise(name): version for name, version in pairs})
    said = re.sub(r"[ \t]+", " ", done.stderr.strip().replace("\n", " "))
    if _NO_NETWORK.search(said):
        return Resolution(None, tool, reason=f"{tool} could not reach a package index")
    return Resolution(False, tool, reason=re.sub(r"^\W*(error: )?", "", said)[:400])
