"""Assesses hostile and mutated project trees for a given time, and keeps those that went wrong.

    make fuzz-assess SECONDS=600 SEED=1

First every kind of file is put in the place of every format, and every kind of repository around the project; then trees
are mutated at random.

An answer has to come within a minute, be the same twice, fit its schema, point at lines that are there, and show nothing of
what lies outside; not one byte of the tree may change.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.resources import files
from itertools import count, islice, product
from pathlib import Path
from typing import Any

import jsonschema
from unit.assessment.conftest import hash_of_tree

from fuzz import hostile
from fuzz.trees import CANARY, lay
from jupyter_mlops.assessment.api import assess
from jupyter_mlops.assessment.reports import formats, report_named
from jupyter_mlops.errors import MlopsError

DATE = "2026-11-23"
SECONDS = 60
_outside: list[str] = []
_watched: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watched and event in ("open", "os.listdir", "os.scandir") and "/outside" in str(arguments[0]):
        _outside.append(str(arguments[0]))


sys.addaudithook(_watch)


def check(seed: int, folder: Path) -> str | None:
    """What goes wrong with the tree of a seed; None when nothing does.

    Args:
        seed: of the tree.
        folder: an empty folder to lay it in.
    """
    root = folder / "project"
    done = lay(seed, root)
    problem = judged(root)
    return None if problem is None else f"{problem} (after {', '.join(done)})"


def judged(root: Path) -> str | None:
    """What goes wrong when a tree is assessed, which lies beside an `outside` folder; None when nothing does.

    Args:
        root: the tree.
    """
    before = hash_of_tree(root)
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(SECONDS)
    try:
        problem = _judge(root)
    except MlopsError as error:
        # Settings that cannot be understood are the user's error, told as one.
        problem = None if error.exit_status == 2 else traceback.format_exc()
    except Exception:  # noqa: BLE001
        problem = traceback.format_exc()
    finally:
        signal.alarm(0)
        _watched.clear()
    if problem is None and hash_of_tree(root) != before:
        problem = "the tree has changed"
    return problem


def _late(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"no answer within {SECONDS} s")


def _judge(root: Path) -> str | None:
    _outside.clear()
    _watched.append(str(root))
    assessment = assess(root, date=DATE)
    document = assessment.to_dict()
    text = json.dumps(document, sort_keys=True)
    _watched.clear()
    if _outside:
        return f"read outside of the project: {_outside[0]}"
    failed = [note["message"] for note in document["notes"] if note["message"].startswith("probe ")]
    if failed:
        return failed[0]
    if json.dumps(assess(root, date=DATE).to_dict(), sort_keys=True) != text:
        return "the second answer is another one"
    jsonschema.validate(document, _schema())
    for name in formats():
        text += report_named(name).render(assessment, False)
    if CANARY in text:
        return "the answer shows what lies outside"
    return _misplaced(document, root)


@cache
def _schema() -> Any:
    return json.loads(files("jupyter_mlops.assessment").joinpath("schema/assessment.json").read_text(encoding="utf-8"))


def _misplaced(document: dict[str, Any], root: Path) -> str | None:
    """The first piece of evidence whose line is not there."""
    for unit in document["units"]:
        for criterion in unit["criteria"]:
            for evidence in criterion["evidence"]:
                path, line = evidence["path"], evidence["line"]
                if path is None or line is None or evidence["cell"] is not None:
                    continue
                content = (root / path).read_bytes() if (root / path).is_file() else b""
                # What all readers take for the end of a line, at the most.
                if not 0 < line <= len(content.decode("utf-8", "replace").splitlines()) + 1:
                    return f"{criterion['id']} points at {path}:{line}, which is not there"
    return None


def main() -> int:
    """Parse the command line and go on until the time is up."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.assess", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for how long")
    parser.add_argument("--seed", type=int, default=1, help="the first tree's seed; the next ones count on")
    parser.add_argument("--count", type=int, help="how many trees at the most")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz-assess"), help="folder for trees that went wrong")
    chosen = parser.parse_args()
    counts: Counter[str] = Counter()
    slowest = (0.0, "")
    end = time.monotonic() + chosen.seconds
    for name, attempt in islice(_attempts(chosen.seed), chosen.count):
        if time.monotonic() > end:
            break
        with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
            started = time.process_time()
            problem = attempt(Path(scratch))
            slowest = max(slowest, (time.process_time() - started, name))
            counts["right" if problem is None else "wrong"] += 1
            if problem is not None:
                print(f"{name}: {problem}", flush=True)
                kept = chosen.keep / name.replace("/", "_")
                shutil.copytree(Path(scratch), kept, symlinks=True, dirs_exist_ok=True, ignore=_pipes)
    print(f"{sum(counts.values())} trees:", ", ".join(f"{n} {what}" for what, n in counts.most_common()))
    print(f"slowest: {slowest[0]:.1f} s of CPU ({slowest[1]})")
    return 1 if counts["wrong"] else 0


def _attempts(seed: int) -> Iterator[tuple[str, Callable[[Path], str | None]]]:
    """What is tried, with its name: all that is hostile if the first seed is 1, then trees by seed without end."""
    if seed == 1:
        for kind in hostile.REPOSITORIES:
            yield f"repository {kind}", partial(_in_repository, kind)
        for kind, name in product(hostile.KINDS, hostile.FORMATS):
            yield f"{name} {kind}", partial(_in_place, kind, name)
    for number in count(seed):
        yield f"seed {number}", partial(check, number)


def _in_repository(kind: str, folder: Path) -> str | None:
    hostile.lay_all(folder / "project")
    hostile.REPOSITORIES[kind](folder / "project")
    return judged(folder / "project")


def _in_place(kind: str, name: str, folder: Path) -> str | None:
    root = folder / "project"
    hostile.lay_all(root)
    hostile.KINDS[kind](root / name, hostile.FORMATS[name][1])
    hostile.commit(root)
    return judged(root)


def _pipes(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder, name).is_fifo()]


if __name__ == "__main__":
    sys.exit(main())
