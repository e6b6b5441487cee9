"""pytest's settings: where tests are, and where modules are found; in the file that pytest reads already."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any

from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.marks import mapping

#: Files that pytest looks for, in its order, and the section that makes one of them its own.
_FILES = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))
_COMMENT = "# Folders in which tests find the project's modules."


def settings_file(scene: Scene) -> tuple[str, str] | None:
    """The file with pytest's settings, and its section; None where there is none.

    Args:
        scene: the project.
    """
    for name, section in (_FILES[0], _FILES[1], ("pyproject.toml", ""), *_FILES[2:]):
        path = scene.below(name)
        if not (scene.root / path).is_file():
            continue
        if not section:
            if "ini_options" in mapping(mapping(scene.project.toml(path).get("tool")).get("pytest")):
                return path, section
        elif name.endswith("pytest.ini") or re.search(
            rf"^\[{section}\]", (scene.root / path).read_text("utf-8", "replace"), re.MULTILINE
        ):
            return path, section
    return None


def test_paths(scene: Scene) -> list[str]:
    """Folders that pytest looks for tests in by itself; none where nothing says so."""
    found = settings_file(scene)
    if found is None:
        return []
    path, section = found
    if not section:
        options = mapping(mapping(mapping(scene.project.toml(path).get("tool")).get("pytest")).get("ini_options"))
        given = options.get("testpaths")
        return given.split() if isinstance(given, str) else [str(each) for each in given or ()]
    value = re.search(r"^testpaths\s*=\s*(.*(?:\n[ \t]+.*)*)", (scene.root / path).read_text("utf-8"), re.MULTILINE)
    return value[1].split() if value else []


def with_settings(scene: Scene, folder: str, path: Sequence[str]) -> dict[str, str]:
    """The file with settings so that tests find the modules: path → text; nothing where they do.

    Args:
        scene: the project.
        folder: of the tests, from the unit's folder.
        path: folders of modules, from the unit's folder.
    """
    wanted = list(dict.fromkeys([*path, folder]))
    found = settings_file(scene)
    pyproject = scene.below("pyproject.toml")
    if found is None and (scene.root / pyproject).is_file() and scene.project.toml(pyproject):
        found = (pyproject, "")
    if found is None:
        # Without testpaths: those of pipelines are found as before.
        text = f"[pytest]\n{_COMMENT}\npythonpath = {shlex.join(wanted)}\n"
        return {scene.below("pytest.ini"): text}
    file, section = found
    old = (scene.root / file).read_bytes().decode("utf-8-sig")
    new = _ini(old, section, wanted) if section else _toml(old, wanted)
    return {file: new} if new != old else {}


def _toml(text: str, wanted: list[str]) -> str:
    import tomlkit

    document: Any = tomlkit.parse(text)
    tool = document.setdefault("tool", tomlkit.table(is_super_table=True))
    pytest = tool.setdefault("pytest", tomlkit.table(is_super_table=True))
    options = pytest.setdefault("ini_options", tomlkit.table())
    given = options.get("pythonpath")
    if given is None:
        options.add(tomlkit.comment(_COMMENT.removeprefix("# ")))
        options["pythonpath"] = wanted
    elif isinstance(given, str):
        options["pythonpath"] = [*given.split(), *(each for each in wanted if each not in given.split())]
    else:
        for each in wanted:
            if each not in given:
                given.append(each)
    text_now = tomlkit.dumps(document)
    return text if tomlkit.parse(text).unwrap() == document.unwrap() else text_now


def _ini(text: str, section: str, wanted: list[str]) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    start = next((at for at, line in enumerate(lines) if line.strip() == f"[{section}]"), None)
    if start is None:
        return text + f"[{section}]{end}{_COMMENT}{end}pythonpath = {shlex.join(wanted)}{end}"
    for at in range(start + 1, len(lines)):
        if lines[at].startswith("["):
            break
        found = re.match(r"pythonpath\s*=(.*)", lines[at])
        if found:
            following = at + 1
            while following < len(lines) and lines[following][:1] in (" ", "\t") and lines[following].strip():
                following += 1
            given = " ".join([found[1], *lines[at + 1 : following]]).split()
            missing = [each for each in wanted if each not in given]
            if not missing:
                return text
            last = following - 1
            lines[last] = f"{lines[last]} {shlex.join(missing)}"
            return end.join(lines) + end
    lines[start + 1 : start + 1] = [_COMMENT, f"pythonpath = {shlex.join(wanted)}"]
    return end.join(lines) + end
