"""A copy of the project in which its code, and tests of it, can be run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.walk import EXCLUDED

#: Seconds that one run may take, and bytes that are copied for it.
LIMIT_S = 180
LARGEST = 1_000_000_000


@dataclass(frozen=True)
class Trial:
    """A copy.

    Attributes:
        root: of the copy.
        folder: the unit's in it.
        scratch: for files that are no part of it.
    """

    root: Path
    folder: Path
    scratch: Path

    def python(
        self, *arguments: str, folder: Path | None = None, limit_s: float = LIMIT_S
    ) -> subprocess.CompletedProcess[str] | None:
        """Run Python in the copy; None when it takes too long.

        Args:
            arguments: of Python.
            folder: where; the unit's folder when None.
            limit_s: seconds that it may take.
        """
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        environment = {
            **os.environ,
            "PATH": path,
            "MPLBACKEND": "agg",
            "PIP_NO_INDEX": "1",  # no code that is tried out changes the packages here
            "PYTHONDONTWRITEBYTECODE": "1",
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.scratch / 'mlflow.db'}",
        }
        environment.pop("PYTEST_ADDOPTS", None)
        environment.pop("PYTEST_CURRENT_TEST", None)
        try:
            return subprocess.run(
                [sys.executable, *arguments],
                cwd=folder or self.folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=limit_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def trial(scene: Scene) -> Iterator[Trial | None]:
    """A copy of the project that is thrown away in the end; None of one that is too large.

    Args:
        scene: the project.
    """
    if sum(file.size for file in scene.project.walk.files) > LARGEST:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="mlops-tests-") as scratch:
        place = Path(scratch).resolve()
        root = place / "copy" / scene.root.name
        shutil.copytree(
            scene.root, root, symlinks=True, ignore=shutil.ignore_patterns(*EXCLUDED, ".dvc"), dirs_exist_ok=True
        )
        yield Trial(root, root / scene.unit.path, place)
