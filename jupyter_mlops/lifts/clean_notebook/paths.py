"""Paths of the author's machine, and others that lead nowhere, as paths of the project's own files."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Literal, NamedTuple

from jupyter_mlops.assessment.code_facts import WRITERS
from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Open, Proposal, Repair
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.walk import walk_folder

#: Where a path begins that exists on one machine, or one service, only.
_FOREIGN = re.compile(
    r"^(?:[A-Za-z]:[\\/]|\\\\\w|~[\\/]|/(?:home|Users|root|content|kaggle|mnt|media|Volumes|data|gdrive|dbfs|opt|srv|var|datasets)/)"
)
_WHOSE = (
    (re.compile(r"^/content/"), "Google Colab"),
    (re.compile(r"^(?:/kaggle/|(?:\.\./)+input/)"), "Kaggle"),
    (re.compile(r"^/dbfs/"), "Databricks"),
    (re.compile(r""), "one machine"),
)
_DATA = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".xls",
        ".json",
        ".jsonl",
        ".parquet",
        ".feather",
        ".pkl",
        ".pickle",
        ".joblib",
        ".h5",
        ".hdf5",
        ".hdf",
        ".npy",
        ".npz",
        ".mat",
        ".arff",
        ".data",
        ".dat",
        ".db",
        ".sqlite",
        ".sqlite3",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".zip",
        ".gz",
        ".bz2",
        ".xml",
        ".html",
        ".sav",
        ".dta",
        ".rds",
        ".geojson",
        ".shp",
        ".wav",
        ".mp3",
        ".names",
        ".yaml",
        ".yml",
        ".md",
    ]
)
_JOINERS = frozenset({"join", "joinpath", "format", "replace", "split", "startswith", "endswith", "print"})
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://")


class _Text(NamedTuple):
    """A text that is a path.

    Attributes:
        node: the text.
        value: what it says.
        use: whether it is read, written, a folder that others are joined to, or part of something that cannot be told.
    """

    node: ast.expr
    value: str
    use: Literal["whole", "written", "folder", "part"]


def mend_paths(draft: Draft, scene: Scene, path: str) -> None:
    """Let paths that lead nowhere mean the one file of the project that fits.

    Args:
        draft: the notebook.
        scene: the project.
        path: of the notebook.
    """
    folder = posixpath.dirname(path)
    files = _files(scene)
    code = Code(draft.notebook)
    proposals, unsure = [], []
    made = {_plain(text.value) for text in _texts(code.tree) if text.use == "written"}
    for text in _texts(code.tree):
        value = text.value
        foreign = bool(_FOREIGN.match(value))
        written = _plain(value)
        leads = not foreign and _leads(scene, folder, written)
        windows = leads and "\\" in value and _may_be_file(written)
        if not windows and (leads or (not foreign and (written in made or not _may_be_file(written)))):
            continue
        cell, line = draft.notebook.place(text.node.lineno)
        line = draft.original(cell, line)
        whose = next(name for pattern, name in _WHOSE if pattern.match(value))
        shown = f"`{value}`"
        new, why = (
            (written, "`/` parts folders on every system.") if windows else _instead(text, written, folder, files, made)
        )
        if new is None:
            if foreign or text.use == "whole":
                reason = f"It is a path of {whose}, and {why}" if foreign else f"There is no such file, and {why}"
                unsure.append(Open(cell, line, shown, reason))
            continue
        if not code.is_itself(text.node):
            continue
        reason = f"It is a path of {whose}" if foreign or whose == "Kaggle" else "It leads nowhere"
        reason = "It is written as on Windows" if windows else reason
        repair = Repair("path", cell, line, f"{shown} is `{new}`", f"{reason}; {why}")
        proposals.append(Proposal([Edit(code.span(text.node), _quoted(code.text(text.node), new))], repair))
    draft.apply(proposals)
    draft.open += [one for one in dict.fromkeys(unsure) if one not in draft.open]


def _plain(value: str) -> str:
    r"""A path with slashes: `data\train.csv` is written on Windows."""
    windows = "\\" in value and not value.startswith("/")
    return PureWindowsPath(value).as_posix() if windows or re.match(r"^[A-Za-z]:", value) else value


def _may_be_file(path: str) -> bool:
    suffix = posixpath.splitext(path)[1].lower()
    return (
        suffix in _DATA
        and "\n" not in path
        and not _URL.match(path)
        and len(path) < 300
        and not re.search(r"[*?<>|{}%]", path)
    )


def _leads(scene: Scene, folder: str, path: str) -> bool:
    """Whether a relative path leads to something, a file of DVC's included."""
    there = posixpath.normpath(posixpath.join(folder, path))
    return scene.project.exists(there) or scene.project.exists(f"{there}.dvc")


def _files(scene: Scene) -> dict[str, list[str]]:
    """Every file of the project, those that git ignores included, by name in lower case."""

    def found() -> dict[str, list[str]]:
        named: dict[str, list[str]] = defaultdict(list)
        for file in walk_folder(scene.root).files:
            if file.special is None:
                path = file.path.removesuffix(".dvc")
                paths = named[posixpath.basename(path).lower()]
                if path not in paths:
                    paths.append(path)
        return dict(named)

    return scene.unit.once("files by name", found)


