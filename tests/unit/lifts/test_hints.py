"""What is said of errors that no repair is sure for: real errors of today's libraries are recognised."""

from __future__ import annotations

import pytest

from jupyter_mlops.lifts.clean_notebook.hints import hint


def error(code: str) -> str:
    """The error that code ends with, as a kernel tells it."""
    with pytest.raises(Exception) as caught:
        exec(compile(code, "cell", "exec"), {})
    return f"{type(caught.value).__name__}: {caught.value}".splitlines()[0]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import pandas as pd\npd.Series([1, 2], index=['a', 'b'])[0]", ".iloc"),
        (
            "import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\nplt.xticks(range(3), ['a', 'b'])",
            "as many labels",
        ),
        (
            "from sklearn.linear_model import LinearRegression\nLinearRegression().fit([1.0, 2.0], [1, 2])",
            "two dimensions",
        ),
        ("import pandas as pd\npd.DataFrame({'a': ['x', 'y']}).corr()", "select_dtypes"),
        ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')", "web"),
        ("import pandas as pd\npd.DataFrame().append({})", "pd.concat"),
        (
            "import pandas as pd\nfrom sklearn.model_selection import train_test_split\ntrain_test_split(pd.Series(['x', 'y', 'z']).values)",
            "to_numpy",
        ),
        ("b'Flab\\x8e'.decode()", "mac_roman"),
        ("raise LookupError('*' * 70 + '\\n  Resource punkt not found.')", "nltk.download"),
        ("raise OSError(\"[E050] Can't find model 'en'. It doesn't seem to be a Python package\")", "spaCy"),
        ("exec('a text and no code')", "no code"),
        ("nothing", "deleted"),
        ("{}['column']", ""),
        ("open('nowhere.csv')", ""),
    ],
)
def test_errors_of_old_notebooks_come_with_what_to_do(code: str, said: str) -> None:
    told = hint(error(code))
    assert said in told
    assert bool(told) == bool(said)
