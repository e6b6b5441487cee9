"""What is gone from libraries is replaced where the code makes it sure, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest
from cleaned import draft_of, mended, raw, repaired
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.mending import Table, all_changes, mend
from jupyter_mlops.project.notebook import read_notebook


@pytest.mark.parametrize(
    "code",
    [
        "rows = []\nrows.append(1)",
        "import pandas as pd\nrows = []\nfor name in ['a']:\n    rows.append(pd.read_csv(name))\npd.concat(rows)",
        "import pandas as pd\ndef add(items, item):\n    items.append(item)\n    return items",
        "import pandas as pd\nframes = [pd.DataFrame()]\nframes.append(pd.DataFrame())",
        "import pandas as pd\nif x:\n    df = pd.DataFrame()\nelse:\n    df = []\ndf.append(1)",
        "import pandas as pd\ndf = pd.DataFrame()\ndf = df.to_dict('records')\ndf.append({})",
        "class np:\n    int = 3\nnp.int",
        "import pandas as pd\nclass Book:\n    def iteritems(self): return []\nfor a in book.iteritems(): pass",
        "from collections import deque\nq = deque()\nq.append(1)",
        "import numpy as np\nnp.random.seed(0)\nx = np.array([1, 2]).mean()",
        "d = {}\nd['a'].sort()\nd.order = 3",
        "import pandas as pd\ndef f(df):\n    return df.mean()",
        "xs = sorted([3, 1])\nxs.sort()",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf['a'].value_counts()[-1]\ndf['a'].mode()[0]\ndf['a'].values[-1]\ndf['a'].tolist()[0]",
        "import pandas as pd\ndf = pd.read_csv('a.csv', header=None)\ndf.iloc[0][2]\nfor i, r in df.iterrows(): r[0]",
        "import pandas as pd\ndf = pd.DataFrame(rows)\ndf.iloc[0][2]",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf[['a', 'b']].corr()\ndf.select_dtypes('number').mean()",
        "from sklearn.model_selection import KFold\nKFold(n_splits=3, shuffle=True, random_state=0)",
        "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.loc[0, 'a'] = 1,\ndf.loc[df.a > 1, 'a'] = 1, 2\ndf.loc[df.a > 1, ['a']] = 1,",
    ],
)
def test_what_is_not_sure_or_needs_nothing_stays(code: str) -> None:
    assert repaired(code) == code


def test_names_are_followed_from_cell_to_cell_and_into_functions() -> None:
    assert mended(
        """
        import pandas as pd
        """,
        """
        def grow(table, row):
            return table.append(row, ignore_index=True)
        df = pd.read_csv("a.csv")
        """,
        """
        for n in range(3):
            df = df.append({"n": n}, ignore_index=True)
        df = grow(df, {"n": 4})
        """,
    ) == (
        "import pandas as pd\n\n"
        "def grow(table, row):\n"
        "    return pd.concat([table, pd.DataFrame([row])], ignore_index=True)\n"
        'df = pd.read_csv("a.csv")\n\n'
        "for n in range(3):\n"
        '    df = pd.concat([df, pd.DataFrame([{"n": n}])], ignore_index=True)\n'
        'df = grow(df, {"n": 4})'
    )


def test_magics_shell_lines_comments_and_layout_stay() -> None:
    assert mended(
        """
        %matplotlib inline
        import numpy  as  np   # numbers
        !ls "np.int"
        x = np.array( [1,
                       2],   # two
                      dtype=np.int )
        y = x.astype( np.float ) ;
        z = !pwd
        np.int?
        """
    ) == (
        "%matplotlib inline\n"
        "import numpy  as  np   # numbers\n"
        '!ls "np.int"\n'
        "x = np.array( [1,\n"
        "               2],   # two\n"
        "              dtype=int )\n"
        "y = x.astype( float ) ;\n"
        "z = !pwd\n"
        "np.int?"
    )


def test_a_cell_that_is_timed_is_repaired_and_one_for_the_shell_is_not() -> None:
    assert mended("%%time\nimport numpy as np\nnp.int(1)") == "%%time\nimport numpy as np\nint(1)"
    assert mended("%%bash\npython -c 'import numpy as np; np.int'") == "%%bash\npython -c 'import numpy as np; np.int'"


def test_a_cell_with_an_error_does_not_keep_others_from_repair() -> None:
    assert mended("import numpy as np", "x = = 3", "np.int(1)") == "import numpy as np\n\nx = = 3\n\nint(1)"


def test_several_repairs_of_one_line_and_of_what_is_in_another() -> None:
    assert mended(
        """
        import pandas as pd, numpy as np
        df = pd.read_csv("a.csv")
        x = pd.rolling_mean(df.ix[:, "a"].astype(np.float), window=3).as_matrix()
        """
    ).endswith('x = df.loc[:, "a"].astype(float).rolling(3).mean().to_numpy()')


def test_characters_beyond_ascii_do_not_shift_anything() -> None:
    assert (
        mended('import numpy as np\nx = "žluťoučký 🐎", np.int(1), "ü"')
        == 'import numpy as np\nx = "žluťoučký 🐎", int(1), "ü"'
    )


def test_every_repair_says_where_and_since_when() -> None:
    draft = draft_of("import numpy as np\nfrom sklearn.externals import joblib, six", "\n\nx = np.int(3)")
    assert [(one.cell, one.line, one.version) for one in sorted(draft.repairs, key=lambda one: one.cell)] == [
        (0, 2, "scikit-learn 0.23"),
        (1, 3, "numpy 1.24"),
    ]
    assert draft.notebook.cells[0].source == "import numpy as np\nfrom sklearn.externals import six\nimport joblib"


def test_a_repair_shows_the_old_code_and_the_new() -> None:
    (repair,) = draft_of("import pandas as pd\ndf = pd.read_csv('a')\nx = 1 + df.groupby('a').mean()").repairs
    assert repair.what == "`df.groupby('a').mean()` becomes `df.groupby('a').mean(numeric_only=True)`"
    (repair,) = draft_of("import pandas as pd\ndf = pd.read_csv('a')\ndf['a'].fillna(0, inplace=True)").repairs
    assert repair.what == "`df['a'].fillna(0, inplace=True)` becomes `df['a'] = df['a'].fillna(0)`"


def test_lines_are_those_of_the_notebook_as_it_was() -> None:
    draft = draft_of(
        "from sklearn.cross_validation import train_test_split, KFold\nimport numpy as np\nx = KFold(np.int(3))"
    )
    assert {one.line for one in draft.repairs} == {1, 3}


def test_frequencies_of_periods_keep_their_names() -> None:
    code = "import pandas as pd\ns = pd.Series(1, index=pd.{}('2020', periods=3, freq='D'))\ns.resample('M').sum()"
    assert "resample('ME')" in repaired(code.format("date_range"))
    draft = draft_of(code.format("period_range"))
    assert (draft.changed(), [one.line for one in draft.open]) == ({}, [3])


def test_what_a_function_of_pandas_gives_is_a_table_where_it_is_given_one() -> None:
    cell = "import pandas as pd\ndf = pd.read_csv('a.csv')\nx = pd.isnull(df).any(1).nonzero()"
    assert repaired(cell).endswith("x = pd.isnull(df).any(axis=1).to_numpy().nonzero()")


def test_what_is_gone_for_good_is_told() -> None:
    draft = draft_of("from sklearn.datasets import load_boston\nboston = load_boston()")
    assert draft.changed() == {}
    assert {(one.cell, one.line) for one in draft.open} == {(0, 1), (0, 2)}
    assert "fetch_openml" in draft.open[0].why


def test_an_import_of_what_is_gone_and_not_used_goes() -> None:
    assert (
        mended("from sklearn.datasets import load_boston, load_iris\nload_iris()")
        == "from sklearn.datasets import load_iris\nload_iris()"
    )


@pytest.mark.parametrize(
    "sources",
    [
        ("",),
        ("   ", "\n\n"),
        (None, 3, ["a = 1\n", 7], {"a": 1}, True),
        ("def f(:\n  pass", "import numpy as np", "np.int"),
        ("\x00", "import numpy as np\r\nnp.int(1)\r\n"),
        ("(" * 200 + ")" * 200,),
        ("x = " + "-" * 3000 + "1",),
        ("  import numpy as np\n  np.int(1)",),
        ("import numpy as np\nx = f'{np.int(3)!r:>{np.int(4)}} {\"a\"}'",),
        ("%%writefile a.py\nimport numpy as np\nnp.int",),
        ("import numpy as np\nif True:\n\tx = np.int(1)\n\ty = np.float(2)",),
        ("import numpy as np; np.int(1); np.float(2)\n\\\n",),
        ("for",),
        ("import numpy as np\nmatch np.int(1):\n    case int(): pass",),
    ],
)
def test_hostile_cells_never_crash_and_stay_valid(sources: tuple[object, ...]) -> None:
    before = read_notebook("a.ipynb", raw(*sources))
    draft = Draft(before)
    mend(draft, Table(all_changes()))
    for old, new in zip(before.cells, draft.notebook.cells, strict=True):
        assert (old.syntax_error is None) == (new.syntax_error is None)


_WORDS = st.sampled_from(
    [
        "np.int(1)",
        "x = 1",
        "df",
        ".append(df)",
        "import numpy as np\n",
        "import pandas as pd\n",
        "df = pd.DataFrame()\n",
        "(",
        ")",
        "\n",
        " ",
        "[0]",
        "df.ix['a']",
        "# c",
        "'",
    ]
)


@given(st.lists(st.lists(_WORDS, max_size=8).map("".join), max_size=5))
def test_any_text_is_survived_and_once_is_enough(cells: list[str]) -> None:
    once = draft_of(*cells)
    again = Draft(once.notebook)
    mend(again, Table(all_changes()))
    assert again.changed() == {}


# --- linear models that scaled their columns

_DATA = "import numpy as np\nrng = np.random.default_rng(0)\nX = rng.normal(size=(40, 3)) * [1, 10, 100] + 5\ny = X @ [2.0, 0.5, 0.0] + rng.normal(size=40)"


@pytest.mark.parametrize("model", ["Ridge", "Lasso"])
def test_a_scaled_penalised_model_predicts_what_it_did(model: str) -> None:
    import numpy as np

    code = repaired(
        f"{_DATA}\nfrom sklearn.linear_model import {model}\nm = {model}(0.05, normalize=True)\nm.fit(X, y)\ngot = m.predict(X)"
    )
    assert "make_pipeline(StandardScaler()" in code
    names: dict[str, Any] = {}
    exec(code, names)
    table, y = names["X"], names["y"]
    centred = table - table.mean(0)
    scaled = centred / np.sqrt((centred**2).sum(0))  # what `normalize=True` fitted on
    then = names[model](alpha=0.05).fit(scaled, y).predict(scaled)
    assert np.allclose(names["got"], then, rtol=1e-3 if model == "Lasso" else 1e-9)


@pytest.mark.parametrize(
    "model", ["Ridge(0.05", "Lasso(0.05", "ElasticNet(alpha=0.05, l1_ratio=0.3", "RidgeCV([0.01, 0.1]"]
)
def test_scaled_models_are_asked_for_what_they_were(model: str) -> None:
    import numpy as np

    name = model.partition("(")[0]
    asked = "c, b, p = m.coef_, m.intercept_, m.predict(X)\n" + ("a = m.alpha_\n" if name == "RidgeCV" else "a = 0\n")
    code = repaired(
        f"{_DATA}\nfrom sklearn.linear_model import {name}\nm = {model}, normalize=True)\nm.fit(X, y)\n{asked}"
    )
    names: dict[str, Any] = {}
    exec(code, names)
    table, y = names["X"], names["y"]
    norm = np.sqrt(((table - table.mean(0)) ** 2).sum(0))
    old = eval(f"{model})", names).fit((table - table.mean(0)) / norm, y)  # as `normalize=True` did it
    coefficients = old.coef_ / norm
    assert np.allclose(names["c"], coefficients, atol=1e-3)
    assert np.allclose(names["b"], old.intercept_ - (coefficients * table.mean(0)).sum(), atol=1e-2)
    assert np.allclose(names["p"], table @ names["c"] + names["b"])
    assert names["a"] == pytest.approx(getattr(old, "alpha_", 0))


@pytest.mark.parametrize(
    "more",
    [
        "m.n_iter_",
        "for a in (1, 2):\n    m.set_params(alpha=a)",
        "grid(m)",
        "X = X[:9]",  # of another length when it is fitted
        "if y:\n    X = 1",
        "X.dropna(inplace=True)",
        "import scipy.sparse",
    ],
)
def test_where_more_than_predictions_of_a_scaled_model_is_asked_for_it_is_left_to_a_person(more: str) -> None:
    draft = draft_of(f"{_DATA}\nfrom sklearn.linear_model import Ridge\nm = Ridge(normalize=True)\nm.fit(X, y)\n{more}")
    assert not draft.changed()
    assert "alpha * n" in draft.open[0].why


def test_scaling_that_changed_nothing_is_left_out() -> None:
    code = "from sklearn.linear_model import Ridge, LassoCV\nRidge(normalize={})\nLassoCV(normalize=True, fit_intercept=False)"
    assert (
        repaired(code.format("False"))
        == "from sklearn.linear_model import Ridge, LassoCV\nRidge()\nLassoCV(fit_intercept=False)"
    )
    assert draft_of(code.format("True")).open


def test_styles_of_seaborn_are_found_where_they_are_used_for_a_while() -> None:
    code = "import matplotlib.pyplot as plt\nwith plt.style.context(('seaborn-dark')):\n    plt.plot([1])"
    assert "('seaborn-v0_8-dark')" in repaired(code)


def test_deviations_of_a_table_are_those_that_numpy_computed() -> None:
    code = "import numpy as np, pandas as pd\ndf = pd.DataFrame({'a': [1, 3], 'b': [2.0, 2.0]})\n"
    new = repaired(f"{code}x = np.std(df[['a', 'b']])\ny = np.var(df[['a']], ddof=1)\nz = np.std(df.a)")
    assert new.splitlines()[2:] == [
        "x = df[['a', 'b']].std(axis=0, ddof=0)",
        "y = df[['a']].var(axis=0, ddof=1)",
        "z = np.std(df.a)",
    ]
    names: dict[str, Any] = {}
    exec(new, names)
    assert (names["x"].tolist(), names["y"].tolist(), names["z"]) == ([1, 0], [2], 1)
