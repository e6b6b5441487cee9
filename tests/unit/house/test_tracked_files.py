"""What may be in the repository: nothing of one machine, no addresses of package registries, nothing large."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

#: Whoever installs uses their own registry, so no file may name one. Spelt in parts, for this file is tracked too.
REGISTRY_HOSTS = [
    b".".join(parts)
    for parts in (
        (b"pypi", b"org"),
        (b"files", b"pythonhosted", b"org"),
        (b"registry", b"npmjs", b"org"),
        (b"registry", b"yarnpkg", b"com"),
        (b"conda", b"anaconda", b"org"),
        (b"deb", b"debian", b"org"),
        (b"archive", b"ubuntu", b"com"),
    )
]


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def holding(*needles: bytes) -> list[str]:
    return [
        f"{path.relative_to(ROOT).as_posix()}: {needle.decode()}"
        for path in tracked()
        for content in [path.read_bytes()]
        for needle in needles
        if needle in content
    ]


def test_no_registry_hosts() -> None:
    assert holding(*REGISTRY_HOSTS) == []


def test_no_paths_of_this_machine() -> None:
    places = {str(ROOT), str(Path.home())} - {"/"}
    assert holding(*(f"{place}/".encode() for place in places)) == []


def test_nothing_over_a_megabyte() -> None:
    assert [path.relative_to(ROOT).as_posix() for path in tracked() if path.stat().st_size > 1_000_000] == []


def test_no_packages() -> None:
    """Downloads and builds: they are made, not kept."""
    packed = (".whl", ".egg", ".tar.gz", ".tgz", ".zip", ".tar", ".conda")
    assert [path.relative_to(ROOT).as_posix() for path in tracked() if path.name.endswith(packed)] == []


def test_text_files_end_lines_the_same_way_everywhere() -> None:
    suffixes = {".py", ".md", ".toml", ".json", ".ts", ".tsx", ".css", ".yaml", ".yml", ".j2"}
    crlf = [
        path
        for path in tracked()
        if path.suffix in suffixes and "fixtures" not in path.parts and b"\r\n" in path.read_bytes()
    ]
    assert crlf == []
