"""What can be at a path instead of what an assessment expects there: kinds of files, for every format; and of repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

from fuzz.trees import BASE, CANARY, WHO

#: One file of each format that is read, whose content `BASE` may have; what opens another level in that format.
FORMATS: dict[str, tuple[str | bytes | None, bytes]] = {
    "dvc.yaml": (None, b"- "),
    "params.yaml": (None, b"{a: "),
    ".github/workflows/ci.yml": (None, b"["),
    "docker-compose.yml": (None, b"- "),
    "deploy.yaml": ("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n", b"{a: "),
    "pyproject.toml": (None, b"a = [" + b"["),
    "uv.lock": (None, b"a = {b = "),
    ".mlops/config.toml": ('exclude = ["old/**"]\n', b"a = ["),
    "metrics.json": ('{"accuracy": 0.91}\n', b'{"a": ['),
    "dashboard.json": ('{"title": "a", "panels": [{"targets": [{"expr": "up"}]}]}\n', b'{"panels": [{"panels":'),
    "Pipfile.lock": ('{"_meta": {"hash": {"sha256": "0"}}, "default": {}}\n', b"["),
    "explore.ipynb": (None, b'{"cells": ['),
    "src/train.py": (None, b"x = ("),
    "src/service.py": (None, b"f("),
    "Dockerfile": (None, b'RUN ["'),
    "run.sh": ("#!/bin/sh\nset -e\npython src/train.py\n", b"$("),
    "Makefile": (None, b"a: $("),
    "Snakefile": (None, b"rule a:\n  "),
    "Jenkinsfile": ("pipeline { stages { stage('test') { steps { sh 'pytest' } } } }\n", b"stage('a') { "),
    "tox.ini": (None, b"[a]\nb = {c:"),
    "setup.cfg": ("[options]\ninstall_requires = pandas\n", b"[a]\n b = "),
    ".dvc/config": (None, b"[a]\n"),
    "main.tf": ('resource "aws_s3_bucket" "data" {\n  bucket = "a"\n}\n', b'a "b" {\n'),
    "metrics.csv": ("step,accuracy\n1,0.9\n", b'"'),
    "README.md": (None, b"> - "),
    "MODEL_CARD.md": (None, b"# "),
    "requirements.txt": (None, b"-r "),
    "environment.yml": (None, b"{a: "),
    ".pre-commit-config.yaml": (None, b"- "),
    ".gitlab-ci.yml": (None, b"- - "),
    ".gitignore": ("*.log\n", b"!"),
    ".gitattributes": ("*.ipynb filter=nbstripout\n", b"[attr]a "),
    "data/raw.csv": (None, b'"'),
    "models/model.joblib": (None, b"("),
    "data.csv.dvc": (None, b"- "),
    "poetry.lock": (None, b"a = [["),
    "mise.toml": (None, b"a = {b = "),
    "monitoring/rules.yml": (None, b"{a: "),
    "policy/promotion.rego": (None, b"a { "),
}
_LARGE = 30_000_000


def lay_all(root: Path) -> None:
    """A project that has a file of each format, with a history; beside it what must not be read."""
    outside = root.parent / "outside"
    outside.mkdir(parents=True, exist_ok=True)
    (outside / "secret.py").write_text(f"import mlflow\nmlflow.autolog()\nmodel.fit('{CANARY}')\n", encoding="utf-8")
    files: dict[str, str | bytes | None] = {
        **BASE,
        **{name: content for name, (content, _) in FORMATS.items() if content},
    }
    for name, content in files.items():
        if content is not None:
            write(root / name, content)
    git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "start")
    commit(root)


def commit(root: Path) -> None:
    """Commits what there is, as far as git takes it: it would wait for ever at pipes that say what it ignores."""
    if any(path.is_fifo() for path in (root / ".gitignore", root / ".gitattributes", root / ".git/HEAD")):
        return
    for words in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "work"]):
        with suppress(subprocess.CalledProcessError):
            git(root, *words)


def git(root: Path, *words: str) -> None:
    """A git command."""
    subprocess.run(["git", *words], cwd=root, env=os.environ | WHO, capture_output=True, check=True)


def write(path: Path, content: str | bytes) -> None:
    """A file with the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())


