"""The emit target of the documentation, found as that of another package is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_mlops_converters.emit import registry
from jupyter_mlops_converters.plan.pipeline import Pipeline, Stage, StageCell

_PAGE = Path(__file__).resolve().parents[3] / "docs" / "extending.md"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (module,) = re.findall(r"```python\n(# acme_shell.py\n.*?)```", _PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "acme_shell.py").write_text(module)
    about = tmp_path / "acme_shell-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-shell\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[jupyter_mlops.emit_targets]\nshell = acme_shell\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.targets.cache_clear()
    yield
    registry.targets.cache_clear()
    sys.modules.pop("acme_shell", None)


@pytest.mark.usefixtures("installed")
def test_a_target_of_another_package_is_emitted_and_told_in_the_readme(tmp_path: Path) -> None:
    stages = tuple(Stage(name, name, "", (StageCell("code", "1", at),)) for at, name in enumerate(("load", "train")))
    pipeline = Pipeline("wine", "Wine", "wine.ipynb", "0" * 64, "pipelines/wine", ".", stages)
    files = registry.emit(pipeline, ("shell",)).files
    script = files["run.sh"]
    assert isinstance(script, bytes)
    ran = [line for line in script.decode().splitlines() if line.startswith("papermill")]
    assert [line.split()[-1] for line in ran] == ["products/load.ipynb", "products/train.ipynb"]
    (tmp_path / "run.sh").write_bytes(script)
    subprocess.run(["sh", "-n", str(tmp_path / "run.sh")], check=True)
    assert b"sh run.sh" in files["README.md"]
    assert "dvc.yaml" not in files
