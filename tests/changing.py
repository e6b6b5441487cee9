"""Changes to a project, one after the other, and its assessment by a process that knows nothing of what it was."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.pool import Pool

from jupyter_mlops.assessment.api import assess


def answer(folder):
    """The document of an assessment."""
    return json.dumps(assess(folder, date="2026-11-23").to_dict())


@contextmanager
def pristine() -> Iterator[Pool]:
    """A pool whose every call is made by a new process, which has the imports and no memory."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload(["jupyter_mlops.assessment.engine"])
    with context.Pool(1, maxtasksperchild=1) as pool:
        yield pool


def replaced(path, text):
    """As editors save: a file beside it, renamed over it."""
    beside = path.with_name(f".~{path.name}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def unseen(path, text):
    """Another content of the same size, and the time set back."""
    before = path.stat()
    path.write_text(text[: before.st_size].ljust(before.st_size, "#"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


class Change:
    """Changes a project at random, as people and tools do.

    Args:
        project: an honest project with history.
        seed: of the choices.
    """

    def __init__(self, project, seed):
        self.project = project
        self.root = project.root
        self.random = random.Random(seed)
        self.count = 0
        self.acts = [name for name in dir(self) if name.startswith("act_")]

    def __call__(self):
        """One change.

        Returns:
            What it was, to tell where the answers part.
        """
        self.count += 1
        act = self.random.choice(self.acts)
        with suppress(OSError, subprocess.CalledProcessError):  # nothing there to do it to: no change
            getattr(self, act)()
        return act

    def files(self):
        found = sorted(self.root.rglob("*"))
        return [path for path in found if path.is_file() and ".git" not in path.relative_to(self.root).parts]

    def a_file(self):
        return self.random.choice(self.files())

    def a_folder(self):
        return self.random.choice([self.root, *sorted({path.parent for path in self.files()})])

    def a_line(self, path):
        if path.suffix == ".py":
            return f"import mlflow\n\nmlflow.log_metric('m{self.count}', fit({self.count}))\n"
        return f"# {self.count}\n"

    def act_append(self):
        path = self.a_file()
        with path.open("a", encoding="utf-8") as stream:
            stream.write(self.a_line(path))

    def act_save_as_editors_do(self):
        path = self.a_file()
        replaced(path, path.read_text(encoding="utf-8", errors="replace") + self.a_line(path))

    def act_change_unseen(self):
        path = self.a_file()
        unseen(path, self.a_line(path))

    def act_create(self):
        suffix = self.random.choice([".py", ".csv", ".yaml", ".ipynb", ".pkl", ".tf", ""])
        path = self.a_folder() / self.random.choice(["new", "sub/new", "tests/test_new"])
        path = path.with_name(f"{path.name}{self.count}{suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.a_line(path), encoding="utf-8")

    def act_empty_folder(self):
        (self.a_folder() / f"folder{self.count}").mkdir()

    def act_delete(self):
        self.a_file().unlink()

    def act_rename(self):
        path = self.a_file()
        path.rename(self.a_folder() / f"renamed{self.count}{path.suffix}")

    def act_rename_folder(self):
        path = self.a_folder()
        if path != self.root:
            path.rename(path.with_name(f"folder{self.count}"))

    def act_become_a_link(self):
        path = self.a_file()
        path.unlink()
        path.symlink_to(self.a_file())

    def act_become_a_folder(self):
        path = self.a_file()
        path.unlink()
        path.mkdir()

    def act_ignore(self):
        pattern = self.random.choice(["*.csv", "*.py", "new*", "/src", "!*.csv", "params.yaml", "data/"])
        with (self.a_folder() / ".gitignore").open("a", encoding="utf-8") as stream:
            stream.write(f"{pattern}\n")

    def act_exclude(self):
        with (self.root / ".git/info/exclude").open("a", encoding="utf-8") as stream:
            stream.write(self.random.choice(["*.csv\n", "new*\n", "!new*\n"]))

    def act_repository_inside(self):
        subprocess.run(["git", "init", "-q", self.a_folder() / "inside"], check=True)

    def act_environment_inside(self):
        (self.a_folder() / "pyvenv.cfg").write_text("", encoding="utf-8")

    def act_add(self):
        self.project.git("add", "-A")

    def act_untrack(self):
        self.project.git("rm", "-q", "--cached", str(self.a_file()))

    def act_commit(self):
        self.project.commit()

    def act_branch(self):
        self.project.git("checkout", "-q", "-b", f"b{self.count}")
        self.project.commit()

    def act_checkout(self):
        self.project.git("checkout", "-q", "-f", self.random.choice(["main", "-", "HEAD~1"]))

    def act_reset(self):
        self.project.git("reset", "-q", self.random.choice(["--hard", "--soft"]), "HEAD~1")

    def act_merge(self):
        self.project.git("merge", "-q", "--no-ff", "--no-edit", "-X", "ours", "main")

    def act_pack(self):
        self.project.git("pack-refs", "--all")

    def act_remote(self):
        self.project.git("remote", "add", f"r{self.count}", "https://example.org/x.git")

    def act_include_settings(self):
        (self.root / ".git/more").write_text('[remote "more"]\nurl = https://example.org/y.git\n', encoding="utf-8")
        self.project.git("config", "include.path", "more")

    def act_leave_git_or_come_back(self):
        inside, outside = self.root / ".git", self.root.parent / "git-of-project"
        outside.rename(inside) if outside.exists() else inside.rename(outside)
