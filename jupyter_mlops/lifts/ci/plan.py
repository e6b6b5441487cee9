"""Which CI a project gets, and where."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_mlops.changes import Wanted
from jupyter_mlops.lifts.ci.extend import job, job_lines, missing, workflow, workflow_lines
from jupyter_mlops.lifts.ci.render import github, gitlab
from jupyter_mlops.lifts.ci.work import Work, work_of
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, commit, done, not_here
from jupyter_mlops.lifts.scene import Scene

_GITLAB = ".gitlab-ci.yml"
_WORKFLOWS = (".github/workflows/ci.yml", ".github/workflows/tests.yml", ".github/workflows/mlops-tests.yml")


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.

    Raises:
        MlopsError: ``invalid-yaml`` where GitLab's file cannot be read.
    """
    result = scene.result("ci")
    if scene.git is None:
        act = Act("Put the project under git.", "jupyter mlops lift git-init --yes")
        return not_here(scene, "CI runs what is in a repository, and there is none yet.", left=(act,))
    work = work_of(scene)
    if more := _more(scene, work):
        return _extended(scene, work, more)
    if result.state == "pass":
        return done(scene, result.message)
    if not work.checks:
        return not_here(
            scene,
            "No test here runs the project's code, so CI would have nothing to hold it to.",
            cannot=tuple(work.cannot),
            left=_first(work.cannot),
        )
    files = {}
    for host in _hosts(scene):
        if host == "gitlab":
            path = _GITLAB
            old = (scene.root / path).read_text("utf-8") if (scene.root / path).is_file() else ""
            files[path] = gitlab(work, old, report=scene.options["report"] == "yes")
        else:
            path = next(path for path in _WORKFLOWS if not (scene.root / path).exists())
            files[path] = github(work, _branch(scene), report=scene.options["report"] == "yes")
    if waiting := _waiting(scene, work):
        return done(
            scene,
            f"{waiting} does that; what is left is to commit it.",
            left=commit(scene, [waiting], "Run the tests in CI"),
        )
    changes = scene.changes(files, "Run the tests in CI")
    left = (*_secrets(work), *commit(scene, files, "Run the tests in CI"))
    if not scene.git.has_remote:
        left = (*left, Act("Push it to a host that runs it: `git remote add origin …`."))
    return Plan("applies", result.message, changes, found=tuple(work.found), left=left, cannot=tuple(work.cannot))


@dataclass(frozen=True)
class _More:
    """CI that is there and does some of the checks.

    Attributes:
        files: path → the file as it becomes.
        checks: names of what it does not do yet.
    """

    files: dict[str, Wanted]
    checks: tuple[str, ...]


def _more(scene: Scene, work: Work) -> _More | None:
    """What is added to CI that runs some of the checks: tests that have come since."""
    files: dict[str, Wanted] = {}
    names: list[str] = []
    for host, places, lines_of, extended in (
        ("github", _workflows(scene), workflow_lines, workflow),
        ("gitlab", [_GITLAB], job_lines, job),
    ):
        if scene.options["host"] not in (host, "both", "", None):
            continue
        there = {
            path: (scene.root / path).read_bytes().decode("utf-8", "replace")
            for path in places
            if (scene.root / path).is_file()
        }
        checks = missing(work, (line for text in there.values() for line in lines_of(text)))
        for path, text in there.items() if checks else ():
            new = extended(text, work, checks)
            if new is not None:
                files[path] = new
                names += checks
                break
    return _More(files, tuple(dict.fromkeys(names))) if files else None


def _workflows(scene: Scene) -> list[str]:
    folder = scene.root / ".github/workflows"
    return sorted(f".github/workflows/{path.name}" for path in folder.glob("*.y*ml")) if folder.is_dir() else []


def _extended(scene: Scene, work: Work, more: _More) -> Plan:
    title = "Run more of the tests in CI"
    return Plan(
        "applies",
        f"Not run by {' and '.join(more.files)} yet: {', '.join(more.checks)}.",
        scene.changes(more.files, title),
        found=tuple(work.found),
        left=(*_secrets(work), *commit(scene, more.files, title)),
        cannot=tuple(work.cannot),
    )


def _waiting(scene: Scene, work: Work) -> str | None:
    """A file of CI that has all that this lift would write, and is not committed yet."""
    assert scene.git is not None
    for path in (*_WORKFLOWS, _GITLAB):
        place = scene.root / path
        if place.is_file() and path not in scene.git.committed:
            text = place.read_text("utf-8", "replace")
            if all(command in text for command in work.checks.values()):
                return path
    return None


def _hosts(scene: Scene) -> tuple[str, ...]:
    chosen = scene.options["host"]
    if chosen:
        return ("github", "gitlab") if chosen == "both" else (chosen,)
    assert scene.git is not None
    remotes = (scene.git.run("config", "--get-regexp", r"remote\..*\.url") or b"").decode("utf-8", "replace")
    if "gitlab" in remotes.lower() or ((scene.root / _GITLAB).is_file() and "github" not in remotes.lower()):
        return ("gitlab",)
    return ("github",)


def _branch(scene: Scene) -> str:
    """The branch that work is merged into, as far as this clone knows."""
    assert scene.git is not None
    head = (scene.git.run("symbolic-ref", "--short", "refs/remotes/origin/HEAD") or b"").decode().strip()
    if head:
        return head.removeprefix("origin/")
    there = (scene.git.run("branch", "--format=%(refname:short)") or b"").decode().split()
    now = (scene.git.run("branch", "--show-current") or b"").decode().strip()
    return next((name for name in ("main", "master") if name in there), now or "main")


def _secrets(work: Work) -> tuple[Act, ...]:
    if not work.secrets:
        return ()
    return (Act(f"Add the credentials of the DVC remote to the host's secrets: {', '.join(work.secrets)}."),)


def _first(cannot: list[Refusal]) -> tuple[Act, ...]:
    if cannot:
        return (Act("Choose a DVC remote that CI can read: `dvc remote add --default storage s3://…`."),)
    return (
        Act("Convert a notebook: its pipeline brings its tests along.", "jupyter mlops convert NOTEBOOK"),
        Act("Or write a test that calls one of the project's functions and asserts what it returns."),
    )
