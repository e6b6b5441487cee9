"""Pipelines on disk, and the commands of engines run in them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from jupyter_mlops_converters.emit import Emission, Link

#: Hides this repository's packages from all that the engines start.
_HIDE = "import sys\nsys.modules['jupyter_mlops'] = sys.modules['jupyter_mlops_converters'] = None\n"


class Shell:
    """Runs commands as in an environment that was activated, and in which this repository's packages are missing.

    Args:
        folder: made for what does that.
        hide: False where they are needed.
    """

    def __init__(self, folder: Path, *, hide: bool = True) -> None:
        folder.mkdir()
        modules = str(folder)
        if hide:
            (folder / "sitecustomize.py").write_text(_HIDE)
        else:
            modules = os.environ.get("PYTHONPATH", modules)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "DVC_", "PYTEST_"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        identity = {"GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.org"}
        identity |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
        self.environment = {**kept, **identity, "PATH": path, "PYTHONPATH": modules, "DVC_NO_ANALYTICS": "1"}

    def __call__(self, command: str, folder: Path) -> str:
        answer = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert answer.returncode == 0, f"{command}\n{answer.stdout[-4000:]}\n{answer.stderr[-6000:]}"
        return answer.stdout + answer.stderr


def write(emission: Emission, root: Path) -> Path:
    folder = root / emission.pipeline.folder
    for base, files in ((folder, emission.files), (root, emission.project_files)):
        for path, content in files.items():
            target = base / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                target.symlink_to(content.target)
            else:
                target.write_bytes(content)
    (root / ".gitignore").write_text("".join(f"{line}\n" for line in emission.ignore))
    return folder
