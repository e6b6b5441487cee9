"""statsmodels."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import Change, moved

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
    Change(
        "statsmodels",
        "0.13",
        ("statsmodels.tsa.arima_model.ARIMA", "statsmodels.tsa.arima_model.ARMA"),
        None,
        before="from statsmodels.tsa.arima_model import ARIMA\nx = ARIMA([1.0, 2.0, 4.0], order=(1, 1, 0))",
        why="`arima_model` is gone; `statsmodels.tsa.arima.model.ARIMA` fits such models, but predicts the series itself where this predicted its "
        'differences, forecasts values alone, without their errors, and has a constant with differences only by `trend="t"`.',
    ),
)
