"""A process that assesses a project again and again sees what has changed in between."""

from __future__ import annotations

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