# -- kinds of files: what is put in the place of a path; None where it cannot be, on this machine -----------------------


def _empty(path: Path, _opening: bytes) -> None:
    path.write_bytes(b"")


def _blank(path: Path, _opening: bytes) -> None:
    path.write_bytes(b"\n \t\n\r\n")


def _binary(path: Path, _opening: bytes) -> None:
    path.write_bytes(bytes(range(256)) * 64)


def _not_utf8(path: Path, _opening: bytes) -> None:
    path.write_bytes(b"# caf\xe9 \xff\xfe\n" + path.read_bytes())


def _wide(path: Path, _opening: bytes) -> None:
    path.write_bytes(path.read_text(encoding="utf-8", errors="replace").encode("utf-16"))


def _half_wide(path: Path, _opening: bytes) -> None:
    path.write_bytes(path.read_text(encoding="utf-8", errors="replace").encode("utf-16")[:-1])


def _nul(path: Path, _opening: bytes) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + b"\0" + data[len(data) // 2 :])


def _truncated(path: Path, _opening: bytes) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def _large(path: Path, _opening: bytes) -> None:
    data = path.read_bytes() or b"a\n"
    if path.suffix == ".ipynb":  # which is read at that size
        path.write_bytes(data * (_LARGE // len(data)))
    else:
        os.truncate(path, _LARGE)


def _one_line(path: Path, _opening: bytes) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\n") + b"x" * 1_000_000)


def _many_lines(path: Path, _opening: bytes) -> None:
    data = path.read_bytes().rstrip(b"\n") + b"\n"
    path.write_bytes(data + data.splitlines(keepends=True)[-1] * 3_000)


def _deep(path: Path, opening: bytes) -> None:
    path.write_bytes(opening * 100_000)


def _deep_inside(path: Path, opening: bytes) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\n") + b"\n" + opening * 3_000)


def _scalar(path: Path, _opening: bytes) -> None:
    path.write_bytes(b"3\n")


def _items(path: Path, _opening: bytes) -> None:
    path.write_bytes(b"[null, 1, [], {}]\n")


def _pipe(path: Path, _opening: bytes) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path, _opening: bytes) -> None:
    data = path.read_bytes()
    path.unlink()
    path.mkdir()
    (path / path.name).write_bytes(data)


def _locked(path: Path, _opening: bytes) -> None:
    path.chmod(0)


def _gone(path: Path, _opening: bytes) -> None:
    path.unlink()


def _link(target: Callable[[Path], Path | str]) -> Callable[[Path, bytes], None]:
    def kind(path: Path, _opening: bytes) -> None:
        path.unlink()
        path.symlink_to(target(path))

    return kind


def _circle(path: Path, _opening: bytes) -> None:
    other = path.with_name(f"{path.name}.other")
    path.rename(other)
    other.unlink()
    other.symlink_to(path.name)
    path.symlink_to(other.name)


def _renamed(name: bytes) -> Callable[[Path, bytes], None]:
    """Another name of the same kind, as a copy: what refers to the old one still finds it."""

    def kind(path: Path, _opening: bytes) -> None:
        stem, dot, ending = os.fsencode(path.name).rpartition(b".")
        new = name % (dot + ending if stem else b"")
        with suppress(OSError):  # file systems that know no such names
            shutil.copy(path, os.path.join(os.fsencode(path.parent), new))  # noqa: PTH118 - names that are no text

    return kind


def _root_of(path: Path) -> Path:
    return next(parent for parent in path.parents if (parent.parent / "outside").is_dir())


KINDS: dict[str, Callable[[Path, bytes], None]] = {
    "empty": _empty,
    "blank": _blank,
    "binary": _binary,
    "not-utf-8": _not_utf8,
    "utf-16": _wide,
    "half-utf-16": _half_wide,
    "nul": _nul,
    "truncated": _truncated,
    "30-mb": _large,
    "long-line": _one_line,
    "many-lines": _many_lines,
    "deep": _deep,
    "deep-inside": _deep_inside,
    "scalar": _scalar,
    "items": _items,
    "pipe": _pipe,
    "folder": _folder,
    "unreadable": _locked,
    "deleted": _gone,
    "link-to-itself": _link(lambda path: path.name),
    "link-circle": _circle,
    "link-to-nothing": _link(lambda _path: "nowhere"),
    "link-to-its-folder": _link(lambda _path: "."),
    "link-outside": _link(lambda path: _root_of(path).parent / "outside" / "secret.py"),
    "link-to-a-folder-outside": _link(lambda path: _root_of(path).parent / "outside"),
    "link-to-a-device": _link(lambda _path: "/dev/zero"),
    "named-with-newline": _renamed(b"a\nb%s"),
    "named-with-quotes": _renamed(b"'a\" $(b)`c`%s"),
    "named-in-other-bytes": _renamed(b"\xff\xfe\xe9%s"),
    "named-long": _renamed(b"x" * 240 + b"%s"),
    "named-like-an-option": _renamed(b"--exec=a -rf%s"),
    "named-like-a-place": _renamed(b"a#1:2 \xe2\x80\xae%s"),
}


# -- kinds of repositories ----------------------------------------------------------------------------------------------


def _no_git(root: Path) -> None:
    shutil.rmtree(root / ".git")


def _replaced(name: str, content: bytes) -> Callable[[Path], None]:
    def kind(root: Path) -> None:
        path = root / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return kind


def _packed_badly(root: Path) -> None:
    git(root, "pack-refs", "--all")
    (root / ".git/packed-refs").write_bytes(b"\xff\0 not a list of references\n" * 50)


def _garbled_objects(root: Path) -> None:
    for path in (root / ".git/objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(b"garbled" + path.read_bytes()[:10])


def _no_objects(root: Path) -> None:
    for path in (root / ".git/objects").glob("??"):
        shutil.rmtree(path)


def _one_object_less(root: Path) -> None:
    sorted((root / ".git/objects").glob("??/*"))[3].unlink()


def _garbled_pack(root: Path) -> None:
    git(root, "gc", "-q")
    for path in (root / ".git/objects/pack").glob("*.pack"):
        path.chmod(0o644)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])


def _git_is_a_pipe(root: Path) -> None:
    shutil.rmtree(root / ".git")
    os.mkfifo(root / ".git")


def _head_is_a_pipe(root: Path) -> None:
    (root / ".git/HEAD").unlink()
    os.mkfifo(root / ".git/HEAD")


def _index_is_a_folder(root: Path) -> None:
    (root / ".git/index").unlink()
    (root / ".git/index").mkdir()


def _pointer(target: Callable[[Path], str]) -> Callable[[Path], None]:
    def kind(root: Path) -> None:
        shutil.rmtree(root / ".git")
        (root / ".git").write_text(f"gitdir: {target(root)}\n", encoding="utf-8")

    return kind


def _link_elsewhere(root: Path) -> None:
    (root / ".git").rename(root.parent / "moved-git")
    (root / ".git").symlink_to("../moved-git")


def _worktree(root: Path) -> None:
    (root / ".git").rename(root.parent / "main-git")
    main = root.parent / "main"
    main.mkdir()
    (root.parent / "main-git").rename(main / ".git")
    git(main, "checkout", "-q", "-f", "main")
    git(main, "worktree", "add", "-q", "-b", "other", str(root.parent / "tree"))
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    root.rmdir()
    (root.parent / "tree").rename(root)
    git(main, "worktree", "repair", str(root))


def _submodule(root: Path) -> None:
    other = root.parent / "library"
    other.mkdir()
    git(other, "init", "-q")
    write(other / "train.py", f"model.fit('{CANARY}')\n")
    commit(other)
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "library")
    commit(root)