def _instead(
    text: _Text, path: str, folder: str, files: dict[str, list[str]], made: set[str]
) -> tuple[str | None, str]:
    """The path to put, relative to the notebook's folder, and why; None and why not."""
    if text.use == "part":
        return None, "it is put together with others; name the file as a whole"
    parts = [part for part in path.split("/") if part not in ("", ".", "..") and not part.endswith(":")]
    if not parts:
        return None, "nothing tells which file of the project it stands for"
    if text.use == "written" or path in made:
        return parts[-1], "it is written beside the notebook"
    if text.use == "folder" or not posixpath.splitext(path)[1]:
        return _folder(parts, folder, files)
    fitting = files.get(parts[-1].lower(), [])
    if not fitting:
        return None, f"the project has no {parts[-1]}"
    best = _closest(fitting, parts, folder)
    if len(best) > 1:
        return None, f"{len(best)} files fit: {', '.join(best[:3])}{' …' if len(best) > 3 else ''}"
    return posixpath.relpath(best[0], folder or "."), f"{best[0]} is the one file of the project that fits."


def _closest(paths: list[str], parts: list[str], folder: str) -> list[str]:
    """Of several files of one name, those in most of the same folders, then those below the notebook, then in its case."""

    def alike(path: str) -> int:
        count = 0
        for one, other in zip(
            reversed(path.lower().split("/")), reversed([part.lower() for part in parts]), strict=False
        ):
            if one != other:
                break
            count += 1
        return count

    def best(candidates: list[str], score: list[int]) -> list[str]:
        return [path for path, points in zip(candidates, score, strict=True) if points == max(score)]

    paths = best(paths, [alike(path) for path in paths])
    paths = best(paths, [int(not folder or path.startswith(f"{folder}/")) for path in paths])
    return best(paths, [int(path.endswith(parts[-1])) for path in paths])


def _folder(parts: list[str], folder: str, files: dict[str, list[str]]) -> tuple[str | None, str]:
    """The folder of the project that ends as the path does, where there is exactly one."""
    folders = {posixpath.dirname(path) for paths in files.values() for path in paths}
    folders |= {above for each in set(folders) for above in _above(each)}
    fitting = [each for each in sorted(folders) if each and posixpath.basename(each).lower() == parts[-1].lower()]
    if not fitting:
        return None, f"the project has no folder {parts[-1]}"
    best = _closest(fitting, parts, folder)
    if len(best) > 1:
        return None, f"{len(best)} folders fit: {', '.join(best[:3])}"
    new = posixpath.relpath(best[0], folder or ".")
    return f"{new}/", f"{best[0]} is the one folder of the project that fits."


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _quoted(code: str, path: str) -> str:
    """A path as a text in the quotes that the old one had."""
    quote = '"' if code.rstrip()[-1:] == '"' else "'"
    return f"{quote}{path}{quote}" if quote not in path and "\\" not in path else repr(path)


def _texts(tree: ast.Module) -> Iterator[_Text]:
    """Texts that may be paths, with how they are used."""
    joined, saved = _names_given_to(tree)
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Call):
            name = (
                statement.func.attr if isinstance(statement.func, ast.Attribute) else getattr(statement.func, "id", "")
            )
            for position, node in enumerate((*statement.args, *(each.value for each in statement.keywords))):
                if (value := _text_of(node)) is not None:
                    yield _Text(node, value, _use_in_call(statement, name, position))
        elif (
            isinstance(statement, (ast.Assign, ast.AnnAssign))
            and statement.value is not None
            and (value := _text_of(statement.value)) is not None
        ):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = {each.id for each in targets if isinstance(each, ast.Name)}
            if names:
                yield _Text(
                    statement.value, value, "folder" if names & joined else "written" if names & saved else "whole"
                )
        elif isinstance(statement, ast.BinOp) and isinstance(statement.op, ast.Add):
            for node in (statement.left, statement.right):
                if (value := _text_of(node)) is not None:
                    before = node is statement.left and value.endswith(("/", "\\"))
                    yield _Text(node, value, "folder" if before else "part")


def _text_of(node: ast.AST) -> str | None:
    """A text that is short enough for a path; None for everything else."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return None
    return node.value if 1 < len(node.value) < 400 and "\n" not in node.value else None


def _use_in_call(call: ast.Call, name: str, position: int) -> Literal["whole", "written", "folder", "part"]:
    if name in ("join", "joinpath"):
        return "folder" if position == 0 else "part"
    if name == "chdir":
        return "folder"
    if name in _JOINERS:
        return "part"
    if name == "open":
        mode = (
            call.args[1]
            if len(call.args) > 1
            else next((each.value for each in call.keywords if each.arg == "mode"), None)
        )
        return "written" if isinstance(mode, ast.Constant) and str(mode.value)[:1] in ("w", "a", "x") else "whole"
    return "written" if name in WRITERS or name.startswith(("to_", "save", "write")) else "whole"


def _names_given_to(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Names whose text is a part of a longer one somewhere, and those that something is written to."""
    joined, saved = set(), set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div, ast.Mod)):
            parts = [node.left, node.right]
        elif isinstance(node, ast.FormattedValue):
            parts = [node.value]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            if name in _JOINERS:
                parts = [*node.args, *owner]
            elif _use_in_call(node, name, 0) == "written":
                saved |= {each.id for each in node.args if isinstance(each, ast.Name)}
        joined |= {part.id for part in parts if isinstance(part, ast.Name)}
    return joined, saved
