"""The rules of the house: which package may import which, and what it costs to import the outermost ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_dependencies_point_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_contracts_are_not_empty(tmp_path: Path) -> None:
    """A forbidden import, added to a copy of the tree, breaks a contract."""
    for package in ("jupyter_mlops", "converters/jupyter_mlops_converters"):
        source = ROOT / package
        for path in source.rglob("*.py"):
            copy = tmp_path / package.split("/")[-1] / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    offender = tmp_path / "jupyter_mlops_converters" / "errors.py"
    offender.write_text("from jupyter_mlops import errors\n" + offender.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "The converters know nothing of Jupyter servers or assessment BROKEN" in done.stdout


def test_importing_the_package_loads_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import jupyter_mlops, jupyter_mlops_converters;"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    loaded = set(subprocess.check_output([sys.executable, "-c", code], text=True).split())
    assert loaded == {"jupyter_mlops", "jupyter_mlops_converters"}