def _submodule_not_there(root: Path) -> None:
    _submodule(root)
    git(root, "submodule", "deinit", "-q", "-f", "library")


def _bare(root: Path) -> None:
    bare = root.parent / "bare"
    git(root, "clone", "-q", "--bare", ".", str(bare))
    shutil.rmtree(root)
    bare.rename(root)


def _shallow(root: Path) -> None:
    clone = root.parent / "clone"
    git(root, "clone", "-q", "--depth", "1", f"file://{root}", str(clone))
    shutil.rmtree(root)
    clone.rename(root)


def _partial(root: Path) -> None:
    git(root, "config", "uploadpack.allowFilter", "true")
    clone = root.parent / "clone"
    git(root, "clone", "-q", "--filter=blob:none", f"file://{root}", str(clone))
    shutil.rmtree(root)
    clone.rename(root)


def _detached(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")


def _no_commit(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "-q")


def _runs_something(root: Path) -> None:
    """Settings and hooks that would run a program, were git asked to."""
    ran = root.parent / "ran"
    (root / ".git/config").open("a").write(
        f"[core]\n\tfsmonitor = touch {ran}\n\tpager = touch {ran}\n\tsshCommand = touch {ran}\n[diff]\n\texternal = touch {ran}\n"
        f'[filter "x"]\n\tclean = touch {ran}\n\tprocess = touch {ran}\n[alias]\n\tls-files = !touch {ran}\n'
    )
    write(root / ".gitattributes", "* filter=x diff=x\n")
    write(root / ".git/hooks/post-index-change", f"#!/bin/sh\ntouch {ran}\n")
    (root / ".git/hooks/post-index-change").chmod(0o755)


def _merging(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root / "README.md", "# One\n")
    commit(root)
    git(root, "checkout", "-q", "main")
    write(root / "README.md", "# Other\n")
    commit(root)
    with suppress(subprocess.CalledProcessError):
        git(root, "merge", "-q", "side")


def _locked_index(root: Path) -> None:
    (root / ".git/index.lock").write_bytes(b"")


def _deep_folders(root: Path) -> None:
    here = os.open(root, os.O_RDONLY)
    try:
        for _ in range(200):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        with os.fdopen(os.open("train.py", os.O_CREAT | os.O_WRONLY, dir_fd=here), "w") as stream:
            stream.write("import mlflow\nmlflow.autolog()\nmodel.fit(x)\n")
    finally:
        os.close(here)
    commit(root)


REPOSITORIES: dict[str, Callable[[Path], None]] = {
    "none": _no_git,
    "no-commit": _no_commit,
    "head-empty": _replaced("HEAD", b""),
    "head-binary": _replaced("HEAD", bytes(range(256))),
    "head-names-nothing": _replaced("HEAD", b"ref: refs/heads/nothing\n"),
    "head-leads-out": _replaced("HEAD", b"ref: ../../../outside/secret.py\n"),
    "head-is-a-pipe": _head_is_a_pipe,
    "branch-binary": _replaced("refs/heads/main", b"\0\xff" * 30),
    "branch-names-nothing": _replaced("refs/heads/main", b"1" * 40 + b"\n"),
    "index-empty": _replaced("index", b""),
    "index-binary": _replaced("index", bytes(range(256)) * 9),
    "index-is-a-folder": _index_is_a_folder,
    "index-locked": _locked_index,
    "config-binary": _replaced("config", bytes(range(256))),
    "config-includes-outside": _replaced("config", b"[include]\n\tpath = ../../outside/secret.py\n"),
    "config-runs-something": _runs_something,
    "packed-references-garbled": _packed_badly,
    "objects-garbled": _garbled_objects,
    "objects-gone": _no_objects,
    "one-object-gone": _one_object_less,
    "pack-cut": _garbled_pack,
    "alternates-nowhere": _replaced("objects/info/alternates", b"/nowhere\n\0\xff\n"),
    "git-is-a-pipe": _git_is_a_pipe,
    "pointer-to-nothing": _pointer(lambda _root: "/nowhere/at/all"),
    "pointer-to-itself": _pointer(lambda root: str(root / ".git")),
    "pointer-elsewhere": _pointer(lambda root: str(root.parent / "outside")),
    "pointer-without-end": _pointer(lambda _root: "x" * 100_000),
    "link-elsewhere": _link_elsewhere,
    "worktree": _worktree,
    "submodule": _submodule,
    "submodule-not-there": _submodule_not_there,
    "bare": _bare,
    "shallow": _shallow,
    "partial": _partial,
    "detached": _detached,
    "merging": _merging,
    "200-folders-deep": _deep_folders,
}
