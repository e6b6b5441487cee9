"""Paths of the author's machine, and others that lead nowhere, as paths of the project's own files."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import NamedTuple

from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Open, Proposal, Repair
from jupyter_mlops.lifts.clean_notebook.path_texts import Text, texts_of
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.walk import walk_folder

#: Where a path begins that exists on one machine, or one service, only.
_FOREIGN = re.compile(
    r"^(?:[A-Za-z]:[\\/]|\\\\\w|~[\\/]|/(?:home|Users|root|content|kaggle|gdrive|dbfs|mnt|media|Volumes)/)"
)
#: There, too, where it is a file.
_PERHAPS_FOREIGN = re.compile(r"^/(?:data|datasets|opt|srv|var)/")
_KAGGLE = re.compile(r"^(?:/kaggle/|(?:\.\./)+input\b)")
_WHOSE = (
    (re.compile(r"^/content/"), "Google Colab"),
    (_KAGGLE, "Kaggle"),
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
        ".css",
        ".svg",
    ]
)
#: A file without a suffix, where it is read.
_BARE = re.compile(r"^(?![a-z][a-z0-9+.-]*://)(?:[\w .:~-]*/)*[\w-]+$")
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://")


def mend_paths(draft: Draft, scene: Scene, path: str) -> None:
    """Let paths that lead nowhere mean the one file of the project that fits.

    Args:
        draft: the notebook.
        scene: the project.
        path: of the notebook.
    """
    folder = posixpath.dirname(path)
    code = Code(draft.notebook)
    place = _Place(scene, folder, _files(scene), _words(code.tree))
    proposals, unsure = [], []
    texts = list(texts_of(code.tree))
    made = {_plain(text.value) for text in texts if text.use == "written"}
    # NumPy adds these to a name that has none.
    made |= {f"{one}{suffix}" for one in made if "." not in posixpath.basename(one) for suffix in (".npy", ".npz")}
    for text in texts:
        value = text.value
        written = _plain(value)
        may_be_file = _may_be_file(written) or (text.use == "read" and bool(_BARE.match(written)))
        foreign = bool(_FOREIGN.match(value)) or (may_be_file and bool(_PERHAPS_FOREIGN.match(value)))
        leads = not foreign and _leads(scene, folder, written)
        if not foreign and not leads and text.use == "folder" and _KAGGLE.match(value):
            foreign = True
        windows = leads and "\\" in value and may_be_file
        if not windows and (leads or (not foreign and (written in made or not may_be_file))):
            continue
        cell, line = draft.notebook.place(text.node.lineno)
        line = draft.original(cell, line)
        whose = next(name for pattern, name in _WHOSE if pattern.match(value))
        shown = f"`{value}`"
        new, why = (written, "`/` parts folders on every system.") if windows else _instead(text, written, place, made)
        if new is None:
            if foreign or text.use in ("whole", "read"):
                reason = f"It is a path of {whose}, and {why}" if foreign else f"There is no such file, and {why}"
                unsure.append(Open(cell, line, shown, reason))
            continue
        if not code.is_itself(text.node):
            continue
        reason = f"It is a path of {whose}" if foreign or whose == "Kaggle" else "It leads nowhere"
        reason = "It is written as on Windows" if windows else reason
        repair = Repair("path", cell, line, f"{shown} becomes `{new}`", f"{reason}; {why}")
        proposals.append(Proposal([Edit(code.span(text.node), _quoted(code.text(text.node), new))], repair))
    draft.apply(proposals)
    draft.open += [one for one in dict.fromkeys(unsure) if one not in draft.open]


def _plain(value: str) -> str:
    r"""A path with slashes: `data\train.csv` is written on Windows."""
    if not ("\\" in value and not value.startswith("/")) and not re.match(r"^[A-Za-z]:", value):
        return value
    return PureWindowsPath(value).as_posix() + ("/" if value.endswith(("/", "\\")) else "")


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


class _Place(NamedTuple):
    """Where a notebook is, and what is around it.

    Attributes:
        scene: the project.
        folder: of the notebook; "" for the root.
        files: paths by name in lower case.
        words: what its code speaks of.
    """

    scene: Scene
    folder: str
    files: dict[str, list[str]]
    words: frozenset[str]


def _instead(text: Text, path: str, place: _Place, made: set[str]) -> tuple[str | None, str]:
    """The path to put, relative to the notebook's folder, and why; None and why not."""
    if text.use == "part":
        return None, "it is put together with others; name the file as a whole"
    parts = [part for part in path.split("/") if part not in ("", ".", "..") and not part.endswith(":")]
    if not parts:
        return None, "nothing tells which file of the project it stands for"
    if text.use == "written" or path in made:
        return parts[-1], "it is written beside the notebook"
    if text.use == "folder" or (text.use != "read" and not posixpath.splitext(path)[1]):
        return _folder(parts, text.joined, path.endswith("/"), place)
    if re.search(r"[*?]", parts[-1]) and len(parts) > 1:
        found, why = _folder(parts[:-1], (), True, place)
        return (f"{found}{parts[-1]}" if found is not None else None), why
    fitting = place.files.get(parts[-1].lower(), [])
    if not fitting:
        return None, f"the project has no {parts[-1]}"
    best = _closest(fitting, parts, place.folder)
    if len(best) > 1:
        return None, f"{len(best)} files fit: {', '.join(best[:3])}{' …' if len(best) > 3 else ''}"
    if not _is_meant(best[0], parts, place):
        return None, f"{best[0]} has that name, and none of the columns that the notebook speaks of"
    return posixpath.relpath(best[0], place.folder or "."), f"{best[0]} is the one file of the project that fits."


