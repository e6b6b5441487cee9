"""Project trees that nobody would write: honest ones, mutated."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from unit.assessment.conftest import LEVEL_2
from unit.assessment.serving_project import LEVEL_3, LEVEL_4

WHO = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
#: What lies beside the project, and must not come into an answer.
CANARY = "canary-4f1d0a7c"
_NOTEBOOK = (
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "execution_count": 1, '
    '"metadata": {}, "outputs": [], "source": ["import mlflow\\n", "model.fit(x)"]}]}\n'
)
_MORE: dict[str, str | bytes] = {
    "explore.ipynb": _NOTEBOOK,
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["pandas>=2"]\n\n[tool.poe.tasks]\na = "pytest"\n',
    "uv.lock": 'version = 1\n\n[[package]]\nname = "x"\nsource = { editable = "." }\n\n[package.metadata]\nrequires-dist = [{ name = "pandas" }]\n',
    "poetry.lock": '[metadata]\ncontent-hash = "0"\n',
    "environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - mlflow==3\n",
    "tox.ini": "[tox]\nenvlist = a\n\n[testenv]\ncommands = pytest\n",
    "Makefile": "all: a.csv\n\na.csv: b.csv\n\tpython train.py\n",
    "Snakefile": 'rule all:\n    input: "a.csv"\n\nrule a:\n    output: "a.csv"\n    shell: "python src/train.py"\n',
    ".gitlab-ci.yml": "test:\n  script:\n    - pytest\n",
    ".pre-commit-config.yaml": "repos:\n  - repo: local\n    hooks: []\n",
    "mise.toml": '[tasks.a]\nrun = "pytest"\n',
    "data.csv.dvc": "outs:\n- md5: 0123\n  path: data.csv\n",
    "flow.py": "from prefect import flow, task\n\n\n@task\ndef a():\n    return 1\n\n\n@flow\ndef f():\n    a()\n\n\nf.serve()\n",
}
BASE = LEVEL_2 | LEVEL_3 | LEVEL_4 | _MORE
_VALUES = (
    *("[]", "{}", "null", "3", "-1", "1e999", "9" * 400, ".nan", "true", '""', "*x", "&x [*x]", "<<: *y", "!!python/object:os.system x"),
    *("2026-13-45", "0x" + "f" * 300, "\u202eabc", "a\0b", "\ud7ff", "${{ x }}", "$(x)", "{{ x }}", "'", '"', "|", ">", "- - - -", "? :"),
)  # fmt: skip
_NAMES = (
    "-rf",
    "a\nb.py",
    "\u202e.yml",
    "x" * 240 + ".py",
    " .ipynb",
    "con.yaml",
    "é\u0301.toml",
    "a:1.py",
    "a#1:2.yaml",
)


def lay(seed: int, root: Path) -> list[str]:
    """Lays the tree of a seed; the folder's parent gets what must not be read.

    Args:
        seed: the same seed gives the same tree.
        root: a folder that is not there yet.

    Returns:
        What was done to it.
    """
    chance = random.Random(seed)
    outside = root.parent / "outside"
    outside.mkdir(parents=True, exist_ok=True)
    (outside / "secret.py").write_text(f"import mlflow\nmlflow.autolog()\nmodel.fit('{CANARY}')\n", encoding="utf-8")
    names = sorted(BASE) if chance.random() < 0.5 else chance.sample(sorted(BASE), chance.randint(1, len(BASE)))
    for name in names:
        content = BASE[name]
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
    done = [_mutate(chance, root, chance.choice(names)) for _ in range(chance.randint(1, 8))]
    if chance.random() < 0.7:
        _commit(root)
        done.append("committed")
    return done


def _mutate(chance: random.Random, root: Path, name: str) -> str:
    path = root / name
    if not path.is_file() or path.is_symlink():
        return "nothing"
    change = chance.choice(_ON_PATHS if chance.random() < 0.15 else _ON_BYTES)
    if change in _ON_BYTES:
        path.write_bytes(change(chance, path.read_bytes()))  # type: ignore[call-arg, arg-type]
    else:
        change(chance, path)  # type: ignore[arg-type]
    return f"{change.__name__.strip('_')} {name}"


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True) or [b""]


def _truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _garble(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice(
                (0, 9, 10, 13, 34, 39, 58, 91, 123, 255, chance.randrange(256))
            )
    return bytes(changed)


def _repeat_line(chance: random.Random, data: bytes) -> bytes:
    lines = _lines(data)
    position = chance.randrange(len(lines))
    return b"".join([*lines[:position], *[lines[position]] * chance.choice((1, 2, 500)), *lines[position:]])


def _drop_line(chance: random.Random, data: bytes) -> bytes:
    lines = _lines(data)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def _shift_line(chance: random.Random, data: bytes) -> bytes:
    lines = _lines(data)
    position = chance.randrange(len(lines))
    lines[position] = (
        b" " * chance.choice((1, 2, 4, 300)) + lines[position] if chance.random() < 0.6 else lines[position].lstrip()
    )
    return b"".join(lines)


def _replace_value(chance: random.Random, data: bytes) -> bytes:
    lines = _lines(data)
    position = chance.randrange(len(lines))
    start, colon, _rest = lines[position].partition(chance.choice((b":", b"=", b"(")))
    lines[position] = start + colon + b" " + chance.choice(_VALUES).encode() + b"\n"
    return b"".join(lines)


def _insert_value(chance: random.Random, data: bytes) -> bytes:
    position = chance.randint(0, len(data))
    return data[:position] + chance.choice(_VALUES).encode() + data[position:]


def _nest(chance: random.Random, data: bytes) -> bytes:
    position = chance.randint(0, len(data))
    deep = chance.choice((50, 2000, 100_000))
    opening = chance.choice((b"[", b"{", b"(", b"- ", b'{"a":', b"a:\n ", b"not ", b"-", b"$(", b"`"))
    return data[:position] + opening * deep + data[position:]


def _swell(chance: random.Random, data: bytes) -> bytes:
    return data * min(chance.choice((2, 50)), 1 + 500_000 // max(len(data), 1))


def _encode(chance: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-be", "utf-8-sig", "utf-32", "latin-1")), "replace")


def _end_lines(chance: random.Random, data: bytes) -> bytes:
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", "\u2028".encode(), b"\f", b"\n\n")))


def _mix(chance: random.Random, data: bytes) -> bytes:
    other = BASE[chance.choice(sorted(BASE))]
    return data + (other if isinstance(other, bytes) else dedent(other).encode())


def _rename(chance: random.Random, path: Path) -> None:
    path.rename(path.parent / chance.choice(_NAMES))


def _make_folder(chance: random.Random, path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / chance.choice(("x.py", "dvc.yaml", "config"))).write_text("a: 1\n", encoding="utf-8")


def _link(chance: random.Random, path: Path) -> None:
    root = next(parent for parent in path.parents if (parent.parent / "outside").is_dir())
    path.unlink()
    target = chance.choice(
        (
            path,
            path.parent,
            root,
            root.parent / "outside",
            root.parent / "outside/secret.py",
            Path("/dev/zero"),
            Path("nowhere"),
        )
    )
    path.symlink_to(target)


def _make_pipe(_chance: random.Random, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _empty(_chance: random.Random, path: Path) -> None:
    path.write_bytes(b"")


_ON_BYTES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(_truncate, _garble, _repeat_line, _drop_line, _shift_line, _replace_value, _replace_value, _insert_value),
    *(_nest, _swell, _encode, _end_lines, _mix),
)
_ON_PATHS: tuple[Callable[[random.Random, Path], None], ...] = (_rename, _make_folder, _link, _make_pipe, _empty)


def _commit(root: Path) -> None:
    for words in (
        ["init", "-q"],
        ["commit", "-q", "--allow-empty", "-m", "start"],
        ["add", "-A"],
        ["commit", "-q", "--allow-empty", "-m", "work"],
    ):
        subprocess.run(["git", *words], cwd=root, env=os.environ | WHO, capture_output=True, check=False)
