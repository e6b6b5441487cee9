"""Values of a notebook: a fingerprint by value, what they share, how two of them differ, how one crosses to another stage.

This package is also copied into the *user's* kernel, which may not have the rest. So its files import one another by
relative names and otherwise the standard library alone, and touch numpy, pandas, scipy or torch only where the notebook
has imported them already.

What counts as the same value: same type, same content, same order (sets apart), same dtype, index, names and
categories. What does not count: identity, sharing, memory layout, hash seeds, interned strings, caches that were
filled by looking (cached properties, pandas' and statsmodels' `_cache`), and where a function or a class was defined
in the project (a notebook's function that moved to a module is the same function while its code is). Figures, axes
and other display objects are compared by type alone: what they look like is compared as output.
"""

from .comparing import Comparison, compare
from .fingerprints import fingerprint
from .formats import DATA_ONLY, FILE, FORMATS, Choice, Format, NotTransportable, candidates, choose, new_classes
from .kinds import Unfingerprintable
from .sharing import mutable_parts, sharing
from .showing import describe

__all__ = [
    "DATA_ONLY",
    "FILE",
    "FORMATS",
    "Choice",
    "Comparison",
    "Format",
    "NotTransportable",
    "Unfingerprintable",
    "candidates",
    "choose",
    "compare",
    "describe",
    "fingerprint",
    "mutable_parts",
    "new_classes",
    "sharing",
]
