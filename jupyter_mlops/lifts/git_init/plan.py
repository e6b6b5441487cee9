"""What a project needs to be under git."""

from __future__ import annotations

import shutil
from pathlib import Path

from jupyter_mlops.changes import Wanted
from jupyter_mlops.changes.effects import Effect
from jupyter_mlops.changes.effects.git_repository import GitRepository
from jupyter_mlops.errors import MissingDependencyError
from jupyter_mlops.lifts.git_init.ignored import committed_junk, groups
from jupyter_mlops.lifts.git_init.notebooks import filters
from jupyter_mlops.lifts.ignoring import with_lines
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, commit, done, not_here
from jupyter_mlops.lifts.scene import Scene


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    if shutil.which("git") is None:
        raise MissingDependencyError(
            "git", "your system's package manager, e.g. apt-get install git", "The lift git-init"
        )
    result = scene.result_of_repository("code-versioned")
    if result.state == "not-applicable":
        return not_here(scene, result.message)
    if scene.git is None and scene.root == Path.home():
        return not_here(scene, "This is your home folder; name the project's own folder.")
    new = scene.git is None or scene.git.head is None
    effects: list[Effect] = []
    files: dict[str, Wanted] = {}
    if scene.git is None:
        effects.append(GitRepository(scene.options["branch"] or "main"))
    ignore = scene.root / ".gitignore"
    old = ignore.read_bytes().decode("utf-8", "surrogateescape") if ignore.is_file() else ""
    text = with_lines(old, groups(scene, new=new))
    if text != old:
        files[".gitignore"] = text.encode("utf-8", "surrogateescape")
    notebooks = filters(scene, new=new)
    if notebooks.attributes is not None:
        files[".gitattributes"] = notebooks.attributes
    if notebooks.settings is not None:
        effects.append(notebooks.settings)
    cannot = _nested(scene)
    left = _left(scene, notebooks.missing, new=new)
    if files and not new and result.state == "pass":
        left = (*left, *commit(scene, files, "Complete the settings of git"))
    if not files and not effects:
        why = "What is left is to commit." if new else f"{result.message} Nothing is missing in `.gitignore`."
        return done(scene, why, left=left)
    why = (
        f"{result.message} It gets a repository, a `.gitignore` and what notebooks need."
        if scene.git is None
        else f"The repository is there; {' and '.join(sorted(files)) or 'this clone'} can do more for this project."
    )
    changes = scene.changes(files, "Put the project under git" if new else "Complete the settings of git", effects)
    return Plan("applies", why, changes, found=notebooks.found, left=left, cannot=cannot)


def _left(scene: Scene, missing: tuple[str, ...], *, new: bool) -> tuple[Act, ...]:
    acts = []
    result = scene.result_of_repository("no-secrets")
    secret = next(
        (finding for finding in result.evidence if finding.path and result.state in ("fail", "partial")), None
    )
    if secret is not None and new:
        acts.append(
            Act(
                f"Move the secret in {secret.path} to the environment before the first commit: a history never forgets."
            )
        )
    for line in committed_junk(scene):
        revoke = ", and revoke what is in it" if line == ".env" else ""
        name = line.strip("/")
        inside = "/**" if line.endswith("/") else ""
        command = f"git rm -r --quiet --cached -- ':(glob)**/{name}{inside}'"
        acts.append(Act(f"{line} is committed and should not be: take it out{revoke}.", command))
    if missing:
        acts.append(
            Act(
                f"For notebooks in git, install {' and '.join(missing)}, and lift again.",
                f"pip install {' '.join(missing)}",
            )
        )
    passes = scene.result_of_repository("code-versioned").state == "pass"
    if new or not passes:
        if scene.git is None or not scene.git.run("log", "-1"):
            acts += _identity()
        acts.append(
            Act("Commit the notebooks and the code.", 'git add --all && git commit -m "Put the project under git"')
        )
    if new or (not passes and scene.git is not None and scene.git.commits < 2):
        acts.append(
            Act("Commit as you go: a second commit makes a history, and opens this gate.", opens="code-versioned")
        )
    if scene.git is None or not scene.git.has_remote:
        acts.append(Act("Push it to a remote, so that it outlives this machine: `git remote add origin …`."))
    return tuple(acts)


def _identity() -> list[Act]:
    """Whether git knows who commits: asked of the person's own settings, which the assessment leaves out."""
    import subprocess

    for name in ("user.email", "user.name"):
        asked = subprocess.run(["git", "config", "--get", name], capture_output=True, check=False)
        if not asked.stdout.strip():
            return [Act("Tell git who you are: `git config --global user.name …` and `user.email …`.")]
    return []


def _nested(scene: Scene) -> tuple[Refusal, ...]:
    return tuple(
        Refusal("files of a repository inside this one", "git keeps only a reference to it", path)
        for path, why in scene.project.walk.left_out
        if "repository of its own" in why
    )
