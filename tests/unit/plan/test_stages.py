"""Which division a data scientist would draw: the principles one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jupyter_mlops_converters.analysis.cells import analyse
from jupyter_mlops_converters.analysis.roles import heading_role, roles
from jupyter_mlops_converters.observe.observation import ObservedCell
from jupyter_mlops_converters.plan.costs import seconds_of_work
from jupyter_mlops_converters.plan.naming import named, slug
from jupyter_mlops_converters.plan.program import Program, build_program
from jupyter_mlops_converters.plan.stages import divide, possible_cuts
from jupyter_mlops_converters.source.notebook import read_notebook
from notebooks import cells_of, write_notebook

IMPORTS = """
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
%matplotlib inline
"""
LOAD = """
# %%
df = pd.read_csv('x.csv')
# %%
df.head()
# %%
df.info()
"""
CLEAN = """
# %%
df = df.dropna()
# %%
df['day'] = pd.to_datetime(df['day'])
# %%
df['name'] = df['name'].fillna('')
# %%
df.describe()
"""
PLOTS = """
# %%
df['a'].hist()
plt.show()
# %%
df.plot.scatter('a', 'b')
"""
MODEL = """
# %%
X_train, X_test, y_train, y_test = train_test_split(df[['a']], df['b'])
# %%
model = Ridge().fit(X_train, y_train)
"""
EVALUATE = """
# %%
print(r2_score(y_test, model.predict(X_test)))
# %%
plt.scatter(y_test, model.predict(X_test))
"""


@pytest.fixture
def program(tmp_path: Path):
    def build(text: str, seconds: dict[int, float] | None = None) -> Program:
        analysis = analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", cells_of(text))))
        found = build_program(analysis, None)
        steps = [replace(step, seconds=(seconds or {}).get(n, 0.01)) for n, step in enumerate(found.steps)]
        return replace(found, steps=tuple(steps))

    return build


def drawn(program: Program) -> dict[str, list[int]]:
    division = named(program, divide(program, possible_cuts(program.analysis), [], frozenset()))
    return {name: list(stage) for name, stage in zip(division.names, division.stages, strict=True)}


def test_an_ordinary_notebook_without_headings(program) -> None:
    assert drawn(program(IMPORTS + LOAD + CLEAN + PLOTS + MODEL + EVALUATE)) == {
        "load": [0, 1, 2, 3],
        "clean": [4, 5, 6, 7],
        "explore": [8, 9],
        "train": [10, 11],
        "evaluate": [12, 13],
    }


def test_imports_constants_and_definitions_belong_to_what_comes_next(program) -> None:
    text = IMPORTS + "# %%\nimport numpy as np\nnp.random.seed(1)\nSIZE = 3\n# %%\ndef double(x):\n    return 2 * x\n"
    stages = drawn(program(text + LOAD + MODEL + EVALUATE))
    assert stages["load"] == [0, 1, 2, 3, 4, 5]
    late = drawn(program(IMPORTS + LOAD + CLEAN + "# %%\nfrom sklearn.svm import SVC\n" + MODEL + EVALUATE))
    assert late["train"] == [8, 9, 10]


def test_a_glance_stays_with_what_it_looks_at(program) -> None:
    assert drawn(program(IMPORTS + LOAD + "# %%\ndf.isnull().sum()\n# %%\ndf['a'].unique()\n" + MODEL + EVALUATE))[
        "load"
    ] == [0, 1, 2, 3, 4, 5]


def test_a_glance_at_what_only_the_next_work_is_about_goes_with_that(program) -> None:
    customers = "# %%\ncustomers\n# %%\ncustomers.info()\n" + CLEAN.replace("df", "customers")
    read = LOAD.replace("df = pd", "customers = pd.read_csv('c.csv')\ndf = pd")
    features = (
        "# %%\nrfm = pd.get_dummies(df)\n# %%\nrfm['r'] = rfm['a'].map(str)\n# %%\nrfm['b'] = rfm['r'].map(len)\n"
    )
    stages = drawn(program(IMPORTS + read + features + customers + MODEL.replace("df", "customers") + EVALUATE))
    assert [7, 8, 9, 10, 11, 12] in stages.values()


def test_headings_of_the_main_level_divide_and_name(program) -> None:
    text = (
        "# %% [markdown]\n# # My analysis\n" + IMPORTS + LOAD
        + "# %% [markdown]\n# ## Fares by class\n" + PLOTS + PLOTS
        + "# %% [markdown]\n# ## 2. Fares by age\n" + PLOTS + PLOTS
        + MODEL + EVALUATE
    )  # fmt: skip
    assert list(drawn(program(text)).items())[:3] == [
        ("load", [0, 1, 2, 3]),
        ("fares_class", [4, 5, 6, 7]),
        ("fares_age", [8, 9, 10, 11]),
    ]


def test_x_and_y_are_features_only_where_something_is_learnt(program) -> None:
    numbers = "# %%\nimport numpy as np\n# %%\nx = np.linspace(0, 5)\ny = x ** 2\nprint(y)\n"
    assert roles(program(numbers).analysis)[1].role == ""
    learnt = numbers + "# %%\nfrom sklearn.svm import SVC\nSVC().fit(x, y)\n"
    assert roles(program(learnt).analysis)[1].role == "features"


def test_models_and_trees_are_trained_only_where_something_is_learnt(program) -> None:
    def role(heading: str, more: str = "") -> str:
        text = f"# %%\nimport shop\n# %% [markdown]\n# ## Title\n# ## {heading}\n# %%\nroot = shop.node('+')\n{more}"
        return roles(program(text).analysis)[2].role

    assert role("Expression tree") == ""
    assert role("Expression tree", "root.fit(1)\n") == "train"
    assert role("Training by hand") == "train"


def test_the_title_of_the_notebook_names_no_stage(program) -> None:
    text = "# %% [markdown]\n# # Wine\n" + IMPORTS + LOAD + PLOTS + MODEL + EVALUATE
    assert "wine" not in drawn(program(text))


def test_expensive_work_is_apart_from_what_comes_after_it(program) -> None:
    text = IMPORTS + LOAD + "# %%\ndf.hist()\n" + MODEL + EVALUATE
    assert [0, 1, 2, 3, 4] in drawn(program(text)).values()
    assert [0, 1, 2, 3] in drawn(program(text, {1: 60.0})).values()


def test_where_little_crosses_is_the_better_boundary(program) -> None:
    parts = "# %%\na = make()\n# %%\nb = make(a)\n# %%\nc, d, e = make(b), make(b), make(b)\n"
    text = (
        parts + "# %%\nf = make(c, d, e)\n# %%\ng = make(f)\n# %%\nh = make(g)\n# %%\ni = make(h)\n# %%\nj = make(i)\n"
    )
    assert not any(stage[0] == 3 for stage in drawn(program(text)).values())


def test_what_one_statement_makes_crosses_together(program) -> None:
    model = """
