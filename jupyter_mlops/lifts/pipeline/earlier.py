"""What a pipeline's folder holds when its notebook is converted again: what was generated, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.document import digest
from jupyter_mlops_converters.emit import Emission, Link
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.source.existing import read_existing
from jupyter_mlops_converters.verify.edited import EditedFiles

#: Keeps the files as they were generated, since only with them a change of the user's can be told from one of the
#: notebook's. One file in the pipeline's folder: copies of `dvc.yaml` and of notebooks in a folder of their own would be
#: taken for pipelines and notebooks by DVC, by Jupyter and by people.
RECORD = ".generated.json"
_ABOUT = (
    "The files of this pipeline as they were generated; converting again compares with them. Commit it, do not edit it."
)


@dataclass(frozen=True)
class Earlier:
    """A pipeline as it is.

    Attributes:
        folder: absolute path.
        document: the content of its `conversion.json`.
        base: path → content of its files as they were generated, where that is known.
        ours: path → content of its files as they are, line ends as in generated ones.
        raw: path → bytes of these files.
        ignored: lines that the project's `.gitignore` was given.
    """

    folder: Path
    document: Mapping[str, Any]
    base: Mapping[str, Content]
    ours: Mapping[str, Content]
    raw: Mapping[str, bytes]
    ignored: tuple[str, ...]

    def as_it_was(self) -> bool:
        """Whether no file was changed since they were read."""
        return _read_all(self.folder, self.ours.keys()) == self.raw and not any(
            (self.folder / path).exists() for path in self.base if path not in self.ours
        )

    def holds(self, path: str, content: Content | None) -> bool:
        """Whether a file of the folder has this text, whatever its line ends."""
        file = self.folder / path
        return file.is_file() and file.read_bytes().replace(b"\r\n", b"\n") == content

    def with_line_ends(self, path: str, content: Content) -> Content:
        """A new content with the line ends that the file has."""
        if isinstance(content, Link) or b"\r\n" not in self.raw.get(path, b"") or b"\0" in content:
            return content
        return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def read_earlier(folder: Path, generated: Mapping[str, Content]) -> Earlier | None:
    """Read a pipeline.

    Args:
        folder: its folder.
        generated: what is generated now, by path relative to it.

    Returns:
        It; None where there is none.
    """
    existing = read_existing(folder)
    if existing is None:
        return None
    hashes = existing.document.get("generated")
    hashes = hashes if isinstance(hashes, dict) else {}
    recorded, ignored = _read_record(folder / RECORD)
    paths = sorted({*recorded, *hashes, *generated})
    raw = _read_all(folder, paths)
    links = {path: each for path, each in {**generated, **recorded}.items() if isinstance(each, Link)}
    ours = {path: content for path in paths if (content := _content(folder, path, raw, links)) is not None}
    base = {path: content for path, content in recorded.items() if hashes.get(path) == digest(content)}
    # Where the record is lost, a file that has the digest of the generated one is that.
    base |= {
        path: content for path, content in ours.items() if path not in base and hashes.get(path) == digest(content)
    }
    return Earlier(folder, existing.document, base, ours, raw, ignored)


def edited_files(folder: Path) -> EditedFiles | None:
    """The files of a pipeline as they were generated and as they are; None where it is not known how they were generated."""
    earlier = read_earlier(folder, {})
    hashes = earlier.document.get("generated") if earlier is not None else None
    if earlier is None or not isinstance(hashes, dict) or hashes.keys() - earlier.base.keys():
        return None
    return EditedFiles(earlier.base, earlier.ours)


def record_text(emission: Emission) -> str:
    """What is written to keep the files as they are generated."""
    texts = {path: content.decode() for path, content in emission.files.items() if _is_text(content)}  # type: ignore[union-attr]
    links = {path: content.target for path, content in emission.files.items() if isinstance(content, Link)}
    document = {"about": _ABOUT, "schema": 1, "files": texts, "links": links, "ignored": list(emission.ignore)}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _read_record(file: Path) -> tuple[dict[str, Content], tuple[str, ...]]:
    try:
        found = json.loads(file.read_text("utf-8"))
        files: dict[str, Content] = {path: text.encode() for path, text in found["files"].items()}
        files |= {path: Link(str(target)) for path, target in found["links"].items()}
        return files, tuple(map(str, found["ignored"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, ()


def _read_all(folder: Path, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in paths if (folder / path).is_file()}


def _content(folder: Path, path: str, raw: Mapping[str, bytes], links: Mapping[str, Link]) -> Content | None:
    file = folder / path
    if file.is_symlink():
        return Link(file.readlink().as_posix())
    if path not in raw:
        return None
    pointed = file.parent / links[path].target if path in links else None
    if pointed is not None and pointed.is_file() and pointed.read_bytes() == raw[path]:
        return links[path]  # where links do not exist, a copy of the file stands for one
    return raw[path].replace(b"\r\n", b"\n") if _is_text(raw[path]) else raw[path]


def _is_text(content: Content) -> bool:
    if isinstance(content, Link) or b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