def _is_meant(path: str, parts: list[str], place: _Place) -> bool:
    """Whether a table is the one that a notebook is about. Many projects have a `train.csv`; elsewhere it is looked into."""
    near = not place.folder or path.startswith(f"{place.folder}/")
    same = len(parts) > 1 and path.lower().endswith("/".join(parts[-2:]).lower())
    if near or same or not path.lower().endswith((".csv", ".tsv")) or place.scene.project.kind(path) != "file":
        return True
    with (place.scene.root / path).open("rb") as stream:
        head = stream.readline(20_000).decode("utf-8", "replace")
    columns = {part.strip(" \"'\r\n\ufeff") for part in re.split(r"[,;\t|]", head)}
    named = {column for column in columns if re.search(r"[^\W\d]", column)}
    return not named or not place.words or bool(named & place.words)


def _words(tree: ast.Module) -> frozenset[str]:
    """What a notebook's code calls columns: texts in brackets, and attributes where it has any of those."""
    found = {
        text.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        for text in ast.walk(node.slice)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found | attributes) if found else frozenset()


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


def _folder(parts: list[str], joined: tuple[str, ...], slash: bool, place: _Place) -> tuple[str | None, str]:
    """The one folder of the project that has all that is joined to it; else the one that is called so."""
    folders = {posixpath.dirname(path) for paths in place.files.values() for path in paths}
    folders |= {above for each in set(folders) for above in _above(each)}
    names = [name.strip("/") for name in joined if _may_be_file(name)]
    if names:
        holding = [
            {
                path[: -len(name)].rstrip("/")
                for path in place.files.get(posixpath.basename(name).lower(), [])
                if path.endswith(name)
            }
            for name in names
        ]
        fitting, why = sorted(set.intersection(*holding)), f"has {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
    else:
        fitting = [each for each in sorted(folders) if each and posixpath.basename(each).lower() == parts[-1].lower()]
        why = "is the one folder of the project that fits"
    if not fitting:
        return (
            None,
            f"the project has no folder with {', '.join(names[:3])}"
            if names
            else f"the project has no folder {parts[-1]}",
        )
    best = _closest(fitting, parts, place.folder)
    if len(best) > 1:
        return None, f"{len(best)} folders fit: {', '.join(best[:3])}"
    new = posixpath.relpath(best[0] or ".", place.folder or ".")
    return f"{new}/" if slash else new, f"{best[0] or 'the top folder'} {why}."


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _quoted(code: str, path: str) -> str:
    """A path as a text in the quotes that the old one had."""
    quote = '"' if code.rstrip()[-1:] == '"' else "'"
    return f"{quote}{path}{quote}" if quote not in path and "\\" not in path else repr(path)
