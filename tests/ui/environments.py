"""Environments beside the one that the tests run in, for what cannot be installed there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(name: str, *packages: str, extras: str = "") -> str:
    """An environment with this checkout in `build/`, made where it is not there yet.

    Args:
        name: of its folder.
        packages: what is installed besides.
        extras: of this checkout, as `[dvc]`.

    Returns:
        Its interpreter.
    """
    folder = ROOT / "build" / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [sys.executable, "-m", "uv", "pip", "install", "--python", str(python)]
    if subprocess.run([*install[:3], "--version"], capture_output=True, check=False).returncode:
        install = [str(python), "-m", "pip", "install"]
    environment = {**os.environ, "SKIP_JUPYTER_BUILDER": "1"}
    subprocess.run([*install, "--quiet", *packages, "--editable", f"{ROOT}{extras}"], env=environment, check=True)
    return str(python)
