"""Models whose state lives in C++, and those of statsmodels: compared by state, and kept by a round trip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from jupyter_mlops_converters.values import choose, compare, fingerprint, sharing

RNG = np.random.default_rng(2)
FEATURES = pd.DataFrame(RNG.normal(size=(120, 3)), columns=["a", "b", "c"])
TARGET = (FEATURES["a"] + 0.2 * RNG.normal(size=120) > 0).astype(int)


def xgboost_model(**parameters: Any) -> Any:
    xgboost = pytest.importorskip("xgboost")
    return xgboost.XGBClassifier(n_estimators=4, n_jobs=1, **parameters).fit(FEATURES, TARGET)


def xgboost_booster(**parameters: Any) -> Any:
    xgboost = pytest.importorskip("xgboost")
    return xgboost.train({"nthread": 1, **parameters}, xgboost.DMatrix(FEATURES, TARGET), 4)


def lightgbm_model(**parameters: Any) -> Any:
    lightgbm = pytest.importorskip("lightgbm")
    return lightgbm.LGBMClassifier(n_estimators=4, n_jobs=1, verbose=-1, **parameters).fit(FEATURES, TARGET)


def ordinary_least_squares(**parameters: Any) -> Any:
    api = pytest.importorskip("statsmodels.api")
    return api.OLS(TARGET + parameters.get("max_depth", 0), FEATURES).fit()


def formula(**parameters: Any) -> Any:
    api = pytest.importorskip("statsmodels.formula.api")
    return api.ols("y ~ a + b", FEATURES.assign(y=TARGET * (1 + parameters.get("max_depth", 0)))).fit()


def neighbours(**parameters: Any) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(parameters.get("max_depth", 5), algorithm="kd_tree").fit(FEATURES, TARGET)


MAKERS = [neighbours, xgboost_model, xgboost_booster, lightgbm_model, ordinary_least_squares, formula]


@pytest.mark.parametrize("make", MAKERS)
def test_models_are_compared_by_state(make: Any, tmp_path: Path) -> None:
    model, again, other = make(), make(), make(max_depth=2)
    assert fingerprint(model) == fingerprint(again)
    assert compare(model, other, name="model").verdict == "differs"
    assert compare(model, other, name="model").detail.startswith("model")
    if make is not ordinary_least_squares:  # which keeps the very frame that it was given
        assert sharing({"model": model, "again": again}) == []
    assert sharing({"model": model, "models": [model]}) == [("model", "models")]
    assert choose({"model": model}, tmp_path).format == "joblib"


@pytest.mark.parametrize("make", MAKERS)
def test_using_a_model_does_not_change_it(make: Any) -> None:
    model = make()
    before = fingerprint(model)
    if make is xgboost_booster:
        model.predict(pytest.importorskip("xgboost").DMatrix(FEATURES))
    else:
        model.predict(FEATURES)
    if hasattr(model, "summary"):
        str(model.summary())
    assert fingerprint(model) == before
