"""What a person can do about an error that no repair is sure for: one sentence for each kind that old notebooks meet."""

from __future__ import annotations

import re

_HINTS = (
    (
        r"^KeyError: -?\d+$",
        "Since pandas 3 a number in brackets is a label of a series, and `.iloc[…]` takes the value at that place",
    ),
    (
        r"number of FixedLocator locations",
        "Since matplotlib 3.3 there have to be as many labels as ticks: leave the last ticks out, or name them",
    ),
    (
        r"Expected 2D array, got (1D|scalar) array",
        "Since scikit-learn 0.19 tables have two dimensions: `.reshape(-1, 1)` makes a column of numbers, `.reshape(1, -1)` a row",
    ),
    (
        r"could not convert string to float",
        "Columns of text are no longer left out since pandas 2: choose those of numbers, `.select_dtypes('number')`",
    ),
    (
        r"\"dot\" not found|ExecutableNotFound",
        "Graphviz draws it, a program beside Python that the system's packages have: `graphviz`",
    ),
    (
        r"URLError|HTTPError|ConnectionError|ConnectionRefused|Name or service not known|name resolution",
        "It reads from the web, which did not answer: what it reads is best kept as a file of the project",
    ),
    (
        r"only integer scalar arrays can be converted",
        "Since pandas 3 `.values` of a column of text is no array of NumPy, and cannot be split: `.to_numpy()` gives one",
    ),
    (
        r"has no attribute '(append|ix)'",
        "Tables of pandas no longer have it: `pd.concat` puts tables together, `.loc` takes labels and `.iloc` places",
    ),
)


def hint(error: str) -> str:
    """What to do about an error; "" where nothing is known of it.

    Args:
        error: its kind and text, one line.
    """
    return next((told for pattern, told in _HINTS if re.search(pattern, error)), "")
