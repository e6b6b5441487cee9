"""statsmodels."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import moved

_MODELS = (
    "OLS",
    "WLS",
    "GLS",
    "GLM",
    "Logit",
    "Probit",
    "MNLogit",
    "Poisson",
    "RLM",
    "QuantReg",
    "PHReg",
    "GEE",
    "MixedLM",
)

CHANGES = (
    moved(
        "statsmodels",
        "0.11",
        " ".join(f"statsmodels.formula.api.{name}" for name in _MODELS),
        " ".join(f"statsmodels.api.{name}" for name in _MODELS),
        before="import statsmodels.formula.api as sm\nx = sm.OLS([1, 2, 3], [1, 2, 3]).fit().params",
        after="import statsmodels.formula.api as sm\nfrom statsmodels.api import OLS\nx = OLS([1, 2, 3], [1, 2, 3]).fit().params",
        gives="x.round(6).tolist() == [1]",
        why="Models that take tables are in `statsmodels.api`; `statsmodels.formula.api` has those that take formulas.",
    ),
)
