"""Frames, series, figures and models: what most notebooks are about."""

from fuzz.scope import Scope, block

_PANDAS = "import pandas as pd"


@block(weight=1.5)
def frame(s: Scope) -> str:
    made = s.rng.choice(
        (
            "pd.DataFrame({{'n': {0}, 't': list('abc')}})",
            "pd.DataFrame({{'n': {0}, 'm': [1.5, None, 2.5]}}, index=[3, 1, 2])",
            "pd.DataFrame({{0: {0}, 1: ['x', 'y', 'x']}}).rename(columns={{0: 'n'}})",
            "pd.DataFrame({{'n': {0}, 'c': pd.Categorical(['lo', 'hi', 'lo'], ['lo', 'hi'], ordered=True)}})",
            "pd.DataFrame({{'n': {0}, 'd': pd.to_datetime(['2024-01-01', None, '2024-03-01'])}})",
        )
    )
    return f"{s.module(_PANDAS)}{s.fresh('frame')} = {made.format(s.numbers(3, 3))}"


@block("frame", weight=4)
def change_frame(s: Scope) -> str:
    name = s.pick("frame")
    return s.rng.choice(
        (
            f"{name}['k'] = {name}['n'] * {s.number()}",
            f"{name}.loc[{name}['n'] > 4, 'n'] = 0",
            f"{name}.sort_values('n', inplace=True)",
            f"{name} = {name}.reset_index(drop=True)",
            f"{name}.rename(columns={{'m': 'w'}}, inplace=True)",
            f"{name}.insert(0, 'z{s.rng.randrange(10**6)}', 1)",
            f"{name}.index.name = 'id'",
            f"{name}.attrs['note'] = [{s.number()}]",
            f"{name} = {name}.copy()",
            f"{name} = {name}.head(2)",
        )
    )


@block("frame", weight=2)
def column(s: Scope) -> str:
    return f"{s.fresh('series')} = {s.pick('frame')}['n']"


@block("series")
def change_series(s: Scope) -> str:
    name = s.pick("series")
    return s.rng.choice(
        (
            f"{name} = {name} + 1",
            f"{name}.iloc[0] = {s.number()}",
            f"{name}.name = 'renamed'",
            f"{name} = {name}.sort_index()",
        )
    )


@block("frame")
def part(s: Scope) -> str:
    name = s.pick("frame")
    return f"{s.fresh('frame')} = {s.rng.choice((f'{name}[[chr(110)]]', f'{name}[{name}.n > 2]', f'{name}.assign(q=1)', f'{name}.iloc[:2]'))}"


@block("frame")
def show_frame(s: Scope) -> str:
    name = s.pick("frame")
    return s.rng.choice(
        (
            f"print({name}.dtypes)",
            f"{name}.info()",
            f"print({name})",
            f"display({name})",
            f"print({name}.index, {name}.attrs)",
        )
    )


@block("frame", weight=0.5)
def figure(s: Scope) -> str:
    name = s.pick("frame")
    return f"{s.module('import matplotlib.pyplot as plt')}plt.figure(figsize=(2, 1))\nplt.plot({name}['n'].tolist())\nplt.show()"


@block(weight=0.5)
def style(s: Scope) -> str:
    return f"{s.module('import matplotlib.pyplot as plt')}plt.rcParams['lines.linewidth'] = {s.number()}"


@block(weight=0.5)
def pandas_option(s: Scope) -> str:
    return f"{s.module(_PANDAS)}pd.set_option('display.max_rows', {s.rng.choice((2, 5, 60))})"


@block(weight=0.6)
def estimator(s: Scope) -> str:
    lead, made = s.rng.choice(
        (
            ("from sklearn.linear_model import LinearRegression", "LinearRegression()"),
            ("from sklearn.tree import DecisionTreeRegressor", "DecisionTreeRegressor(max_depth=2, random_state=0)"),
            ("from sklearn.neighbors import KNeighborsRegressor", "KNeighborsRegressor(n_neighbors=1)"),
        )
    )
    name = s.fresh("estimator")
    return f"{s.module(lead)}{name} = {made}\n{name}.fit([[1.0], [2.0], [3.0]], {s.numbers(3, 3)})"


@block("estimator")
def refit(s: Scope) -> str:
    return f"{s.pick('estimator')}.fit([[1.0], [2.0], [5.0]], {s.numbers(3, 3)})"
