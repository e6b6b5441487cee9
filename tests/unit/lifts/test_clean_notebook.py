"""Clean copies of notebooks: paths, secrets, seeds, imports, statements of Python 2; and what is told of them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cleaned import raw
from lift_projects import CELLS, WHO, commit, notebook, run, write

from jupyter_mlops.assessment.api import assess
from jupyter_mlops.changes.changeset import Change
from jupyter_mlops.lifts.api import Lifted, lift, lifts
from jupyter_mlops.lifts.clean_notebook.edits import Open
from jupyter_mlops.lifts.clean_notebook.era import era
from jupyter_mlops.lifts.environment.imported import silent
from jupyter_mlops.lifts.scene import Scene

FORMAT_3 = (
    '{"worksheets": [{"cells": [{"cell_type": "code", "input": ["import numpy as np\\n", "np.int(1)"], "language": "python", '
    '"outputs": []}]}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}'
)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path.parent / "home"))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / ".mlops").mkdir()  # a project, wherever the notebooks are in it


def cleaned(root: Path, *cells: str, files: tuple[str, ...] = (), at: str = "work/a.ipynb", **options: str) -> Lifted:
    write(root, {at: notebook(*cells), **dict.fromkeys(files, "x,y\n1,2\n")})
    return lift("clean-notebook", root / at, options=options, write=False)


def code(lifted: Lifted) -> str:
    """The code of the one copy."""
    (change,) = lifted.plan.changes.changes
    document = json.loads(content(change))
    return "\n\n".join("".join(cell["source"]) for cell in document["cells"])


def content(change: Change) -> str:
    """What a new file holds."""
    return "\n".join(line[1:] for line in change.diff.splitlines()[2:] if line.startswith("+"))


def told(lifted: Lifted) -> str:
    return "\n".join(lifted.plan.found)


def refused(lifted: Lifted) -> list[tuple[str, int | None, int | None]]:
    return [(one.what, one.cell, one.line) for one in lifted.plan.cannot]


# --- paths


@pytest.mark.parametrize(
    ("path", "file", "new"),
    [
        ("C:\\\\Users\\\\ann\\\\data\\\\train.csv", "data/train.csv", "../data/train.csv"),
        ("/home/ann/Desktop/Train.CSV", "data/train.csv", "../data/train.csv"),
        ("/content/drive/My Drive/train.csv", "work/train.csv", "train.csv"),
        ("/kaggle/input/titanic/train.csv", "data/train.csv", "../data/train.csv"),
        ("../input/train.csv", "data/raw/train.csv", "../data/raw/train.csv"),
        ("data/Train.csv", "work/data/train.csv", "data/train.csv"),
        ("train.csv", "data/train.csv", "../data/train.csv"),
        ("..\\\\data\\\\train.csv", "data/train.csv", "../data/train.csv"),
        ("~/train.csv", "data/it's/train.csv", "../data/it's/train.csv"),
        ("/home/ann/housing", "data/housing", "../data/housing"),
        ("housing", "data/housing", "../data/housing"),
    ],
)
def test_a_path_that_leads_nowhere_means_the_one_file_that_fits(tmp_path: Path, path: str, file: str, new: str) -> None:
    lifted = cleaned(tmp_path, f"import pandas as pd\ndf = pd.read_csv('{path}')", files=(file,))
    assert f"read_csv({new!r})" in code(lifted)
    assert "cell 0 line 2" in told(lifted)
    assert lifted.plan.cannot == ()


def test_of_several_files_the_one_in_the_same_folders_fits(tmp_path: Path) -> None:
    files = ("titanic/train.csv", "houses/train.csv")
    lifted = cleaned(tmp_path, "open('/kaggle/input/houses/train.csv')", files=files)
    assert "open('../houses/train.csv')" in code(lifted)
    lifted = cleaned(tmp_path, "open('/kaggle/input/train.csv')", files=files)
    assert not lifted.plan.changes.changes
    assert "2 files fit" in lifted.plan.cannot[0].why


@pytest.mark.parametrize(
    "cell",
    [
        "open('data/train.csv')",
        "open('https://example.org/train.csv')",
        "df.to_csv('out.csv')\nopen('out.csv')",
        "import numpy as np\nnp.save('kept', x)\nnp.load('kept.npy')",
        "title = 'a train of thought'",
        "name = 'train.csv'\nopen('data/' + name)",
        "import os\nopen(os.path.join('data', 'train.csv'))",
        "x = '/tmp/a.csv'\nopen(x)",
        "f = open('new.csv', 'w')",
    ],
)
def test_paths_that_lead_somewhere_or_are_written_stay(tmp_path: Path, cell: str) -> None:
    lifted = cleaned(tmp_path, cell, files=("work/data/train.csv", "else/out.csv", "else/new.csv", "else/kept.npy"))
    assert not lifted.plan.changes.changes, lifted.plan.shown


@pytest.mark.parametrize(
    ("cell", "new"),
    [
        ("PATH = '/content/drive/My Drive/p/'\nopen(PATH + 'train.csv')", "PATH = '../houses/'\n"),
        ("d = '/kaggle/input/x'\nopen(os.path.join(d, 'raw', 'rows.csv'))", "d = '..'\n"),
        ("d = 'C:\\\\data\\\\'\nopen(f'{d}train.csv')\nopen(d + 'test.csv')", "d = '../houses/'\n"),
        ("open('/content/' + 'train.csv')", "open('../houses/' + 'train.csv')"),
        ("open(os.path.join('../input', 'train.csv'))", "open(os.path.join('../houses', 'train.csv'))"),
        ("glob('/home/ann/houses/*.csv')", "glob('../houses/*.csv')"),
        ("os.listdir('/kaggle/input/houses')", "os.listdir('../houses')"),
        ("os.chdir('C:\\\\Users\\\\ann\\\\Datasets')\nopen('train.csv')\nopen('test.csv')", "os.chdir('../houses')"),
        ("os.chdir('/home/ann/work')\nopen('raw/rows.csv')", "os.chdir('..')"),
    ],
)
def test_a_folder_is_told_by_what_is_joined_to_it_or_by_its_name(tmp_path: Path, cell: str, new: str) -> None:
    lifted = cleaned(tmp_path, f"import os\n{cell}", files=("houses/train.csv", "houses/test.csv", "raw/rows.csv"))
    assert new in code(lifted)


def test_a_table_of_the_same_name_that_is_about_something_else_is_not_taken(tmp_path: Path) -> None:
    write(tmp_path, {"houses/train.csv": "LotArea,SalePrice\n1,2\n"})
    lifted = cleaned(tmp_path, "df = pd.read_csv('/kaggle/input/train.csv')\ndf['Survived']")
    assert "read_csv('../houses" not in "".join(lifted.plan.shown.values())
    assert "none of the columns" in lifted.plan.cannot[0].why
    lifted = cleaned(tmp_path, "df = pd.read_csv('/kaggle/input/train.csv')\ndf[['SalePrice']]")
    assert "read_csv('../houses/train.csv')" in code(lifted)


def test_what_is_written_to_one_machine_is_written_beside_the_notebook(tmp_path: Path) -> None:
    lifted = cleaned(tmp_path, "df.to_csv('/home/ann/out.csv')\npd.read_csv('/home/ann/out.csv')")
    assert code(lifted).endswith("df.to_csv('out.csv')\npd.read_csv('out.csv')")


def test_data_that_git_ignores_or_dvc_keeps_are_there(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "data/\n", "big/b.csv.dvc": "outs: []\n"})
    commit(tmp_path, "one")
    lifted = cleaned(tmp_path, "open('C:/a.csv')\nopen('C:/b.csv')", files=("data/a.csv",))
    assert code(lifted) == "open('../data/a.csv')\nopen('../big/b.csv')"


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    lifted = cleaned(tmp_path, "open('/Users/ann/a.csv')\nopen('b.csv')")
    assert lifted.plan.state == "not-here"
    assert refused(lifted) == [("`/Users/ann/a.csv`", 0, 1), ("`b.csv`", 0, 2)]


# --- secrets, seeds, imports


def test_a_secret_is_read_from_the_environment_and_shown_nowhere(tmp_path: Path) -> None:
    key = "tr0ub4dor&3xkcd"
    lifted = cleaned(tmp_path, f"api_key = '{key}'  # mine", f"import numpy as np\nnp.int(1)\ncall(key='{key}')")
    assert code(lifted) == (
        'import os\napi_key = os.environ["API_KEY"]  # mine\n\nimport numpy as np\nint(1)\ncall(key=os.environ["API_KEY"])'
    )
    assert "tr0ub4dor" not in json.dumps(lifted.to_dict())
    assert "API_KEY" in told(lifted)


def test_draws_are_seeded_where_nothing_seeds_them(tmp_path: Path) -> None:
    lifted = cleaned(tmp_path, "import numpy as np\nx = np.random.rand(3)", "import random\nrandom.random()")
    assert (
        code(lifted)
        == "import numpy as np\nnp.random.seed(0)\nx = np.random.rand(3)\n\nimport random\nrandom.seed(0)\nrandom.random()"
    )
    assert not cleaned(tmp_path, "import numpy as np\nnp.random.seed(1)\nx = np.random.rand(3)").plan.changes.changes


def test_splits_are_seeded_through_the_generator_that_they_draw_from(tmp_path: Path) -> None:
    cell = "from sklearn.model_selection import train_test_split\na, b = train_test_split(x)"
    assert code(cleaned(tmp_path, cell)) == (
        "from sklearn.model_selection import train_test_split\nimport numpy as np\nnp.random.seed(0)\na, b = train_test_split(x)"
    )


def test_imports_that_can_mean_one_thing_only_are_added(tmp_path: Path) -> None:
    lifted = cleaned(
        tmp_path, "%matplotlib inline\nimport pandas as pd", "x = np.zeros(3)\nplt.plot(x)", "KMeans(2)\nmystery(x)"
    )
    assert code(lifted).startswith(
        "%matplotlib inline\nfrom sklearn.cluster import KMeans\nimport numpy as np\nimport matplotlib.pyplot as plt\nimport pandas as pd\n\nx"
    )


def test_an_import_below_its_use_comes_first(tmp_path: Path) -> None:
    lifted = cleaned(tmp_path, "x = np.zeros(3)", "import numpy as np")
    assert code(lifted) == "import numpy as np\nx = np.zeros(3)\n\nimport numpy as np"


@pytest.mark.parametrize(
    "cell",
    ["%pylab inline\nx = np.zeros(3)", "from tools import *\nnp.zeros(3)", "%run setup.py\nnp.zeros(3)", "np = 3\nnp"],
)
def test_names_that_come_from_elsewhere_are_left_alone(tmp_path: Path, cell: str) -> None:
    assert not cleaned(tmp_path, cell).plan.changes.changes


# --- order


def numbered(*cells: tuple[str, int | None]) -> str:
    """A notebook whose cells have these execution counts."""
    document = json.loads(notebook(*(source for source, _ in cells)))
    for cell, (_, count) in zip(document["cells"], cells, strict=True):
        cell["execution_count"] = count
    return json.dumps(document)


def test_cells_come_in_the_order_in_which_they_were_run_where_only_that_runs(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": numbered(("y = x + 1", 2), ("x = 1", 1), ("print(y)", 3))})
    lifted = lift("clean-notebook", tmp_path, write=False)
    assert code(lifted) == "x = 1\n\ny = x + 1\n\nprint(y)"
    assert "cells in the order 1, 0, 2" in lifted.plan.shown["a_clean.ipynb"]
    write(tmp_path, {"a.ipynb": numbered(("x = 1", 2), ("z = 2", 1), ("print(x)", 3))})
    assert not lift("clean-notebook", tmp_path, write=False).plan.changes.changes


def test_what_no_order_mends_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": numbered(("y = x + 1", 1), ("x = 1", 2), ("lost(y)", 3))})
    lifted = lift("clean-notebook", tmp_path, write=False)
    assert refused(lifted) == [("`x`", 0, 1), ("`lost`", 2, 1)]


# --- Python 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a', 1", "print('a', 1)"),
        ("print", "print"),
        ("print 'a',", "print('a', end=\" \")"),
        ("print (1), 2\nprint 'a'", "print((1), 2)\nprint('a')"),
        ("print('a') ; print 'b'", "print('a') ; print('b')"),
        ("if x: print x", "if x: print(x)"),
        ("for a in b:\n    print a  # each", "for a in b:\n    print(a)  # each"),
        ("print 'a' if x else (\n  1)", "print('a' if x else (\n  1))"),
        ("print >>f, 'a', 1\nprint 'b'", "print('a', 1, file=f)\nprint('b')"),
        (
            "try:\n    pass\nexcept (A, B), e:\n    raise E, 'a %s' % e",
            "try:\n    pass\nexcept (A, B) as e:\n    raise E('a %s' % e)",
        ),
        ("if a <> b: exec 'x'", "if a != b: exec('x')"),
        ("%time x\nprint 'a'\n!ls", "%time x\nprint('a')\n!ls"),
        ("print 'a'\n`x`", "print 'a'\n`x`"),
        ("print 'a", "print 'a"),
    ],
)
def test_statements_of_python_2(tmp_path: Path, old: str, new: str) -> None:
    lifted = cleaned(tmp_path, old)
    assert (code(lifted) if lifted.plan.changes.changes else old) == new


# --- the whole


def test_columns_of_text_are_told_from_the_data(tmp_path: Path) -> None:
    cell = "import pandas as pd\ndf = pd.read_csv('a.csv')\ndf.corr()"
    write(tmp_path, {"work/a.csv": "x,y\n1,2.5\n3,\n"})
    assert not cleaned(tmp_path, cell).plan.changes.changes
    write(tmp_path, {"work/a.csv": "x,y\n1,ann\n"})
    assert "df.corr(numeric_only=True)" in code(cleaned(tmp_path, cell))


def test_columns_of_text_are_arrays_where_they_are_split(tmp_path: Path) -> None:
    write(tmp_path, {"work/d.csv": "size,kind,weight\n1,round,?\n2,flat,3\n"})
    cell = "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nd = pd.read_csv('d.csv')\n"
    uses = "d['size'].values, d.size.values, d.kind.values, d['kind'].values, d.iloc[:, 1].values, d.iloc[:, -2].values, d.iloc[:, 0].values, d.weight.values"
    lifted = cleaned(tmp_path, f"{cell}x = {uses}")
    for name in ("d.kind", "d['kind']", "d.iloc[:, 1]", "d.iloc[:, -2]"):
        uses = uses.replace(f"{name}.values", f"{name}.to_numpy()")
    assert code(lifted).endswith(f"x = {uses}")


def test_columns_of_text_are_known_by_the_names_that_a_cell_gives_them(tmp_path: Path) -> None:
    write(tmp_path, {"work/d.data": "1,round\n2,flat\n3,flat\n"})
    cell = "import pandas as pd\nimport sklearn\nd = pd.read_csv('d.data', names=['size', 'kind'])\n"
    lifted = cleaned(tmp_path, f"{cell}x = d.kind.values, d['size'].values")
    assert code(lifted).endswith("x = d.kind.to_numpy(), d['size'].values")


def test_what_a_conversion_made_and_what_it_proved_needs_no_repair(tmp_path: Path) -> None:
    text = notebook("import pandas as pd\ndf = pd.read_csv('t.csv')\ndf.corr()")
    old = notebook("import numpy as np\nnp.int(1)")
    document = {
        "notebook": "a.ipynb",
        "notebook_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "verification": {"verdict": "equivalent"},
    }
    folder = "pipelines/a"
    write(tmp_path, {"a.ipynb": text, "t.csv": "x,y\n1,b\n", f"{folder}/conversion.json": json.dumps(document)})
    write(tmp_path, {f"{folder}/{part}/load.ipynb": old for part in ("stages", "products", "tests/expected")})
    assert lift("clean-notebook", tmp_path, write=False).plan.state == "done"
    write(tmp_path, {"a.ipynb": text + "\n"})  # what it is now, nobody has proven
    assert lift("clean-notebook", tmp_path, write=False).plan.state == "applies"
    named = lift("clean-notebook", tmp_path / folder / "stages" / "load.ipynb", write=False)
    assert "np.int" in str(named.plan.found)


def test_a_notebook_that_needs_nothing_gives_no_change(tmp_path: Path) -> None:
    write(tmp_path, {"data/table.csv": "a,b,y\n1,2,0\n"})
    lifted = cleaned(tmp_path, *CELLS, at="a.ipynb")
    assert lifted.plan.state == "done"
    assert not lifted.plan.changes


def test_the_notebook_stays_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": notebook("import numpy as np\nnp.int(1)", outputs=True)})
    before = (tmp_path / "a.ipynb").read_bytes()
    assert lift("clean-notebook", tmp_path).applied is not None
    assert (tmp_path / "a.ipynb").read_bytes() == before
    copy = json.loads((tmp_path / "a_clean.ipynb").read_text())
    assert [cell["outputs"] for cell in copy["cells"]] == [[]]
    assert lift("clean-notebook", tmp_path).plan.state == "done"
    (tmp_path / "a_clean.ipynb").write_text(notebook("mine"))
    again = lift("clean-notebook", tmp_path)
    assert (again.plan.state, again.applied) == ("done", None)
    assert "is not what it would be now" in again.plan.cannot[0].why


def test_one_notebook_that_is_named_is_cleaned_alone(tmp_path: Path) -> None:
    old = notebook("import numpy as np\nnp.int(1)")
    write(tmp_path, {"a.ipynb": old, "b.ipynb": old})
    planned = lift("clean-notebook", tmp_path / "b.ipynb", write=False)
    assert [change.path for change in planned.plan.changes.changes] == ["b_clean.ipynb"]
    assert len(lift("clean-notebook", tmp_path, write=False).plan.changes.changes) == 2


def test_packages_that_are_missing_are_named(tmp_path: Path) -> None:
    lifted = cleaned(tmp_path, "import no_such_package_here.part")
    assert lifted.plan.state == "not-here"
    assert refused(lifted) == [("the package `no_such_package_here`", 0, 1)]
    assert "pip install no-such-package-here" in [act.command for act in lifted.plan.left]


def test_a_package_that_is_missing_is_named_for_the_notebook_that_was_asked_about(tmp_path: Path) -> None:
    cell = "import pandas as pd\npd.read_hdf('a.h5')\nimport no_such_package_here"
    write(tmp_path, {"a.ipynb": notebook(cell), "b.ipynb": notebook(cell)})
    lifted = lift("clean-notebook", tmp_path / "b.ipynb", write=False)
    named = [(one.what, one.path, one.line) for one in lifted.plan.cannot if "package" in one.what]
    assert named == [("the package `no_such_package_here`", "b.ipynb", 3), ("the package `tables`", "b.ipynb", 2)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"cells": 3}',
        raw(),
        raw("", None, 7, ["a", 3], {"b": 1}),
        raw("x = = 1", "import numpy as np\r\nnp.int(1)"),
        FORMAT_3,
    ],
)
def test_hostile_notebooks_never_crash(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"a.ipynb": content, "b.ipynb": notebook("import numpy as np\nnp.int(1)")})
    paths = [change.path for change in lift("clean-notebook", tmp_path, write=False).plan.changes.changes]
    assert "b_clean.ipynb" in paths
    assert {each["lift"]: each["state"] for each in lifts(tmp_path)}["clean-notebook"] == "applies"
    if "np.int" in content:
        assert "a_clean.ipynb" in paths


def test_notebooks_in_other_languages_are_left_alone(tmp_path: Path) -> None:
    document = json.loads(notebook("np.int(1)"))
    document["metadata"] = {"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}
    write(tmp_path, {"a.ipynb": json.dumps(document)})
    assert lift("clean-notebook", tmp_path).plan.state == "done"


# --- the environment of its time


def test_what_cannot_be_repaired_gets_an_environment_of_its_time(tmp_path: Path) -> None:
    document = json.loads(
        notebook("import numpy as np\nimport yaml\nfrom sklearn.datasets import load_boston\nload_boston()\nnp.int(1)")
    )
    document["metadata"]["language_info"] = {"name": "python", "version": "3.7.4"}
    write(tmp_path, {"a.ipynb": json.dumps(document)})
    commit(tmp_path, "one")
    stamp = "2019-11-01T12:00:00"
    subprocess.run(
        ["git", "commit", "-q", "--amend", "--no-edit", "--date", stamp],
        cwd=tmp_path,
        check=True,
        env={**WHO, "GIT_COMMITTER_DATE": stamp, "PATH": "/usr/bin:/bin"},
    )
    lifted = lift("clean-notebook", tmp_path, options={"environment": "yes"}, write=False)
    files = {change.path: content(change) for change in lifted.plan.changes.changes}
    assert "scikit-learn==0.21.*" in files["a_of_its_time.txt"]
    assert "numpy==1.17.*" in files["a_of_its_time.txt"]
    assert files["a_of_its_time.txt"].splitlines()[-2:] == ["pyyaml", "ipykernel"], "what else it imports"
    (act,) = [act for act in lifted.plan.left if "of its time" in act.what]
    assert "git has it from 2019-11" in act.what
    assert (act.command or "").startswith("python3.7 -m venv"), "scikit-learn 0.21 was built for none that uv has"
    assert "too old for uv" in act.what


def test_the_environment_has_the_oldest_python_that_is_still_there_where_that_will_do(tmp_path: Path) -> None:
    document = json.loads(notebook("import numpy as np\nimport pandas as pd\npd.Panel()"))
    document["metadata"]["language_info"] = {"name": "python", "version": "3.7.4"}
    write(tmp_path, {"a.ipynb": json.dumps(document)})
    gone = [Open(0, 2, "a", "b", "numpy 1.19")]
    found = era(Scene.open(tmp_path), "a.ipynb", ("numpy", "pandas"), gone)
    assert found is not None
    assert (found.python, found.versions) == ("3.8", {"numpy": "1.18", "pandas": "0.25"})
    assert found.command("x").startswith("uv venv --python 3.8 ")
    assert found.lacking() == ""


def test_the_environment_is_written_also_where_nothing_could_be_repaired(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": notebook("from sklearn.datasets import load_boston\nload_boston()")})
    plan = lift("clean-notebook", tmp_path, write=False).plan
    assert plan.state == "not-here"
    assert "fetch_openml" in plan.cannot[0].why
    assert any("scikit-learn==1.1.*" in (act.command or "") for act in plan.left)
    lifted = lift("clean-notebook", tmp_path, options={"environment": "yes"})
    assert lifted.applied.paths == ("a_of_its_time.txt",)
    assert "of its own time" in lifted.plan.why
    again = lift("clean-notebook", tmp_path, options={"environment": "yes"})
    assert again.applied is None
    assert any("-r a_of_its_time.txt" in (act.command or "") for act in again.plan.left)


def test_without_a_sign_of_its_time_nothing_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"a.ipynb": notebook("import numpy as np")})
    assert era(Scene.open(tmp_path), "a.ipynb", ("numpy",), []) is None


# --- the copy and its notebook


def test_a_clean_copy_stands_for_its_notebook(tmp_path: Path) -> None:
    cells = ("import pandas as pd", "df = pd.read_csv('C:/Users/ann/Desktop/table.csv')")
    write(tmp_path, {"a.ipynb": notebook(*cells), "data/table.csv": "x\n1\n", "b_clean.ipynb": notebook("1")})
    write(tmp_path, {"b.ipynb": notebook("1")})
    commit(tmp_path, "one")
    before = (tmp_path / "a.ipynb").read_bytes()

    def sources() -> tuple[str, ...]:
        return Scene.open(tmp_path).unit.sources

    def data() -> str:
        return next(one.state for one in assess(tmp_path).headline.results if one.criterion.id == "data-versioned")

    assert sources() == ("a.ipynb", "b.ipynb", "b_clean.ipynb"), "a name alone says nothing"
    assert data() == "fail"
    assert lift("clean-notebook", tmp_path).applied
    assert (tmp_path / "a.ipynb").read_bytes() == before
    assert sources() == ("a_clean.ipynb", "b.ipynb", "b_clean.ipynb")
    commit(tmp_path, "two")
    assert data() == "pass"
    assert lift("clean-notebook", tmp_path).plan.state == "done"
    (tmp_path / "a_clean.ipynb").unlink()
    assert sources() == ("a.ipynb", "b.ipynb", "b_clean.ipynb")


# --- modules that notebooks import


def test_a_package_whose_modules_import_each_other_as_in_python_2(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "aux/__init__.py": "from near import *\nimport far\n",
            "aux/near.py": "import far as f\nimport json\n\n\ndef one():\n    return f.ONE\n",
            "aux/far.py": "ONE = 1\n",
            "aux/main.py": "import far\n\nif __name__ == '__main__':\n    print(far.ONE)\n",
        },
    )
    lifted = cleaned(tmp_path, "from aux.near import one\nfrom aux import main\none()", at="a.ipynb")
    assert sorted(change.path for change in lifted.plan.changes.changes) == ["aux/__init__.py", "aux/near.py"]
    lift("clean-notebook", tmp_path)
    assert (tmp_path / "aux/__init__.py").read_text() == "from .near import *\nfrom . import far\n"
    assert (tmp_path / "aux/near.py").read_text().startswith("from . import far as f\nimport json\n")
    run(tmp_path, sys.executable, "-c", "from aux import one; assert one() == 1")
    assert lift("clean-notebook", tmp_path).plan.state == "done"


def test_what_a_notebook_imports_is_repaired_where_it_is(tmp_path: Path) -> None:
    files = {
        "work/helpers.py": b"from work.deeper import both  # ours\r\nimport numpy as np\r\n\r\n\r\ndef whole(x):\r\n    return np.int(x)\r\n",
        "work/deeper.py": "import pandas as pd\n\n\ndef both(a, b):\n    return pd.DataFrame(a).append(pd.DataFrame(b))\n",
        "work/other.py": "import numpy as np\n\nnp.int(1)\n",
    }
    write(tmp_path, files)
    lifted = cleaned(tmp_path, "from helpers import whole\nwhole(1.5)")
    changes = {change.path: change for change in lifted.plan.changes.changes}
    assert sorted(changes) == ["work/deeper.py", "work/helpers.py"], "the notebook and what it does not import stay"
    assert "+    return int(x)" in changes["work/helpers.py"].diff
    assert "work/helpers.py is imported by work/a.ipynb: line 6, `np.int(x)` becomes `int(x)`" in told(lifted)
    assert lifted.plan.why == "What notebooks import needs repair: work/deeper.py, work/helpers.py."
    assert lift("clean-notebook", tmp_path / "work/a.ipynb").applied
    new = files["work/helpers.py"].replace(b"np.int(", b"int(")  # type: ignore[attr-defined]
    assert (tmp_path / "work/helpers.py").read_bytes() == new
    assert lift("clean-notebook", tmp_path / "work/a.ipynb").plan.state == "done"
    lifted = cleaned(tmp_path, "from helpers import whole\nimport numpy as np\nnp.float(whole(1.5))")
    assert [change.path for change in lifted.plan.changes.changes] == ["work/a_clean.ipynb"]


def test_what_cells_and_modules_of_python_2_import_is_repaired(tmp_path: Path) -> None:
    write(tmp_path, {"one.py": "import two\n\nprint two.TWO\n", "two.py": "TWO = 2\nprint TWO\n"})
    lifted = cleaned(tmp_path, "import one\nprint 'loaded'", at="a.ipynb")
    changed = sorted(change.path for change in lifted.plan.changes.changes)
    assert changed == ["a_clean.ipynb", "one.py", "two.py"]


def test_a_file_without_a_suffix_that_is_not_there_is_told(tmp_path: Path) -> None:
    lifted = cleaned(
        tmp_path, "import pandas as pd\npd.read_csv('housing')\nx = 'housing'\npd.read_csv(x)\nopen('https://a.org/b')"
    )
    assert refused(lifted) == [("`housing`", 0, 2)]


@pytest.mark.parametrize(
    ("name", "head", "package"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "xlrd"),
        ("a.xls", b"PK\x03\x04", "openpyxl"),
        ("a.xls", b"a,b\n", ""),
        ("b.xls", b"", "xlrd"),
        ("b.xlsx", b"", "openpyxl"),
    ],
)
def test_workbooks_need_the_package_that_reads_what_they_are(
    tmp_path: Path, name: str, head: bytes, package: str
) -> None:
    (tmp_path / "a.xls").write_bytes(head)
    write(tmp_path, {"a.ipynb": notebook(f"import pandas as pd\npd.read_excel('{name}')")})
    assert [use.name for use in silent(Scene.open(tmp_path))] == ([package] if package else [])
