"""How git sees notebooks: without outputs (nbstripout), compared cell by cell (nbdime), where these are installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from jupyter_mlops.changes.effects.git_settings import GitSettings
from jupyter_mlops.lifts.ignoring import with_lines
from jupyter_mlops.lifts.scene import Scene


class Filters(NamedTuple):
    """What is to be set up.

    Attributes:
        attributes: `.gitattributes` as it should be; None when it stays as it is.
        settings: for this clone; None when there is nothing to set.
        found: what was decided, and why.
        missing: packages that would do more.
    """

    attributes: str | None
    settings: GitSettings | None
    found: tuple[str, ...]
    missing: tuple[str, ...]


def filters(scene: Scene, *, new: bool) -> Filters:
    """What notebooks need in a repository.

    Args:
        scene: the project.
        new: whether the repository has no commits yet.
    """
    paths = [file.path for file in scene.project.walk.files if file.suffix == ".ipynb" and file.special is None]
    if not paths:
        return Filters(None, None, (), ())
    file = scene.root / ".gitattributes"
    old = file.read_text("utf-8") if file.is_file() else ""
    words = [line.split() for line in old.splitlines()]
    set_up = {word.partition("=")[0].lstrip("-!") for line in words if line[:1] == ["*.ipynb"] for word in line[1:]}
    strip, why = _strips(scene, paths, new=new)
    attributes: list[str] = []
    settings: list[tuple[str, str]] = []
    missing = []
    if strip and "filter" not in set_up:
        if find_spec("nbstripout") is not None:
            attributes.append("filter=nbstripout")
        else:
            missing.append("nbstripout")
    if not {"diff", "merge"} & set_up:
        if find_spec("nbdime") is not None:
            attributes += ["diff=jupyternotebook", "merge=jupyternotebook"]
        else:
            missing.append("nbdime")
    text = with_lines(
        old, [("Notebooks: no outputs in commits, compared cell by cell", [f"*.ipynb {' '.join(attributes)}"])]
    )
    wanted = text if attributes else old
    if "filter=nbstripout" in wanted and find_spec("nbstripout") is not None:
        settings += _nbstripout()
    if "diff=jupyternotebook" in wanted and find_spec("nbdime") is not None:
        settings += _nbdime()
    unset = tuple(pair for pair in settings if not _is_set(scene, pair[0]))
    found = (why, *(("Each clone needs the filters once: " + _once(wanted),) if attributes else ()))
    return Filters(text if attributes else None, GitSettings(unset) if unset else None, found, tuple(missing))


def _strips(scene: Scene, paths: list[str], *, new: bool) -> tuple[bool, str]:
    if scene.options.get("outputs") == "keep":
        return False, "Outputs of notebooks are committed, as you chose."
    if scene.options.get("outputs") == "strip":
        return True, "Outputs of notebooks stay in the files and are left out of commits, as you chose."
    if new:
        return True, "Outputs of notebooks stay in the files and are left out of commits: they would bloat every diff."
    shown = next((path for path in paths if _has_outputs(scene, path)), None)
    if shown is None:
        return True, "No committed notebook has outputs, so they are left out from now on, too."
    return False, f"{shown} is committed with its outputs, so outputs stay in commits; `-O outputs=strip` changes that."


def _has_outputs(scene: Scene, path: str) -> bool:
    if scene.git is None or path not in scene.git.committed:
        return False
    content = scene.git.content([scene.git.committed[path].oid]).values()
    return any(b'"output_type"' in data for data in content)


def _nbstripout() -> list[tuple[str, str]]:
    python = Path(sys.executable).as_posix()
    return [("filter.nbstripout.clean", f'"{python}" -m nbstripout'), ("filter.nbstripout.smudge", "cat")]


def _nbdime() -> list[tuple[str, str]]:
    folder = Path(sys.executable).parent.as_posix()
    return [
        ("diff.jupyternotebook.command", f'"{folder}/git-nbdiffdriver" diff'),
        ("merge.jupyternotebook.driver", f'"{folder}/git-nbmergedriver" merge %O %A %B %L %P'),
        ("merge.jupyternotebook.name", "jupyter notebook merge driver"),
    ]


def _once(attributes: str) -> str:
    commands = ["nbstripout --install"] if "filter=nbstripout" in attributes else []
    commands += ["nbdime config-git --enable"] if "diff=jupyternotebook" in attributes else []
    return ", ".join(f"`{command}`" for command in commands) + " (this one gets them now)."


def _is_set(scene: Scene, name: str) -> bool:
    return scene.git is not None and bool(scene.git.run("config", "--local", "--get", name))
