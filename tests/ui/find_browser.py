"""Finds the Chromium or Chrome that the browser tests drive, and installs one where that is possible.

`python tests/ui/find_browser.py [--install]` prints its path, or says what to do and exits 3. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)


def find() -> str | None:
    """The executable that `CHROME` names, else the first of the usual ones; None when there is none."""
    named = os.environ.get("CHROME")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in (*_NAMES, *_PLACES))
    return next((path for path in found if path), None)


def install() -> None:
    """Install Debian's or Ubuntu's chromium, where apt-get is there and may be used without a password."""
    apt = shutil.which("apt-get")
    if apt is None:
        return
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and shutil.which("sudo") is None:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("Installing chromium with apt-get (about a minute) ...", file=sys.stderr)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        done = subprocess.run(
            [*prefix, apt, *command], env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            return


def main() -> int:
    """Print the browser's path, installing it first where asked to and needed."""
    path = find()
    if path is None and "--install" in sys.argv[1:]:
        install()
        path = find()
    if path is None:
        print(
            "No Chromium or Chrome was found. Install one (Debian: apt-get install chromium) or name it: "
            f"CHROME={Path('/path/to/chrome')} make ui",
            file=sys.stderr,
        )
        return 3
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
