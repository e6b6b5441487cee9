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
    (
        r"UnicodeDecodeError: 'utf-8' codec can't decode",
        'The file is not in UTF-8: `encoding=` says in what it is, `"cp1252"` from Windows and `"mac_roman"` from an old Mac',
    ),
    (
        r"LookupError: .*(nltk|NLTK|\*{10})|Resource \S+ not found",
        "NLTK wants data that are no part of it: `nltk.download` fetches those that it names, `punkt_tab` in the place of `punkt`",
    ),
    (
        r"\[E050\] Can't find model",
        "spaCy wants a model: `python -m spacy download en_core_web_sm` fetches one; short names, `en`, are gone since spaCy 3",
    ),
    (
        r"^(SyntaxError|IndentationError|TabError): ",
        "Python cannot read the cell: what stands there is no code, or was left half changed",
    ),
    (
        r"^NameError: name '\w+' is not defined",
        "No cell above gives it a value: its cell was deleted, or stands below",
    ),
    (
        r"No module named 'tensorflow\.(contrib|examples)|module 'tensorflow' has no attribute '(placeholder|Session|contrib|app|flags)'",
        "That is TensorFlow 1: `tensorflow.compat.v1` has most of it, but not `contrib`",
    ),
    (
        r"No module named 'keras\.",
        "Keras has other modules since version 3: what a module had is mostly in the one above it, as `keras.layers`, `keras.utils`",
    ),
)


def hint(error: str) -> str:
    """What to do about an error; "" where nothing is known of it.

    Args:
        error: its kind and text, one line.
    """
    return next((told for pattern, told in _HINTS if re.search(pattern, error)), "")
