"""A process that assesses a project again and again sees what has changed in between."""

from __future__ import annotations

import random
import time

import pytest
from changing import Change, answer, pristine

from jupyter_mlops.project import walk
from jupyter_mlops.project.git import find_repository

from .conftest import results


def files(root):
    git = find_repository(root)
    assert git is not None
    return sorted(git.committed), sorted(git.index), git.untracked(".", ())


def test_git_facts_follow_every_change(project):
    project.files({"a.py": "A = 1\n", "lib/b.py": "B = 1\n"}).commit()
    first = project.git("rev-parse", "HEAD").strip()
    assert files(project.root) == (["a.py", "lib/b.py"], ["a.py", "lib/b.py"], [])
    project.files({"c.py": "C = 1\n"})
    assert files(project.root)[2] == ["c.py"]
    project.git("add", "c.py")
    assert files(project.root) == (["a.py", "lib/b.py"], ["a.py", "c.py", "lib/b.py"], [])
    project.commit()
    assert files(project.root)[0] == ["a.py", "c.py", "lib/b.py"]
    project.git("mv", "lib", "pkg")
    assert files(project.root)[:2] == (["a.py", "c.py", "lib/b.py"], ["a.py", "c.py", "pkg/b.py"])
    project.git("rm", "-q", "--cached", "a.py")
    assert files(project.root)[1:] == (["c.py", "pkg/b.py"], ["a.py"])
    project.git("reset", "-q", "--hard")
    project.git("checkout", "-q", first)
    assert files(project.root) == (["a.py", "lib/b.py"], ["a.py", "lib/b.py"], [])


def test_an_answer_follows_files_that_change_go_and_are_renamed(level_2):
    def passes():
        return results(level_2.assess())["ci"].state == "pass"

    assert passes()
    level_2.edit(".github/workflows/ci.yml", "PYTHONPATH=src pytest", "echo hi")
    assert not passes()
    level_2.git("checkout", "-q", ".")
    assert passes()
    (level_2.root / ".github/workflows").rename(level_2.root / ".github/others")
    assert not passes()
    level_2.git("checkout", "-q", ".")
    level_2.remove(".github/workflows/ci.yml")
    assert not passes()
    level_2.git("checkout", "-q", ".")
    (level_2.root / "tests").rename(level_2.root / "examples")
    assert not passes()


@pytest.fixture(scope="module")
def fresh():
    """Gives the answer of a process that never assessed anything."""
    with pristine() as pool:
        yield lambda folder: pool.apply(answer, (folder,))


@pytest.mark.parametrize("seed", range(6))
def test_after_any_change_the_answer_is_that_of_a_process_that_knows_nothing(level_2, fresh, seed):
    change = Change(level_2, seed)
    below = level_2.root / "src"
    done = []
    for _ in range(15):
        done.append([change() for _ in range(change.random.choice([1, 1, 2]))])
        # Asked twice: what is read just after it was written is not relied on, so what is kept shows the second time.
        wanted = fresh(level_2.root)
        assert answer(level_2.root) == wanted, done
        assert answer(level_2.root) == wanted, done
        if below.is_dir():
            assert answer(below) == fresh(below), done
        time.sleep(change.random.choice([0, 0, 0.12]))


@pytest.mark.parametrize("seed", range(2))
def test_so_it_is_without_git(level_2, fresh, seed):
    (level_2.root / ".git").rename(level_2.root.parent / "git-of-project")
    change = Change(level_2, seed)
    change.acts.remove("act_leave_git_or_come_back")
    done = []
    for _ in range(15):
        done.append(change())
        assert answer(level_2.root) == fresh(level_2.root), done
        time.sleep(change.random.choice([0, 0, 0.12]))


def lists(files):
    """What is asked of files, kept from before where it can be."""
    asked = [files.suffixed(".py", ".csv"), files.named("*a*.py", "m1.*"), files.inside("src"), files.missing]
    return [*asked, files.which("tracked", lambda file: file.tracked), list(files), sorted(files.by_path)]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_of_files_is_what_a_new_look_finds(project, seed, monkeypatch):
    chance = random.Random(seed)
    names = [
        f"{folder}m{n}.{end}" for folder in ("", "src/", "src/a/", "data/") for n in range(3) for end in ("py", "csv")
    ]
    project.files(dict.fromkeys(names[::2], "x\n") | {".gitignore": "*.csv\n"}).commit()
    for _ in range(25):
        path = project.root / chance.choice(names)
        act = chance.choice(("write", "write", "remove", "remove", "link", "ignore", "add"))
        if act in ("remove", "link") and path.parent.is_dir():
            path.unlink(missing_ok=True)
        if act == "write" and not path.exists():
            project.files({str(path.relative_to(project.root)): "y\n"})
        elif act == "link" and path.parent.is_dir():
            path.symlink_to("nowhere")
        elif act == "ignore":
            project.files({".gitignore": chance.choice(("*.csv\n", "src/\n", ""))})
        elif act == "add":
            project.git("add", "--all")
        git = find_repository(project.root)
        found = walk.walk_repository(git, ".")
        with monkeypatch.context() as forgetting:
            forgetting.setattr(walk, "_KEPT", type(walk._KEPT)())
            fresh = walk.walk_repository(git, ".")
        assert (lists(found.files), found.left_out) == (lists(fresh.files), fresh.left_out), act
        time.sleep(chance.choice((0, 0.12)))


def test_a_question_about_files_is_asked_only_of_those_that_come(project):
    project.files({f"m{n}.py": "x = 1\n" for n in range(50)}).commit()
    asked = []

    def test(file):
        asked.append(file.path)
        return file.suffix == ".py"

    find = lambda: walk.walk_repository(find_repository(project.root), ".").files.which("code", test)  # noqa: E731
    time.sleep(0.15)  # a folder written just now is not relied on
    assert len(find()) == len(asked) == 50
    asked.clear()
    project.files({"new.py": "x = 1\n"})
    (project.root / "m7.py").unlink()
    assert [file.path for file in find() if file.special is None] == sorted(
        {f"m{n}.py" for n in range(50)} - {"m7.py"} | {"new.py"}
    )
    assert set(asked) == {"new.py", "m7.py"}
