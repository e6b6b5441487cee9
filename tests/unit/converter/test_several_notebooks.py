"""What is told of several notebooks before any of them runs: their files, their order, what they have twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import Analysis, analyse
from jupyter_mlops_converters.analysis.duplicates import find_duplicates
from jupyter_mlops_converters.analysis.files import file_mentions
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.plan.order import (
    FilesUsed,
    Join,
    find_joins,
    in_order,
    refuse_ambiguous,
    refuse_circle,
)
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import write_notebook

_NUMBER = itertools.count()


def analysed(folder: Path, *cells: str | tuple[str, str]) -> Analysis:
    pairs = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    return analyse(read_notebook(write_notebook(folder / f"{next(_NUMBER)}.ipynb", pairs)))


@pytest.mark.parametrize(
    ("code", "reads", "writes"),
    [
        ("pd.read_csv('data/x.csv')", {"data/x.csv"}, set()),
        ("d = Path('..') / 'data'\npd.read_csv(d / 'x.csv')\ndf.to_csv(str(d / 'y.csv'))", {"../data/x.csv"}, {"../data/y.csv"}),
        ("base = 'out'\nnp.save(os.path.join(base, 'a.npy'), a)\nnp.load(f'{base}/b.npy')", {"out/b.npy"}, {"out/a.npy"}),
        ("with open('m.pkl', 'wb') as f:\n    pickle.dump(m, f)\nm = pickle.load(open('k.pkl', 'rb'))", {"k.pkl"}, {"m.pkl"}),
        ("joblib.dump(m, 'm.joblib')\njoblib.load(filename='m.joblib')", {"m.joblib"}, {"m.joblib"}),
        ("def load(name, sep=','):\n    return pd.read_csv('base/' + name, sep=sep)\nload('a.csv')\nload(name='b.csv')", {"base/a.csv", "base/b.csv"}, set()),
        ("for year in years:\n    df.to_csv('out/{}.csv'.format(year))", set(), {"out/*.csv"}),
        ("for part in parts:\n    df.to_csv(f'{part}.csv')", set(), set()),
        ("Path('notes.txt').write_text('x')\nPath('j.json').open('w')", set(), {"notes.txt", "j.json"}),
        ("os.chdir('sub')\npd.read_csv('x.csv')", {"sub/x.csv"}, set()),
        ("%%writefile helper.py\nx = 1", set(), {"helper.py"}),
        ("shutil.copy('a.csv', 'b.csv')", {"a.csv"}, {"b.csv"}),
        ("pd.read_sql('select 1', sqlite3.connect('d.db'))", {"d.db"}, set()),
        ("df.to_sql('t', sqlite3.connect('d.db'))", {"d.db"}, {"d.db"}),
        ("pd.read_csv('https://example.org/x.csv')\n'a.b'.join(c)\ndf.copy()\nload_dataset('iris')\nplt.show()", set(), set()),
    ],
)  # fmt: skip
def test_files_that_code_names(tmp_path: Path, code: str, reads: set[str], writes: set[str]) -> None:
    found = file_mentions(analysed(tmp_path, code))
    assert {m.path for m in found if not m.writes} == reads
    assert {m.path for m in found if m.writes} == writes


def used(reads: str = "", writes: str = "") -> FilesUsed:
    return FilesUsed(frozenset(reads.split()), frozenset(writes.split()))


def test_who_writes_comes_before_who_reads_and_else_the_order_is_kept() -> None:
    files = [used("model.pkl"), used("raw.csv", "clean.csv"), used(), used("clean.csv", "model.pkl")]
    joins = find_joins(files)
    assert joins == [Join("clean.csv", 1, 3), Join("model.pkl", 3, 0)]
    assert in_order(4, joins) == [1, 2, 3, 0]


def test_a_guess_joins_where_it_may_be_the_same_file() -> None:
    assert find_joins([used("", "out/*.csv"), used("out/2020.csv"), used("other/2020.csv")]) == [
        Join("out/*.csv", 0, 1)
    ]


def test_notebooks_that_change_a_file_do_so_in_turn_and_others_read_what_is_left() -> None:
    files = [used("x"), used("x", "x"), used("", "x"), used("x", "x")]
    joins = find_joins(files)
    assert in_order(4, joins) == [2, 1, 3, 0]


def test_notebooks_that_need_each_other_are_refused() -> None:
    joins = find_joins([used("b.csv", "a.csv"), used("c.csv", "b.csv"), used("a.csv", "c.csv")])
    assert in_order(3, joins) is None
    with pytest.raises(MlopsError) as caught:
        refuse_circle(joins, ["A", "B", "C"])
    assert caught.value.code == "notebooks-in-a-circle"
    assert all(name in caught.value.message for name in ("a.csv", "b.csv", "c.csv", "A", "B", "C"))
    refuse_circle(joins[1:], ["A", "B", "C"])


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ([used("", "x"), used("", "x"), used("x")], True),
        ([used("", "x"), used("", "x"), used("x", "x")], True),
        ([used("", "x"), used("x", "x"), used("x")], False),
        ([used("", "x"), used("", "x")], False),
        ([used("x", "x"), used("x")], False),
    ],
)
def test_a_file_that_two_write_and_one_reads_is_refused(files: list[FilesUsed], refused: bool) -> None:
    names = ["A", "B", "C"][: len(files)]
    if refused:
        with pytest.raises(MlopsError, match="A and B write x"):
            refuse_ambiguous(files, names)
    else:
        refuse_ambiguous(files, names)


CLEAN = 'df = df[df["a"] > limit].dropna()\ndf["b"] = df["a"] * 2 + 1'


def test_cells_that_two_notebooks_share_are_offered_as_a_function(tmp_path: Path) -> None:
    load = 'import pandas as pd\ndf = pd.read_csv("x.csv")\nlimit = 3'
    first = analysed(
        tmp_path,
        load,
        ("markdown", "## Clean the table"),
        CLEAN,
        "total = df['b'].sum() + df['a'].sum()",
        "print(total, len(df))",
    )
    second = analysed(
        tmp_path,
        load.replace("df", "data").replace("x.csv", "y.csv"),
        CLEAN.replace("df", "data") + "  # as in the other one",
        "total = data['b'].sum()\\\n   + data['a'].sum()",
        "data.head()",
    )
    third = analysed(tmp_path, load, CLEAN.replace("* 2", "* 3"), "df.head()")
    (found,) = find_duplicates([first, second, third])
    assert [(place.notebook, place.cells) for place in found.places] == [(0, (2, 3)), (1, (1, 2))]
    assert not found.same_names
    assert found.offer.startswith("def clean_the_table(df, limit):\n    df = df[df")
    assert found.offer.endswith("    return df, total\n")


def test_what_all_notebooks_do_is_no_duplicate(tmp_path: Path) -> None:
    usual = [
        "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt",
        "df.head()",
        "df.shape",
        "%matplotlib inline",
    ]
    assert find_duplicates([analysed(tmp_path, *usual), analysed(tmp_path, *usual)]) == []


def test_a_cell_that_cannot_be_a_function_is_pointed_out_all_the_same(tmp_path: Path) -> None:
    cell = f"{CLEAN}\nfiles = !ls data"
    (found,) = find_duplicates([analysed(tmp_path, "df = limit = 1", cell), analysed(tmp_path, "df = limit = 2", cell)])
    assert found.same_names
    assert found.offer == ""