# %% [markdown]
# ## {0}
# %%
{0} = Ridge().fit(X_train, y_train)
# %%
r2_score(y_test, {0}.predict(X_test))
# %%
{0} = Ridge(alpha=3).fit(X_train, y_train)
# %%
r2_score(y_test, {0}.predict(X_test))
"""
    names = ["first", "second", "third", "fourth"]
    stages = drawn(program(IMPORTS + LOAD + MODEL + "".join(model.format(name) for name in names)))
    assert stages["third"] == [*range(14, 22)]


def test_a_model_stays_with_what_is_looked_at_before_the_next_one(program) -> None:
    each = """
# %%
model = Ridge(alpha={0}).fit(X_train, y_train)
# %%
plt.scatter(y_test, model.predict(X_test))
# %%
guess = model.predict(X_test)
# %%
r2_score(y_test, guess)
"""
    stages = drawn(program(IMPORTS + LOAD + MODEL[: MODEL.rindex("# %%")] + "".join(each.format(n) for n in range(3))))
    assert all((stage[0] - 5) % 4 == 0 for stage in stages.values() if stage[0] > 5)


def test_constants_of_modules_belong_to_what_comes_next(program) -> None:
    text = "# %%\nimport numpy as np\nTURN = 2 * np.pi\n# %% [markdown]\n# ## Waves\n"
    waves = "".join(f"# %%\nw{n} = wave({n})\nprint(w{n})\n" for n in range(8))
    assert [0] not in drawn(program(text + waves)).values()


def test_looking_at_what_was_trained_is_evaluating(program) -> None:
    text = (
        IMPORTS + LOAD + PLOTS + MODEL + "# %%\nplt.plot(model.coef_)\n# %%\nplt.hist(model.intercept_)\nplt.show()\n"
    )
    assert drawn(program(text))["evaluate"] == [8, 9]


def test_a_heading_of_something_else_is_no_title(program) -> None:
    steps = program(IMPORTS + LOAD + "# %% [markdown]\n# ## Feature scaling\n" + MODEL + "# %%\nprint(model.coef_)\n")
    first = next(number for number, step in enumerate(steps.steps) if step.role.headings)
    division = named(steps, [tuple(range(first)), tuple(range(first, len(steps.steps)))])
    assert (division.names[1], division.titles[1]) == ("train", "Train")


def test_stages_of_one_kind_are_told_apart_by_what_they_are_about(program) -> None:
    section = "# %%\n{0} = pd.read_csv('{0}.csv')\n# %%\n{0} = {0}.dropna()\n# %%\n{0} = {0}.drop_duplicates()\n# %%\n{0}.head()\n"
    names = list(drawn(program(IMPORTS + section.format("sales") + section.format("customers") + PLOTS + MODEL)))
    assert not any(name.startswith(("step", "prepare")) or name[-1].isdigit() for name in names), names


def test_a_small_notebook_is_one_stage(program) -> None:
    assert list(drawn(program("# %%\na = 1\n# %%\nprint(a)\n")).values()) == [[0, 1]]


def test_a_whole_notebook_that_fits_a_model_is_not_called_after_its_plots(program) -> None:
    steps = program(IMPORTS + LOAD + PLOTS * 5 + MODEL)
    assert named(steps, [tuple(range(len(steps.steps)))]).names == ("train",)


def test_a_stage_whose_model_others_use_is_not_called_after_its_plots(program) -> None:
    steps = program(IMPORTS + LOAD + PLOTS * 5 + MODEL + EVALUATE)
    last = len(steps.steps) - 2
    assert named(steps, [tuple(range(last)), (last, last + 1)]).names == ("train", "evaluate")
    steps = program(IMPORTS + LOAD + PLOTS * 5 + MODEL + "# %%\ndf.to_csv('b.csv')\n# %%\ndf.to_csv('c.csv')\n")
    assert named(steps, [tuple(range(last)), (last, last + 1)]).names[0] != "train"
    features = "".join(f"# %%\ndf['f{n}'] = df['a'].map(abs) * {n}\n" for n in range(8))
    steps = program(IMPORTS + LOAD + features + MODEL + EVALUATE)
    last = len(steps.steps) - 2
    assert named(steps, [(0, 1, 2, 3), tuple(range(4, last)), (last, last + 1)]).names[1:] == ("train", "evaluate")


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("1. Import libraries", ""),
        ("Load the data", "load"),
        ("Train/test split", "split"),
        ("Model performance", "evaluate"),
        ("Feature importance", "evaluate"),
        ("Feature engineering", "features"),
        ("Exploratory data analysis", "explore"),
        ("How many crimes are there?", "explore"),
        ("Random forest", "train"),
        ("Handling missing values", "clean"),
        ("Univariate selection", "features"),
        ("Model selection", "train"),
        ("Saving the model", "report"),
        ("Bayes tables", ""),
    ],
)
def test_what_headings_speak_of(heading: str, role: str) -> None:
    assert heading_role(heading) == role


@pytest.mark.parametrize(
    ("cell", "role", "looks"),
    [
        ("df.head()", "", True),
        ("print(df.isnull().sum())", "", True),
        ("df.hist()", "explore", False),
        ("df.drop(columns='a', inplace=True)", "clean", False),
        ("rows.append(3)", "", False),
        ("df.insert(1, 'a', 3)", "features", False),
        ("model.fit(X, y)", "train", False),
        ("print(model.score(X, y))", "evaluate", False),
        (
            "a, b = train_test_split(df)\nprint(accuracy_score(b, guess(a)))\nconfusion_matrix(b, guess(a))",
            "evaluate",
            False,
        ),
        ("from sklearn.preprocessing import MinMaxScaler\nscaler = MinMaxScaler()\nscaler.fit(X)", "features", False),
        ("from sklearn.decomposition import PCA\nPCA(2).fit(X)", "features", False),
        ("%matplotlib inline\nimport numpy as np\nnp.random.seed(3)\nN = 4", "setup", False),
        ("import numpy as np\nimport os\nos.environ['A'] = 'b'\nrng = np.random.default_rng(5)", "setup", False),
        ("import sys, ast\nimport functools\ncache = functools.lru_cache(None)", "setup", False),
        (
            "import pandas as pd\nimport numpy as np\nsizes = {'legend.fontsize': 'large', 'axes': [1, -2]}",
            "setup",
            False,
        ),
        ("import numpy as np\nx = np.linspace(0, 1)", "", False),
        ("from collections import namedtuple\nPair = namedtuple('Pair', 'a b')", "setup", False),
    ],
)
def test_what_cells_do(tmp_path: Path, cell: str, role: str, looks: bool) -> None:
    (found,) = roles(analyse(read_notebook(write_notebook(tmp_path / "n.ipynb", [cell])))).values()
    assert (found.role, found.looks) == (role, looks)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("3. The Random Forest", "random_forest"),
        ("Adjusting the classification threshold", "adjusting_classification"),
        ("4 8 15", ""),
        ("2d plots", "step_2d_plots"),
    ],
)
def test_names_from_headings_are_short_identifiers(text: str, name: str) -> None:
    assert slug(text) == name


def test_the_time_of_imports_is_no_work_worth_keeping(program) -> None:
    found = program(IMPORTS + "# %%\nfrom sklearn.svm import SVC\nmodel = SVC().fit(X, y)\n# %%\nmodel.score(X, y)\n")
    seen = [(2.0, 500), (3.5, 800), (0.5, 0)]
    steps = [
        replace(step, seconds=seconds, observed=ObservedCell(step.index, seconds, (), {}, imported=modules))
        for step, (seconds, modules) in zip(found.steps, seen, strict=True)
    ]
    assert seconds_of_work(replace(found, steps=tuple(steps))) == pytest.approx([0.0, 0.3, 0.5])


def test_a_picture_of_how_the_training_went_stays_with_it(program) -> None:
    training = "# %%\nlosses = []\nmodel = Ridge()\nfor _ in range(5):\n    model.fit(X_train, y_train)\n    losses.append(1)\n"
    seen = "# %%\nplt.plot(losses)\nplt.show()\n"
    stages = drawn(program(IMPORTS + LOAD + CLEAN + training + seen + "# %% [markdown]\n# # Evaluation\n" + EVALUATE))
    assert stages["train"][-1] == 9
    assert stages["evaluate"][0] == 10
