"""A fixed handful of random notebooks converts right; `make fuzz` goes on from there."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.check import check, reduce
from fuzz.notebook import compose
from fuzz.shell import run_cells, warm

SEEDS = (1, 2, 3, 4)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    warm()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_notebook_converts_and_gives_the_same(seed: int, tmp_path: Path) -> None:
    checked = check(compose(seed), tmp_path / "project")
    assert checked.outcome in {"equal", "one-stage"}, checked.detail


def test_the_same_seed_gives_the_same_notebook() -> None:
    assert compose(7) == compose(7) != compose(8)


def test_random_notebooks_run_by_themselves(tmp_path: Path) -> None:
    ran = 0
    for seed in range(100, 130):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            run_cells([(n, source) for n, (kind, source) in enumerate(compose(seed)) if kind == "code"], folder)
        except RuntimeError:
            continue
        ran += 1
    assert ran >= 27


def test_a_wrong_conversion_is_noticed_and_reduced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages that are spoiled after the proof has seen them: a wrong result with a good verdict."""
    from jupyter_mlops_converters import scratch
    from jupyter_mlops_converters.emit import Link

    folder = tmp_path / "project"
    write_files = scratch.write_files

    def spoiled(target: Path, files: dict) -> None:
        if target == folder / "staged" / "p":
            files = {p: c if isinstance(c, Link) else c.replace(b"a + [3]", b"a + [4]") for p, c in files.items()}
        write_files(target, files)

    monkeypatch.setattr(scratch, "write_files", spoiled)
    cells = [("code", "a = [1, 2]"), ("code", "x = 'other'"), ("code", "b = a + [3]\nx = 5\nprint(b)")]
    checked = check(cells, folder)
    assert checked.outcome == "wrong"
    assert "[1, 2, 3]" in checked.detail
    assert "[1, 2, 4]" in checked.detail
    assert reduce(cells, folder, "wrong") == [("code", "a = [1, 2]"), ("code", "b = a + [3]\nprint(b)")]
