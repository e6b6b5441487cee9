"""Repairs that a run made sure: by the error, by where it was raised, and by what the names there stood for."""

from __future__ import annotations

from textwrap import dedent

import pytest
from cleaned import TABLE, repaired_after_a_run, stopped

from jupyter_mlops.lifts.clean_notebook.mending import mend_stop
from jupyter_mlops.lifts.clean_notebook.witness import described


def after(code: str) -> str:
    return repaired_after_a_run(dedent(code).strip("\n"))


def test_a_number_in_brackets_of_a_series_that_only_a_run_knows() -> None:
    code = """
    import pandas as pd
    held = {'s': pd.Series([1, 2], index=['x', 'y'])}
    first = held['s'][0] + held['s'].iloc[1]
    """
    assert "first = held['s'].iloc[0] + held['s'].iloc[1]" in after(code)


def test_labels_that_are_numbers_are_missing_and_stay() -> None:
    code = """
    import pandas as pd
    held = {'s': pd.Series([1, 2], index=[1, 2])}
    first = held['s'][0]
    """
    assert after(code) == dedent(code).strip("\n")


def test_what_a_function_is_given_is_known_where_it_fails() -> None:
    code = """
    import pandas as pd
    def both(one, other):
        first = one
        return first.append(other)
    held = [pd.DataFrame({'a': [1]})] * 2
    both(*held)
    """
    assert "return pd.concat([first, other])" in after(code)


def test_what_is_not_known_there_either_stays() -> None:
    code = """
    import pandas as pd
    def both(tables):
        return tables[0].append(tables[1])
    held = [pd.DataFrame({'a': [1]})] * 2
    both(held)
    """
    assert after(code) == dedent(code).strip("\n")


def test_columns_of_text_that_only_a_run_knows() -> None:
    code = """
    import pandas as pd
    make = {'t': lambda: pd.DataFrame({'a': [1.0, 2.0], 'b': ['x', 'y']})}
    table = make['t']()
    found = table.corr()
    """
    assert "found = table.corr(numeric_only=True)" in after(code)


def test_a_scaler_that_was_fitted_on_a_table_takes_no_single_column() -> None:
    code = """
    from sklearn.preprocessing import StandardScaler
    s = StandardScaler().fit([[1.0, 2.0], [3.0, 4.0]])
    x = s.inverse_transform([1.0, 2.0, 3.0])
    """
    assert after(code) == dedent(code).strip("\n")


def test_only_the_statement_that_failed_is_touched_and_the_error_is_told() -> None:
    code = """
    import pandas as pd
    held = [pd.Series([1], index=['x'])]
    if held[0].empty:
        held[0][0]
    first = held[0][0]
    """
    draft, stop = stopped(code)
    assert stop.error == "KeyError: 0"
    assert mend_stop(draft, TABLE, stop)
    assert draft.notebook.cells[0].source.splitlines()[-2:] == ["    held[0][0]", "first = held[0].iloc[0]"]
    (repair,) = draft.repairs
    assert (repair.line, repair.seen) == (5, "KeyError: 0")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("'a'", "text"),
        ("1.5", "number"),
        ("[1]", "list"),
        ("{'a': 1}", "dict"),
        ("pd.DataFrame({'a': [1]})", "frame"),
        ("pd.Series([1])", "series"),
        ("pd.Series([1], index=['x'])", "row"),
        ("pd.DataFrame({'a': [1]}).groupby('a')", "groupby"),
        ("pd.Index([1])", "index"),
        ("np.zeros(2)", "array"),
        ("plt.figure()", "figure"),
        ("plt.gca()", "axes"),
        ("plt.subplots(2)[1]", "axes-array"),
        ("LinearRegression()", "@sklearn.linear_model.LinearRegression()"),
        ("object()", ""),
    ],
)
def test_kinds_of_values_are_those_of_the_code(code: str, kind: str) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    names: dict[str, object] = {}
    exec(
        "import pandas as pd, numpy as np, matplotlib.pyplot as plt\nfrom sklearn.linear_model import LinearRegression",
        names,
    )
    assert described(eval(code, names))["kind"] == kind


def test_values_that_raise_when_they_are_looked_at_are_unknown() -> None:
    class Hostile:
        @property
        def __class__(self) -> type:  # type: ignore[override]
            raise ValueError("no")

    assert described(Hostile()) == {"kind": ""}
