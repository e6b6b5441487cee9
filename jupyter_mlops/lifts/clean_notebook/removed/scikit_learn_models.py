"""scikit-learn: models, their arguments, and what fitted ones are asked."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jupyter_mlops.lifts.clean_notebook.change import Change, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit, Span
from jupyter_mlops.lifts.clean_notebook.rewrites import attribute, both, given, keyword, named, value, without
from jupyter_mlops.lifts.clean_notebook.scaled import many_penalties, one_penalty, scaled, two_penalties

_SK = "scikit-learn"
_XY = "X, y = [[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1]] * 3, [0, 1, 0, 1] * 3\n"
_FORESTS = tuple(
    f"sklearn.{name}"
    for name in (
        *(
            "ensemble.RandomForestClassifier",
            "ensemble.ExtraTreesClassifier",
            "tree.DecisionTreeClassifier",
            "tree.ExtraTreeClassifier",
        ),
        *("ensemble.GradientBoostingClassifier", "ensemble.GradientBoostingRegressor"),
    )
)
_REGRESSION = (
    "sklearn.ensemble.RandomForestRegressor",
    "sklearn.ensemble.ExtraTreesRegressor",
    "sklearn.tree.DecisionTreeRegressor",
)
_BOOSTED = tuple(
    f"sklearn.{name}"
    for name in (
        *(
            "ensemble.AdaBoostClassifier",
            "ensemble.AdaBoostRegressor",
            "ensemble.BaggingClassifier",
            "ensemble.BaggingRegressor",
        ),
        "calibration.CalibratedClassifierCV",
    )
)
#: Linear models by the version in which they lost `normalize`.
_NORMALIZED = {
    "1.2": tuple(f"sklearn.linear_model.{name}" for name in (
        "LassoCV", "ElasticNetCV", "MultiTaskLasso", "MultiTaskElasticNet", "BayesianRidge", "ARDRegression",
    )),
    "1.4": tuple(f"sklearn.linear_model.{name}" for name in (
        "Lars", "LarsCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV",
    )),
}  # fmt: skip


def _normalized(site: Site) -> list[Edit] | None:
    intercept = site.argument(None, "fit_intercept")
    if isinstance(intercept, ast.Constant) and not intercept.value:
        return without("normalize")(site)  # it was ignored then
    return without("normalize", only=lambda node: isinstance(node, ast.Constant) and not node.value)(site)


def _none_or_default(*defaults: object) -> Callable[[ast.expr], bool]:
    return lambda node: isinstance(node, ast.Constant) and (node.value is None or node.value in defaults)


def _solver(site: Site) -> list[Edit] | None:
    """`penalty="l1"` worked with the solver of that time, liblinear, which was the default."""
    penalty, solver = site.argument(0, "penalty"), site.argument(None, "solver")
    if not (isinstance(penalty, ast.Constant) and penalty.value == "l1") or solver is not None or site.spread:
        return []
    span = site.code.span(penalty)
    return [Edit(span._replace(line=span.end_line, column=span.end_column), ', solver="liblinear"')]


def _no_tolerance(site: Site) -> list[Edit] | None:
    count = site.argument(None, "n_iter")
    if count is None or site.argument(None, "tol") is not None or site.argument(None, "max_iter") is not None:
        return None
    span = site.code.span(count)
    return [Edit(span._replace(line=span.end_line, column=span.end_column), ", tol=None")]


def _one_row(site: Site) -> list[Edit] | None:
    """A number, or a list of them, was one row of a table."""
    rows = site.argument(0, "X")
    if site.receiver is not None and "sotonic" in str(site.kinds.of(site.receiver)):
        return []  # a function of one number
    if isinstance(rows, (ast.List, ast.Tuple)):
        brackets = ("[", "]") if rows.elts and all(map(_is_number, rows.elts)) else None
    else:
        brackets = ("[[", "]]") if rows is not None and _is_number(rows) else None
    if rows is None or brackets is None:
        return []
    return [Edit(site.code.span(rows), f"{brackets[0]}{site.text(rows)}{brackets[1]}")]


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(inner, ast.Constant) and type(inner.value) in (int, float)


def _kernel(site: Site) -> list[Edit] | None:
    """The first argument was the penalty, and then the kernel: a text can only be that."""
    only = site.argument(0)
    if site.call is None or len(site.call.args) != 1:
        return [] if site.call is None or not site.call.args else None
    is_kernel = isinstance(only, ast.Constant) and isinstance(only.value, str)
    return named("kernel")(site) if is_kernel else None


def _one_row_seen(site: Site) -> list[Edit] | None:
    """One row that has a name: as long as the model has columns."""
    rows = site.argument(0, "X")
    value, model = site.value(rows), site.value(site.receiver)
    if rows is None or value.rank != 1 or not value.size or value.size != model.size:
        return []
    return [Edit(site.code.span(rows), f"[{site.text(rows)}]")]


def _scaled_column(site: Site) -> list[Edit] | None:
    """Scalers took a column by itself, and gave one back."""
    column, call = site.argument(0, "X"), site.call
    if column is None or call is None or site.value(column).rank != 1:
        return []
    name = site.node.attr  # type: ignore[attr-defined]
    if not name.startswith("fit") and site.value(site.receiver).size != 1:
        return []  # it was fitted on a table
    array = f"{site.ref('numpy.asarray')}({site.text(column)}).reshape(-1, 1)"
    end = site.code.span(call)
    back = [Edit(Span(end.end_line, end.end_column, end.end_line, end.end_column), ".ravel()")] if name != "fit" else []
    return [*site.replaced(column, array), *back]


CHANGES = (
    Change(
        _SK, "1.3", _FORESTS, value(None, "max_features", {"auto": '"sqrt"'}),
        before=f"from sklearn.ensemble import RandomForestClassifier\n{_XY}x = RandomForestClassifier(3, max_features='auto').fit(X, y)",
        after=f"from sklearn.ensemble import RandomForestClassifier\n{_XY}x = RandomForestClassifier(3, max_features='sqrt').fit(X, y)",
        gives="x.max_features == 'sqrt'", why='`max_features="auto"` is gone; of classifiers it meant `"sqrt"`.',
    ),
    Change(
        _SK, "1.3", _REGRESSION, value(None, "max_features", {"auto": "1.0"}),
        before=f"from sklearn.ensemble import RandomForestRegressor\n{_XY}x = RandomForestRegressor(3, max_features='auto').fit(X, y)",
        after=f"from sklearn.ensemble import RandomForestRegressor\n{_XY}x = RandomForestRegressor(3, max_features=1.0).fit(X, y)",
        gives="x.max_features == 1.0", why='`max_features="auto"` is gone; of regressors it meant all, `1.0`.',
    ),
    Change(
        _SK, "1.2", (*_REGRESSION, "sklearn.ensemble.GradientBoostingRegressor"),
        value(None, "criterion", {"mse": '"squared_error"', "mae": '"absolute_error"'}),
        before=f"from sklearn.tree import DecisionTreeRegressor\n{_XY}x = DecisionTreeRegressor(criterion='mse').fit(X, y)",
        after=f"from sklearn.tree import DecisionTreeRegressor\n{_XY}x = DecisionTreeRegressor(criterion='squared_error').fit(X, y)",
        gives="x.criterion == 'squared_error'", why="Losses are spelled out: `squared_error`, `absolute_error`.",
    ),
    Change(
        _SK, "1.0", (*_FORESTS, *_REGRESSION), without("min_impurity_split", "presort", only=_none_or_default("auto", False, 1e-07)),
        before=f"from sklearn.tree import DecisionTreeClassifier\n{_XY}x = DecisionTreeClassifier(min_impurity_split=None, presort=False).fit(X, y)",
        after=f"from sklearn.tree import DecisionTreeClassifier\n{_XY}x = DecisionTreeClassifier().fit(X, y)",
        gives="x.get_depth() == 1", why="`min_impurity_split` and `presort` are gone; these values changed nothing.",
    ),
    Change(
        _SK, "1.3", ("sklearn.ensemble.GradientBoostingClassifier",), value(None, "loss", {"deviance": '"log_loss"'}),
        before=f"from sklearn.ensemble import GradientBoostingClassifier\n{_XY}x = GradientBoostingClassifier(loss='deviance', n_estimators=2).fit(X, y)",
        after=f"from sklearn.ensemble import GradientBoostingClassifier\n{_XY}x = GradientBoostingClassifier(loss='log_loss', n_estimators=2).fit(X, y)",
        gives="x.loss == 'log_loss'", why="`deviance` is called `log_loss`.",
    ),
    Change(
        _SK, "1.2", ("sklearn.ensemble.GradientBoostingRegressor",), value(None, "loss", {"ls": '"squared_error"', "lad": '"absolute_error"'}),
        before=f"from sklearn.ensemble import GradientBoostingRegressor\n{_XY}x = GradientBoostingRegressor(loss='ls', n_estimators=2).fit(X, y)",
        after=f"from sklearn.ensemble import GradientBoostingRegressor\n{_XY}x = GradientBoostingRegressor(loss='squared_error', n_estimators=2).fit(X, y)",
        gives="x.loss == 'squared_error'", why="Losses are spelled out: `squared_error`, `absolute_error`.",
    ),
    Change(
        _SK, "1.4", _BOOSTED, keyword("base_estimator", "estimator"),
        before="from sklearn.ensemble import BaggingClassifier\nx = BaggingClassifier(base_estimator=None)",
        after="from sklearn.ensemble import BaggingClassifier\nx = BaggingClassifier(estimator=None)",
        gives="x.estimator is None", why="`base_estimator` is called `estimator`.",
    ),
    Change(
        _SK, "1.8", ("sklearn.ensemble.AdaBoostClassifier",), without("algorithm", only=lambda node: isinstance(node, ast.Constant)),
        before="from sklearn.ensemble import AdaBoostClassifier\nx = AdaBoostClassifier(algorithm='SAMME')",
        after="from sklearn.ensemble import AdaBoostClassifier\nx = AdaBoostClassifier()",
        gives="x.n_estimators == 50", why="There is one algorithm left, SAMME, so that nothing is chosen.",
    ),
    Change(
        _SK, "1.2", ("sklearn.linear_model.LinearRegression",), without("normalize"),
        before=f"from sklearn.linear_model import LinearRegression\n{_XY}x = LinearRegression(normalize=True).fit(X, y)",
        after=f"from sklearn.linear_model import LinearRegression\n{_XY}x = LinearRegression().fit(X, y)",
        gives="x.score(X, y) > 0.9", why="`normalize` is gone; least squares predicts the same with it as without.",
    ),
    *(
        Change(
            _SK, "1.2", (f"sklearn.linear_model.{model}",), scaled(one_penalty(power)),
            before=f"from sklearn.linear_model import {model}\n{_XY}x = {model}(alpha=0.01, normalize=True)\nx.fit(X, y)",
            after=f"from sklearn.linear_model import {model}\n{_XY}from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
            f"x = make_pipeline(StandardScaler(), {model}(alpha=0.01 * len(X){power}))\nx.fit(X, y)",
            gives="x.score(X, y) > 0.9",
            why="`normalize` is gone, which divided columns by their norm; of scaled columns, the same penalty is "
            f"`alpha * {said}`, with n rows, and the old coefficients are the new ones divided by the scaler's `scale_`.",
        )
        for model, power, said in (("Ridge", "", "n"), ("Lasso", " ** 0.5", "sqrt(n)"))
    ),
    *(
        Change(
            _SK, "1.2", (f"sklearn.linear_model.{model}",), scaled(penalty, by=by),
            before=f"from sklearn.linear_model import {model}\n{_XY}m = {model}({old}normalize=True)\nm.fit(X, y)\nx = m.{asked}",
            after=f"from sklearn.linear_model import {model}\n{_XY}from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
            f"m = make_pipeline(StandardScaler(), {model}({new}))\nm.fit(X, y)\nx = {told}",
            gives="m.score(X, y) > 0.9", why="`normalize` is gone, which divided columns by their norm; of scaled columns, the penalties are others: with n rows, those on squares are "
            "multiplied by n, those on absolute values by its root.",
        )
        for model, penalty, by, old, new, asked, told in (
            ("ElasticNet", two_penalties, "", "alpha=0.001, ", "alpha=0.001 * (0.5 * len(X) ** 0.5 + 0.5 * len(X)), l1_ratio=0.5 / (0.5 + 0.5 * len(X) ** 0.5)",
             "coef_", "(m[-1].coef_ / m[0].scale_)"),
            ("RidgeCV", many_penalties, "{n}", "alphas=[0.01, 0.1], ", "alphas=[alpha * len(X) for alpha in [0.01, 0.1]]", "alpha_", "(m[-1].alpha_ / len(X))"),
        )
    ),
    *(
        Change(
            _SK, gone, models, _normalized,
            before=f"from {models[0].rpartition('.')[0]} import {models[0].rpartition('.')[2]}\nx = {models[0].rpartition('.')[2]}(normalize=False)",
            after=f"from {models[0].rpartition('.')[0]} import {models[0].rpartition('.')[2]}\nx = {models[0].rpartition('.')[2]}()",
            gives="x.fit_intercept",
            why="`normalize` is gone, which divided columns by their norm; a pipeline with a `StandardScaler` is the same but for the scale of "
            "penalties: with n rows, those on squares are multiplied by n, those on absolute values by its root.",
        )
        for gone, models in _NORMALIZED.items()
    ),
    Change(
        _SK, "1.4", ("sklearn.linear_model.LogisticRegression",), value(0, "penalty", {"none": "None"}),
        before=f"from sklearn.linear_model import LogisticRegression\n{_XY}x = LogisticRegression(penalty='none').fit(X, y)",
        after=f"from sklearn.linear_model import LogisticRegression\n{_XY}x = LogisticRegression(penalty=None).fit(X, y)",
        gives="x.penalty is None", why="No penalty is `None`, not a text.",
    ),
    Change(
        _SK, "0.22", ("sklearn.linear_model.LogisticRegression",), _solver,
        before=f"from sklearn.linear_model import LogisticRegression\n{_XY}x = LogisticRegression(penalty='l1').fit(X, y)",
        after=f"from sklearn.linear_model import LogisticRegression\n{_XY}x = LogisticRegression(penalty='l1', solver=\"liblinear\").fit(X, y)",
        gives="x.solver == 'liblinear'", why="The default solver is another one, which has no such penalty; `liblinear` was the default.",
    ),
    Change(
        _SK, "1.8", ("sklearn.linear_model.LogisticRegression", "sklearn.linear_model.LogisticRegressionCV"),
        without("multi_class", only=_none_or_default("auto", "multinomial")),
        before="from sklearn.linear_model import LogisticRegression\nx = LogisticRegression(multi_class='auto')",
        after="from sklearn.linear_model import LogisticRegression\nx = LogisticRegression()", gives="x.C == 1.0",
        why="`multi_class` is gone: several classes are learned together; `OneVsRestClassifier` learns them one by one.",
    ),
    Change(
        _SK, "1.3", ("sklearn.linear_model.SGDClassifier",), value(0, "loss", {"log": '"log_loss"', "squared_loss": '"squared_error"'}),
        before=f"from sklearn.linear_model import SGDClassifier\n{_XY}x = SGDClassifier(loss='log').fit(X, y)",
        after=f"from sklearn.linear_model import SGDClassifier\n{_XY}x = SGDClassifier(loss='log_loss').fit(X, y)", gives="x.loss == 'log_loss'",
        why="The loss `log` is called `log_loss`.",
    ),
    Change(
        _SK, "1.2", ("sklearn.linear_model.SGDRegressor",), value(0, "loss", {"squared_loss": '"squared_error"'}),
        before=f"from sklearn.linear_model import SGDRegressor\n{_XY}x = SGDRegressor(loss='squared_loss').fit(X, y)",
        after=f"from sklearn.linear_model import SGDRegressor\n{_XY}x = SGDRegressor(loss='squared_error').fit(X, y)", gives="x.loss == 'squared_error'",
        why="The loss `squared_loss` is called `squared_error`.",
    ),
    Change(
        _SK, "0.21", tuple(f"sklearn.linear_model.{name}" for name in ("SGDClassifier", "SGDRegressor", "Perceptron", "PassiveAggressiveClassifier")),
        both(keyword("n_iter", "max_iter"), given("n_iter", _no_tolerance)),
        before=f"from sklearn.linear_model import Perceptron\n{_XY}x = Perceptron(n_iter=5).fit(X, y)",
        after=f"from sklearn.linear_model import Perceptron\n{_XY}x = Perceptron(max_iter=5, tol=None).fit(X, y)", gives="x.n_iter_ == 5",
        why="`n_iter` is `max_iter`, without a tolerance that ends it early.",
    ),
    Change(
        _SK, "1.0", ("sklearn.cluster.KMeans",), without("n_jobs", "precompute_distances"),
        before="from sklearn.cluster import KMeans\nx = KMeans(2, n_jobs=-1)", after="from sklearn.cluster import KMeans\nx = KMeans(2)",
        gives="x.n_clusters == 2", why="`n_jobs` and `precompute_distances` are gone; they changed how fast it was, and not the result.",
    ),
    Change(
        _SK, "1.3", ("sklearn.cluster.KMeans",), value(None, "algorithm", {"auto": '"lloyd"', "full": '"lloyd"'}),
        before=f"from sklearn.cluster import KMeans\n{_XY}x = KMeans(2, algorithm='auto').fit(X)", after=f"from sklearn.cluster import KMeans\n{_XY}x = KMeans(2, algorithm='lloyd').fit(X)",
        gives="x.algorithm == 'lloyd'", why="`auto` and `full` are gone; the algorithm is `lloyd`.",
    ),
    Change(
        _SK, "1.4", ("sklearn.cluster.AgglomerativeClustering",), keyword("affinity", "metric"),
        before="from sklearn.cluster import AgglomerativeClustering\nx = AgglomerativeClustering(affinity='euclidean')",
        after="from sklearn.cluster import AgglomerativeClustering\nx = AgglomerativeClustering(metric='euclidean')",
        gives="x.metric == 'euclidean'", why="`affinity` is called `metric`.",
    ),
    Change(
        _SK, "1.7", ("sklearn.manifold.TSNE",), keyword("n_iter", "max_iter"), before="from sklearn.manifold import TSNE\nx = TSNE(n_iter=250)",
        after="from sklearn.manifold import TSNE\nx = TSNE(max_iter=250)", gives="x.max_iter == 250", why="`n_iter` is called `max_iter`.",
    ),
    Change(
        _SK, "1.0", ("sklearn.svm.SVC", "sklearn.svm.SVR"), _kernel, before="from sklearn.svm import SVC\nx = SVC('linear')",
        after="from sklearn.svm import SVC\nx = SVC(kernel='linear')", gives="x.kernel == 'linear'", why="Arguments have to be named.",
    ),
    Change(
        _SK, "1.0", ("sklearn.ensemble.VotingClassifier",), named("estimators", "voting", keep=1),
        before="from sklearn.ensemble import VotingClassifier\nx = VotingClassifier([], 'soft')", after="from sklearn.ensemble import VotingClassifier\nx = VotingClassifier([], voting='soft')",
        gives="x.voting == 'soft'", why="Everything but the models has to be named.",
    ),
    Change(
        _SK, "1.0", ("sklearn.feature_selection.RFE",), both(named("estimator", "n_features_to_select", "step", keep=1)),
        before="from sklearn.feature_selection import RFE\nx = RFE(None, 2)", after="from sklearn.feature_selection import RFE\nx = RFE(None, n_features_to_select=2)",
        gives="x.n_features_to_select == 2", why="Everything but the model has to be named.",
    ),
    Change(
        _SK, "0.21", ("sklearn.decomposition.LatentDirichletAllocation",), keyword("n_topics", "n_components"),
        before="from sklearn.decomposition import LatentDirichletAllocation\nx = LatentDirichletAllocation(n_topics=3)",
        after="from sklearn.decomposition import LatentDirichletAllocation\nx = LatentDirichletAllocation(n_components=3)",
        gives="x.n_components == 3", why="`n_topics` is called `n_components`.",
    ),
    Change(
        _SK, "0.24", ("sklearn.ensemble.IsolationForest",), without("behaviour"), before="from sklearn.ensemble import IsolationForest\nx = IsolationForest(behaviour='new')",
        after="from sklearn.ensemble import IsolationForest\nx = IsolationForest()", gives="x.n_estimators == 100", why="`behaviour` is gone; it is the new one in any case.",
    ),
    Change(
        _SK, "0.22", (".threshold_",), None, before="from sklearn.ensemble import IsolationForest\nx = IsolationForest().fit([[1.0], [2.0]]).threshold_",
        on=("@sklearn.ensemble.IsolationForest()",), why="`threshold_` is gone; `predict` compares with it, and `decision_function` is 0 there.",
    ),
    Change(
        _SK, "1.2", (".sigma_",), attribute("var_"), before=f"from sklearn.naive_bayes import GaussianNB\n{_XY}x = GaussianNB().fit(X, y).sigma_",
        after=f"from sklearn.naive_bayes import GaussianNB\n{_XY}x = GaussianNB().fit(X, y).var_", gives="x.shape == (2, 2)",
        on=("@sklearn.naive_bayes.GaussianNB()",), why="`sigma_` is called `var_`.",
    ),
    Change(
        _SK, "1.2", (".n_features_",), attribute("n_features_in_"), before=f"from sklearn.ensemble import RandomForestClassifier\n{_XY}x = RandomForestClassifier(2).fit(X, y).n_features_",
        after=f"from sklearn.ensemble import RandomForestClassifier\n{_XY}x = RandomForestClassifier(2).fit(X, y).n_features_in_", gives="x == 2",
        on=("@sklearn.ensemble*", "@sklearn.tree*"), why="`n_features_` is called `n_features_in_`.",
    ),
    Change(
        _SK, "0.19", (".predict", ".predict_proba", ".decision_function"), _one_row,
        before="from sklearn.linear_model import LinearRegression\nx = LinearRegression().fit([[1, 2], [3, 5], [0, 1]], [1, 2, 3]).predict([3, 5])",
        after="from sklearn.linear_model import LinearRegression\nx = LinearRegression().fit([[1, 2], [3, 5], [0, 1]], [1, 2, 3]).predict([[3, 5]])",
        gives="x.shape == (1,)", on=("@sklearn*",), why="A number, or a list of them, is no row any more: tables have two dimensions.",
    ),
    Change(
        _SK, "0.19", (".predict",), _one_row, before="from sklearn.linear_model import LinearRegression\nx = LinearRegression().fit([[1], [3]], [1, 3]).predict(50)",
        after="from sklearn.linear_model import LinearRegression\nx = LinearRegression().fit([[1], [3]], [1, 3]).predict([[50]])",
        gives="x.round().tolist() == [50]", on=("@sklearn*",), why="A number, or a list of them, is no row any more: tables have two dimensions.",
    ),
    Change(
        _SK, "0.19", (".predict", ".predict_proba", ".decision_function"), _one_row_seen,
        before="from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit([[1, 2], [3, 5], [0, 1]], [1, 2, 3])\nrow = [3, 5]\nx = m.predict(row)",
        after="from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit([[1, 2], [3, 5], [0, 1]], [1, 2, 3])\nrow = [3, 5]\nx = m.predict([row])",
        gives="x.shape == (1,)", on=("@sklearn*",), error="Expected 2D array, got 1D", why="A list of numbers is no row any more: tables have two dimensions.",
    ),
    Change(
        _SK, "0.19", (".fit", ".fit_transform", ".transform", ".inverse_transform"), _scaled_column,
        before="import numpy as np\nfrom sklearn.preprocessing import StandardScaler\nc = np.array([1.0, 3.0])\nx = StandardScaler().fit_transform(c)",
        after="import numpy as np\nfrom sklearn.preprocessing import StandardScaler\nc = np.array([1.0, 3.0])\nx = StandardScaler().fit_transform(np.asarray(c).reshape(-1, 1)).ravel()",
        gives="x.tolist() == [-1, 1]", on=tuple(f"@sklearn.preprocessing.{name}()" for name in ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler")),
        error="Expected 2D array, got 1D", why="A column by itself is no table any more, which has two dimensions.",
    ),
)  # fmt: skip
