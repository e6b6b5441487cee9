"""Three-way merge of a pipeline's files: what was generated, what the user made of it, what is generated now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from jupyter_mlops_converters.emit import Link
from jupyter_mlops_converters.emit.emission import Content

from jupyter_mlops.lifts.pipeline.merge.conflict import Conflict
from jupyter_mlops.lifts.pipeline.merge.data import MISSING, same
from jupyter_mlops.lifts.pipeline.merge.lines import Side, merge_text, three
from jupyter_mlops.lifts.pipeline.merge.notebooks import merge_notebooks, read, write
from jupyter_mlops.lifts.pipeline.merge.yaml_file import NotMergeableError, merge_yaml

#: Their lists are sets of names; in other YAML files a list is one value.
_GRAPHS = frozenset({"dvc.yaml", "pipeline.yaml"})
#: Files whose lines have nothing to do with each other.
_LINES_APART = frozenset({"requirements.txt", ".gitignore"})


@dataclass
class Merge:
    """What becomes of a pipeline's files.

    Attributes:
        files: path → content; None where the file goes. Paths that are not there are left alone.
        kept: files that only the user changed.
        merged: files that the user and the notebook changed.
        deleted: generated files that the user deleted; they stay so.
        left: files that are not generated any more, kept because the user edited them.
        conflicts: what both sides changed.
    """

    files: dict[str, Content | None] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def edited(self) -> bool:
        """Whether the result is anything else than what is generated."""
        return bool(self.kept or self.merged or self.deleted)

    def as_dict(self) -> dict[str, Any]:
        """The lists of paths as JSON-like data."""
        return {"kept": self.kept, "merged": self.merged, "deleted": self.deleted, "left": self.left}


def merge_files(
    base: Mapping[str, Content], ours: Mapping[str, Content], theirs: Mapping[str, Content], side: Side
) -> Merge:
    """Merge all files of a pipeline. Paths are relative to its folder.

    Args:
        base: what was generated; a file that is not here is one whose generated text is not known, or was not there.
        ours: what is there, of all files in `base` and in `theirs`.
        theirs: what is generated now.
        side: what stands where both changed: "keep" the user's, or "replace" it. With "replace", files that the user
            deleted come back, and edited ones that are not generated any more go.

    Returns:
        What becomes of the files.
    """
    result = Merge()
    stages = [path for path in {*base, *theirs} if is_stage(path) and base.get(path) != theirs.get(path)]
    for path in sorted({*base, *theirs}.difference(stages)):
        old, own, new = base.get(path), ours.get(path), theirs.get(path)
        if own in (old, new):
            if old is not None and new is None:
                result.files[path] = None
            elif new is not None:
                result.files[path] = new
        elif own is None:
            if new is not None and side == "replace":
                result.files[path] = new
            elif new is not None:
                result.deleted.append(path)
        elif new is None:
            _leave(result, path, side)
        elif new == old:
            result.files[path] = own
            result.kept.append(path)
        else:
            _merge_file(result, path, old, own, new, side)
    _merge_stages(result, sorted(stages), (base, ours, theirs), side)
    result.conflicts.sort(key=lambda conflict: (conflict.path, conflict.cell is None, conflict.cell or 0))
    for found in (result.kept, result.merged, result.deleted, result.left):
        found.sort()
    return result


def is_stage(path: str) -> bool:
    """Whether a file is the notebook of a stage."""
    return PurePosixPath(path).parent.name == "stages" and path.endswith(".ipynb")


def _leave(result: Merge, path: str, side: Side) -> None:
    if side == "replace":
        result.files[path] = None
    else:
        result.left.append(path)


def _merge_file(result: Merge, path: str, old: Content | None, own: Content, new: Content, side: Side) -> None:
    texts = three(text_in, old, own, new)
    merged: str | None = None
    if texts[0] is not None and texts[1] is not None and texts[2] is not None:
        try:
            merged, conflicts = _merger(path)(path, texts[0], texts[1], texts[2], side)
        except NotMergeableError as error:
            result.conflicts.append(Conflict(path, "", *texts, why=str(error)))
        else:
            result.conflicts += conflicts
    else:
        why = "" if old is not None else "it is not known how it was generated, so your changes cannot be told apart"
        result.conflicts.append(Conflict(path, "", *texts, why=why))
    if merged is not None:
        result.files[path] = merged.encode()
        result.merged.append(path)
    else:
        _take(result, path, own, new, side)


def _take(result: Merge, path: str, own: Content, new: Content, side: Side) -> None:
    """One side as a whole."""
    result.files[path] = own if side == "keep" else new
    if side == "keep":
        result.kept.append(path)


_Merger = Callable[[str, str, str, str, Side], tuple[str, list[Conflict]]]


def _merger(path: str) -> _Merger:
    suffix = PurePosixPath(path).suffix
    if suffix in {".yaml", ".yml"}:
        return _merge_keys
    if suffix in {".ipynb", ".json"}:
        return _refuse
    return _merge_lines


def _merge_keys(path: str, old: str, own: str, new: str, side: Side) -> tuple[str, list[Conflict]]:
    text, clashes = merge_yaml(old, own, new, side, lists=PurePosixPath(path).name in _GRAPHS)
    return text, [
        Conflict(
            path,
            ".".join(clash.path),
            *three(partial(_shown, clash.path[-1:]), clash.base, clash.ours, clash.theirs),
        )
        for clash in clashes
    ]


def _shown(key: tuple[str, ...], value: Any) -> str | None:
    from jupyter_mlops_converters.emit.yaml_text import dump, plain

    if value is MISSING:
        return None
    return dump({key[0]: plain(value)} if key else value).decode().rstrip("\n")


def _merge_lines(path: str, old: str, own: str, new: str, side: Side) -> tuple[str, list[Conflict]]:
    apart = PurePosixPath(path).name in _LINES_APART
    text, clashes = merge_text(old, own, new, side, independent=apart)
    return text, [
        Conflict(path, f"line {clash.start + 1}", *three("\n".join, clash.base, clash.ours, clash.theirs))
        for clash in clashes
    ]


def _refuse(_path: str, _old: str, _own: str, _new: str, _side: Side) -> tuple[str, list[Conflict]]:
    raise NotMergeableError("files of this kind are not merged")


def _merge_stages(result: Merge, paths: Sequence[str], sides: tuple[Mapping[str, Content], ...], side: Side) -> None:
    """Merge the stages that are generated differently now, all together."""
    base, ours, theirs = ({path: content for path in paths if (content := each.get(path))} for each in sides)
    old, own, new = (
        {path: found for path in each if (found := _notebook(each[path]))} for each in (base, ours, theirs)
    )
    # Broken, or in the way of a new one: only the one or the other can stand.
    differing = {path for path in ours if ours[path] != theirs.get(path)}
    whole = {path for path in differing if path not in own or path not in old}
    merged = merge_notebooks(old, {path: own[path] for path in sorted(differing - whole)}, new, side)
    result.conflicts += merged.conflicts
    for path in paths:
        if path not in theirs:
            if path in whole or path in merged.left:
                _leave(result, path, side)
            elif path in ours:
                result.files[path] = None
            continue
        notebook = merged.notebooks[path]
        content = theirs[path] if same(notebook, new[path]) else write(notebook).encode()
        if path in whole:
            why = "it is not known how it was generated" if path in own else "it is no valid notebook"
            texts = three(text_in, base.get(path), ours[path], content)
            result.conflicts.append(Conflict(path, "", *texts, why=why))
            _take(result, path, ours[path], content, side)
        elif path in base and path not in ours and content == theirs[path] and side == "keep":
            result.deleted.append(path)
        elif path in ours and same(notebook, own[path]) and content != theirs[path]:
            _take(result, path, ours[path], content, "keep")
        else:
            result.files[path] = content
            if content != theirs[path]:
                result.merged.append(path)


def _notebook(content: Content) -> dict[str, Any] | None:
    text = text_in(content)
    return read(text) if text is not None else None


def text_in(content: Content | None) -> str | None:
    """A file's text; None where there is none."""
    if isinstance(content, Link):
        return f"a link to {content.target}"
    if content is None or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
