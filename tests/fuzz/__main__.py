"""Converts random notebooks for a given time, and keeps what went wrong.

    make fuzz SECONDS=600 SEED=1

A failure is reduced to the smallest notebook that shows it, and written as a percent-format file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from forking import forked_kernels

from fuzz.check import check, reduce
from fuzz.notebook import Cell, compose
from fuzz.shell import warm


def main() -> int:
    """Parse the command line and go on until the time is up."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for how long")
    parser.add_argument("--seed", type=int, default=1, help="the first notebook's seed; the next ones count on")
    parser.add_argument("--count", type=int, help="how many notebooks at the most")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="folder for what went wrong")
    parser.add_argument("--no-reduce", action="store_true", help="keep failing notebooks whole")
    parser.add_argument(
        "--cold", action="store_true", help="start every kernel anew, as conversions do outside of this"
    )
    chosen = parser.parse_args()
    warm()
    counts: Counter[str] = Counter()
    stages: Counter[int] = Counter()
    end = time.monotonic() + chosen.seconds
    seed = chosen.seed
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch, nullcontext() if chosen.cold else forked_kernels():
        folder = Path(scratch, "project")
        while time.monotonic() < end and (chosen.count is None or seed < chosen.seed + chosen.count):
            cells = compose(seed)
            checked = check(cells, folder)
            counts[checked.outcome] += 1
            stages[checked.stages] += 1
            if checked.bad:
                if not chosen.no_reduce:
                    cells = reduce(cells, folder, checked.outcome)
                    checked = check(cells, folder)
                keep(chosen.keep / f"{seed}_{checked.outcome}.py", cells, checked.detail)
                print(f"seed {seed}: {checked.outcome}: {checked.detail.strip().splitlines()[-1:]}", flush=True)
            if checked.outcome == "invalid":
                print(f"seed {seed}: invalid: {checked.detail.strip().splitlines()[-6:]}", flush=True)
            seed += 1
    print(f"{sum(counts.values())} notebooks:", ", ".join(f"{n} {what}" for what, n in counts.most_common()))
    print("stages:", dict(sorted(stages.items())))
    return 1 if any(counts[what] for what in ("refused", "error", "wrong", "broken")) else 0


def keep(path: Path, cells: list[Cell], detail: str) -> None:
    """Write a failing notebook with what is wrong with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [f"# {line}" for line in detail.strip().splitlines()[:40]]
    for kind, source in cells:
        parts.append("# %% [markdown]" if kind == "markdown" else "# %%")
        parts += [f"# {line}" for line in source.splitlines()] if kind == "markdown" else [source]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
