"""Every entry of the table of what libraries have removed: the old code fails today, the repaired code gives what is right."""

from __future__ import annotations

import contextlib
import io
import warnings
from importlib.metadata import version

import pytest
from cleaned import draft_of, repaired, repaired_after_a_run
from packaging.version import Version

from jupyter_mlops.lifts.clean_notebook.change import Change
from jupyter_mlops.lifts.clean_notebook.mending import all_changes

CHANGES = all_changes()


def there(change: Change) -> bool:
    """Whether the library is installed in a version that has the change."""
    if change.library in ("Python", "google-colab") or not change.gone:
        return True
    return Version(version(change.library)) >= Version(change.gone)


def holds(code: str, gives: str) -> bool:
    """Whether code runs, and an expression is true then."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    plt.close("all")
    names: dict[str, object] = {"__name__": "notebook"}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        exec(compile(code, "cell", "exec"), names)
        return not gives or bool(eval(gives, names))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.library} {change.gone} {change.at[0]}")
def test_an_entry(change: Change) -> None:
    assert change.why.endswith(".")
    assert change.before
    if change.error:
        assert repaired(change.before) == change.before, "without a run nothing is sure"
        assert repaired_after_a_run(change.before) == change.after
    elif change.after or change.gives:
        assert repaired(change.before) == change.after
    else:
        draft = draft_of(change.before)
        assert draft.open or change.before != repaired(change.before)
        assert draft.open == [] or draft.open[0].version == change.version
    if not there(change):
        pytest.skip(f"{change.library} is older here")
    with contextlib.suppress(Exception):
        assert not holds(change.before, change.gives), "the old code works"
    if change.after or change.gives:
        assert holds(change.after, change.gives)


def test_what_is_repaired_needs_no_repair() -> None:
    for change in CHANGES:
        if change.after:
            assert repaired(change.after) == change.after


def test_the_table_is_of_use() -> None:
    libraries = [change.library for change in CHANGES]
    assert {"pandas", "numpy", "scikit-learn", "matplotlib", "seaborn", "scipy"} <= set(libraries)
    keys = [(change.at, change.before) for change in CHANGES]
    assert len(set(keys)) == len(keys)
