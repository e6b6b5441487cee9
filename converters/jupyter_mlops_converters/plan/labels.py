"""Short names for notebooks that make up one pipeline, and a name for the pipeline."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import PurePosixPath

_LONGEST = 24
#: Words that say nothing about what a notebook does.
_EMPTY = frozenset({"notebook", "notebooks", "nb", "step", "part", "the", "of", "and", "a", "to"})


def labels(paths: Sequence[str]) -> tuple[str, ...]:
    """A short identifier for each notebook, from what tells its path apart from the others.

    Args:
        paths: of the notebooks, posix.

    Returns:
        Unique valid identifiers, in lower case; `data_analysis` and `model_training` for
        ``01-pipeline-data-analysis.ipynb`` and ``02-pipeline-model-training.ipynb``.
    """
    words = [_words(PurePosixPath(path).stem) for path in paths]
    told_apart = _told_apart(words)
    if not all(told_apart):
        # Numbers are all there is, or all that differs.
        numbers = [re.findall(r"\d+", PurePosixPath(path).stem) for path in paths]
        told_apart = [own or number for own, number in zip(told_apart, numbers, strict=True)]
        told_apart = told_apart if all(told_apart) or not any(told_apart) else words
    found = [_identifier(own) for own in told_apart]
    if len(set(found)) < len(found):
        # The same file name in several folders: what differs in the folders tells them apart.
        folders = _told_apart([_words(str(PurePosixPath(path).parent)) for path in paths])
        found = [_identifier([*folder, *own]) for folder, own in zip(folders, told_apart, strict=True)]
    unique: list[str] = []
    for label in found:
        number = 2
        name = label
        while name in unique:
            name, number = f"{label}_{number}", number + 1
        unique.append(name)
    return tuple(unique)


def joint_name(paths: Sequence[str]) -> str:
    """A name for the pipeline of several notebooks: the words that all file names share, or from where to where it goes."""
    words = [_words(PurePosixPath(path).stem) for path in paths]
    shared = [word for word in _common(words) if word not in _EMPTY]
    if len("".join(shared)) >= 4:
        return _identifier(shared, 50)
    ends = labels(paths)
    return f"{ends[0]}_to_{ends[-1]}"


def _words(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return [word for word in re.findall(r"[a-z0-9]+", spaced.lower()) if not word.isdigit()]


def _common(words: Sequence[Sequence[str]]) -> list[str]:
    """The words that all begin with."""
    return [column[0] for column in takewhile(_same, zip(*words, strict=False))]


def _same(column: tuple[str, ...]) -> bool:
    return len(set(column)) == 1


def _told_apart(words: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words without those that all begin or end with."""
    front = len(_common(words))
    rest = [list(own[front:]) for own in words]
    back = len(_common([own[::-1] for own in rest]))
    return [own[: len(own) - back] for own in rest]


def _identifier(words: Sequence[str], longest: int = _LONGEST) -> str:
    telling = [word for word in words if word not in _EMPTY] or list(words)
    # As many words as there is room for, the first one in any case.
    fitting = [
        word for number, word in enumerate(telling) if not number or len("_".join(telling[: number + 1])) <= longest
    ]
    name = "_".join(fitting)[:longest]
    if not name[:1].isalpha():
        name = f"notebook_{name}".rstrip("_")
    return f"{name}_notebook" if keyword.iskeyword(name) else name
