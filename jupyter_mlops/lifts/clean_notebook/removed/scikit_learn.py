"""scikit-learn: what has moved, and all but its models, which are in `scikit_learn_models`."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Rewrite, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.encoded import some_columns
from jupyter_mlops.lifts.clean_notebook.rewrites import attribute, both, given, keyword, named, value, without

_SK = "scikit-learn"
_XY = "X, y = [[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1]] * 3, [0, 1, 0, 1] * 3\n"
#: Modules that never were meant to be imported, and whose names have an underscore now.
_PRIVATE = {
    "ensemble.forest": "ensemble", "ensemble.gradient_boosting": "ensemble", "ensemble.weight_boosting": "ensemble",
    "ensemble.bagging": "ensemble", "ensemble.voting_classifier": "ensemble", "linear_model.logistic": "linear_model",
    "linear_model.base": "linear_model", "linear_model.ridge": "linear_model", "linear_model.coordinate_descent": "linear_model",
    "linear_model.stochastic_gradient": "linear_model", "svm.classes": "svm", "tree.tree": "tree",
    "metrics.classification": "metrics", "metrics.regression": "metrics", "metrics.ranking": "metrics", "metrics.scorer": "metrics",
    "neighbors.classification": "neighbors", "neighbors.regression": "neighbors", "neighbors.kde": "neighbors",
    "cluster.k_means_": "cluster", "cluster.hierarchical": "cluster", "cluster.dbscan_": "cluster", "decomposition.pca": "decomposition",
    "manifold.t_sne": "manifold", "preprocessing.data": "preprocessing", "preprocessing.label": "preprocessing",
    "preprocessing.imputation": "preprocessing", "feature_selection.univariate_selection": "feature_selection",
    "feature_selection.from_model": "feature_selection", "feature_selection.rfe": "feature_selection",
    "datasets.samples_generator": "datasets", "datasets.base": "datasets", "mixture.gaussian_mixture": "mixture",
    "naive_bayes.gaussian": "naive_bayes", "neural_network.multilayer_perceptron": "neural_network",
    "model_selection.split": "model_selection", "utils.fixes": "utils.fixes",
}  # fmt: skip


def _imputed(site: Site) -> list[Edit] | None:
    """`Imputer` filled columns by default; `axis=1`, which filled rows, has nothing that stands for it."""
    axis = site.argument(3, "axis")
    if axis is not None and not (isinstance(axis, ast.Constant) and axis.value == 0):
        return None
    if site.call is not None and len(site.call.args) > 3:
        return None
    edits = (
        (named("missing_values", "strategy", "axis")(site) or []) if site.call is not None and site.call.args else []
    )
    edits += without("axis", "verbose")(site) or []
    missing = site.argument(0, "missing_values")
    if isinstance(missing, ast.Constant) and missing.value == "NaN":
        return [*site.replaced(missing, site.ref("numpy.nan")), *edits]
    return edits


def _root(site: Site) -> list[Edit] | None:
    squared = site.argument(None, "squared")
    if squared is None:
        return []
    if not isinstance(squared, ast.Constant):
        return None
    if squared.value:
        return without("squared")(site)
    return [
        *site.replaced(site.node, site.ref("sklearn.metrics.root_mean_squared_error")),
        *(without("squared")(site) or []),
    ]


def _shown(display: str, how: str) -> Rewrite:
    """A function that drew a model's result, as the class that does so now."""

    def rewrite(site: Site) -> list[Edit] | None:
        return site.replaced(site.node, f"{site.ref(f'sklearn.{display}')}.{how}")

    return rewrite


#: Of the old module: class → names of its arguments by position, with `n_splits` for the number of folds.
_SPLITS = {
    "KFold": ("rows", "n_splits", "shuffle", "random_state"),
    "StratifiedKFold": ("labels", "n_splits", "shuffle", "random_state"),
    "ShuffleSplit": ("rows", "n_splits", "test_size", "train_size"),
    "StratifiedShuffleSplit": ("labels", "n_splits", "test_size", "train_size"),
    "LeaveOneOut": ("rows",),
}


def _folds(site: Site) -> list[Edit] | None:
    """Folds of the old module were lists of rows, and so are these: `list(KFold(n_splits=5).split(range(rows)))`."""
    call = site.call
    if call is None or site.spread:
        return None if isinstance(site.parent, ast.Attribute) else []
    if any(each.arg == "n_splits" for each in call.keywords):
        return []
    names = _SPLITS[site.kinds.name(site.node).rpartition(".")[2]]
    old = {"n": "rows", "y": "labels", "n_folds": "n_splits", "n_iter": "n_splits"}
    values = dict(zip(names, (site.text(each) for each in call.args), strict=False))
    values |= {old.get(each.arg or "", each.arg or ""): site.text(each.value) for each in call.keywords}
    if len(call.args) > len(names) or names[0] not in values or "indices" in values:
        return None
    over = values.pop(names[0])
    split = f"range({over})" if names[0] == "rows" else f"{over}, {over}"
    if "KFold" in site.text(site.node) and "n_splits" not in values:
        values = {"n_splits": "3", **values}
    rest = ", ".join(f"{name}={value}" for name, value in values.items())
    return site.replaced(call, f"list({site.text(site.node)}({rest}).split({split}))")


def _seed_without_shuffle(site: Site) -> list[Edit] | None:
    """A seed that nothing used is an error now; left out, the folds are the same."""
    seed, shuffle = site.argument(None, "random_state"), site.argument(1, "shuffle")
    unused = shuffle is None or (isinstance(shuffle, ast.Constant) and shuffle.value is False)
    none = isinstance(seed, ast.Constant) and seed.value is None
    return without("random_state")(site) if seed is not None and unused and not none and not site.spread else []


def _scored(site: Site) -> list[Edit] | None:
    """The fourth argument was the score, and never the groups that it is today: those are no text."""
    fourth = site.argument(3)
    if not (isinstance(fourth, ast.Constant) and isinstance(fourth.value, str)):
        return []
    return named("estimator", "X", "y", "scoring", keep=3)(site)


CHANGES = (
    moved(
        _SK, "0.20", "sklearn.cross_validation.train_test_split sklearn.cross_validation.cross_val_score sklearn.cross_validation.cross_val_predict",
        "sklearn.model_selection.train_test_split sklearn.model_selection.cross_val_score sklearn.model_selection.cross_val_predict",
        before=f"from sklearn.cross_validation import train_test_split\n{_XY}a, b = train_test_split(X, random_state=0)",
        after=f"from sklearn.model_selection import train_test_split\n{_XY}a, b = train_test_split(X, random_state=0)",
        gives="len(a) == 9", why="`sklearn.cross_validation` is gone; its functions are in `sklearn.model_selection`.",
    ),
    Change(
        _SK, "0.20", tuple(f"sklearn.cross_validation.{name}" for name in _SPLITS), _folds,
        before=f"from sklearn.cross_validation import KFold\n{_XY}x = KFold(len(X), n_folds=4, shuffle=True, random_state=0)",
        after=f"from sklearn.model_selection import KFold\n{_XY}x = list(KFold(n_splits=4, shuffle=True, random_state=0).split(range(len(X))))",
        gives="[len(test) for _, test in x] == [3, 3, 3, 3]",
        why="Folds are made without the number of rows, and `.split` gives their rows.",
    ),
    Change(
        _SK, "0.20", ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold"), given("n_folds", lambda _site: None),
        before="from sklearn.model_selection import KFold\nx = KFold(n_folds=3)",
        why="`n_folds` is called `n_splits`, and folds are made without the number of rows.",
    ),
    moved(
        _SK, "0.20", "sklearn.cross_validation", "sklearn.model_selection",
        before=f"from sklearn import cross_validation\n{_XY}a, b = cross_validation.train_test_split(X, random_state=0)",
        after=f"from sklearn import model_selection\n{_XY}a, b = model_selection.train_test_split(X, random_state=0)",
        gives="len(a) == 9", why="`sklearn.cross_validation` is gone; its functions are in `sklearn.model_selection`.",
    ),
    moved(
        _SK, "0.20", "sklearn.grid_search sklearn.learning_curve", "sklearn.model_selection",
        before="from sklearn.grid_search import GridSearchCV", after="from sklearn.model_selection import GridSearchCV",
        gives="GridSearchCV.__module__.startswith('sklearn.model_selection')",
        why="`sklearn.grid_search` and `sklearn.learning_curve` are gone; what they had is in `sklearn.model_selection`.",
    ),
    moved(
        _SK, "0.23", "sklearn.externals.joblib", "joblib", before="from sklearn.externals import joblib\nx = joblib.hash(1)",
        after="import joblib\nx = joblib.hash(1)", gives="x", why="`sklearn.externals.joblib` is gone; it is the package joblib, which scikit-learn needs itself.",
    ),
    moved(
        _SK, "0.23", "sklearn.externals.six.StringIO", "io.StringIO", before="from sklearn.externals.six import StringIO\nx = StringIO('a').read()",
        after="from io import StringIO\nx = StringIO('a').read()", gives="x == 'a'", why="`sklearn.externals.six` is gone; Python 3 has it in `io`.",
    ),
    moved(
        _SK, "0.22", "sklearn.preprocessing.Imputer", "sklearn.impute.SimpleImputer",
        before="from sklearn.preprocessing import Imputer\nimport numpy as np\nx = Imputer().fit_transform([[1.0], [np.nan]])",
        after="from sklearn.impute import SimpleImputer\nimport numpy as np\nx = SimpleImputer().fit_transform([[1.0], [np.nan]])",
        gives="x.tolist() == [[1], [1]]",
    ),
    Change(
        _SK, "0.22", ("sklearn.impute.SimpleImputer",), _imputed,
        before="import numpy as np\nfrom sklearn.impute import SimpleImputer\nx = SimpleImputer(missing_values='NaN', strategy='mean', axis=0).fit_transform([[1.0], [np.nan]])",
        after="import numpy as np\nfrom sklearn.impute import SimpleImputer\nx = SimpleImputer(missing_values=np.nan, strategy='mean').fit_transform([[1.0], [np.nan]])",
        gives="x.tolist() == [[1], [1]]", why="What is missing is `np.nan`, not a text, and columns are filled in any case.",
    ),
    Change(
        _SK, "1.2", ("sklearn.datasets.load_boston",), None, before="from sklearn.datasets import load_boston", name=True,
        why="The data are gone for what they say of people. OpenML still has them, with other types of columns, as `fetch_openml(name='boston', version=1)`, to be "
        "loaded once and kept as a file of the project; `fetch_california_housing` is another table of the same kind.",
    ),
    Change(
        _SK, "0.22", ("sklearn.datasets.fetch_mldata",), None, before="from sklearn.datasets import fetch_mldata", name=True,
        why="mldata.org has closed; OpenML has most of its data, as `fetch_openml('mnist_784', version=1, as_frame=False)`.",
    ),
    *(
        Change(
            _SK, "1.2", (f"sklearn.metrics.plot_{old}",), _shown(f"metrics.{new}", "from_estimator"),
            before=f"from sklearn.metrics import plot_{old}\nfrom sklearn.linear_model import LogisticRegression\n{_XY}x = plot_{old}(LogisticRegression().fit(X, y), X, y)",
            after=f"from sklearn.linear_model import LogisticRegression\n{_XY}from sklearn.metrics import {new}\nx = {new}.from_estimator(LogisticRegression().fit(X, y), X, y)",
            gives="x.ax_ is not None", why=f"`plot_{old}` is gone; it is `{new}.from_estimator`.", name=True,
        )
        for old, new in (
            ("confusion_matrix", "ConfusionMatrixDisplay"),
            ("roc_curve", "RocCurveDisplay"),
            ("precision_recall_curve", "PrecisionRecallDisplay"),
        )
    ),
    Change(
        _SK, "1.2", ("sklearn.inspection.plot_partial_dependence",), _shown("inspection.PartialDependenceDisplay", "from_estimator"),
        before=f"from sklearn.inspection import plot_partial_dependence\nfrom sklearn.linear_model import LogisticRegression\n{_XY}x = plot_partial_dependence(LogisticRegression().fit(X, y), X, [0])",
        after=f"from sklearn.linear_model import LogisticRegression\n{_XY}from sklearn.inspection import PartialDependenceDisplay\nx = PartialDependenceDisplay.from_estimator(LogisticRegression().fit(X, y), X, [0])",
        gives="x.figure_ is not None", why="`plot_partial_dependence` is gone; it is `PartialDependenceDisplay.from_estimator`.", name=True,
    ),
    Change(
        _SK, "1.2", (".get_feature_names",), attribute("get_feature_names_out"),
        before="from sklearn.feature_extraction.text import CountVectorizer\nx = CountVectorizer().fit(['a bc']).get_feature_names()",
        after="from sklearn.feature_extraction.text import CountVectorizer\nx = CountVectorizer().fit(['a bc']).get_feature_names_out()",
        gives="list(x) == ['bc']", on=("@sklearn*", "?"), why="`.get_feature_names()` is gone; `.get_feature_names_out()` gives the same as an array.",
    ),
    Change(
        _SK, "1.4", ("sklearn.preprocessing.OneHotEncoder",), keyword("sparse", "sparse_output"),
        before="from sklearn.preprocessing import OneHotEncoder\nx = OneHotEncoder(sparse=False).fit_transform([['a'], ['b']])",
        after="from sklearn.preprocessing import OneHotEncoder\nx = OneHotEncoder(sparse_output=False).fit_transform([['a'], ['b']])",
        gives="x.tolist() == [[1, 0], [0, 1]]", why="`sparse` is called `sparse_output`.",
    ),
    Change(
        _SK, "0.22", ("sklearn.preprocessing.OneHotEncoder",), both(some_columns, without("n_values")),
        before="from sklearn.preprocessing import OneHotEncoder\nencoder = OneHotEncoder(categorical_features=[1])\nx = encoder.fit_transform([[7, 1], [8, 0]]).toarray()",
        after="from sklearn.preprocessing import OneHotEncoder\nfrom sklearn.compose import ColumnTransformer\n"
        'encoder = ColumnTransformer([("encoded", OneHotEncoder(), [1])], remainder="passthrough", sparse_threshold=1)\nx = encoder.fit_transform([[7, 1], [8, 0]]).toarray()',
        gives="x.tolist() == [[0, 1, 7], [1, 0, 8]]",
        why="`categorical_features` is gone; a `ColumnTransformer` with the encoder says which columns are encoded, and puts them first as the encoder did.",
    ),
    Change(
        _SK, "1.6", ("sklearn.metrics.mean_squared_error",), _root,
        before="from sklearn.metrics import mean_squared_error\nx = mean_squared_error([1, 2], [3, 4], squared=False)",
        after="from sklearn.metrics import mean_squared_error\nfrom sklearn.metrics import root_mean_squared_error\nx = root_mean_squared_error([1, 2], [3, 4])",
        gives="x == 2", why="`squared=False` is gone; `root_mean_squared_error` gives the root.",
    ),
    Change(
        _SK, "1.2", ("sklearn.metrics.confusion_matrix",), named("y_true", "y_pred", "labels", keep=2),
        before="from sklearn.metrics import confusion_matrix\nx = confusion_matrix([0, 1], [0, 1], [1, 0])",
        after="from sklearn.metrics import confusion_matrix\nx = confusion_matrix([0, 1], [0, 1], labels=[1, 0])",
        gives="x.tolist() == [[1, 0], [0, 1]]", why="Everything but the two lists of labels has to be named.",
    ),
    Change(
        _SK, "1.2", ("sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_val_predict"), _scored,
        before=f"from sklearn.model_selection import cross_val_score\nfrom sklearn.tree import DecisionTreeClassifier\n{_XY}x = cross_val_score(DecisionTreeClassifier(), X, y, 'accuracy', cv=2)",
        after=f"from sklearn.model_selection import cross_val_score\nfrom sklearn.tree import DecisionTreeClassifier\n{_XY}x = cross_val_score(DecisionTreeClassifier(), X, y, scoring='accuracy', cv=2)",
        gives="x.tolist() == [1, 1]", why="Everything but the model and the data has to be named.",
    ),
    Change(
        _SK, "0.20", ("sklearn.model_selection.cross_val_score", "sklearn.model_selection.GridSearchCV", "sklearn.model_selection.RandomizedSearchCV", "sklearn.model_selection.cross_validate"),
        value(None, "scoring", {
            "mean_squared_error": '"neg_mean_squared_error"', "mean_absolute_error": '"neg_mean_absolute_error"', "log_loss": '"neg_log_loss"',
            "median_absolute_error": '"neg_median_absolute_error"',
        }),
        before=f"from sklearn.model_selection import cross_val_score\nfrom sklearn.tree import DecisionTreeRegressor\n{_XY}x = cross_val_score(DecisionTreeRegressor(), X, y, scoring='mean_squared_error', cv=2)",
        after=f"from sklearn.model_selection import cross_val_score\nfrom sklearn.tree import DecisionTreeRegressor\n{_XY}x = cross_val_score(DecisionTreeRegressor(), X, y, scoring='neg_mean_squared_error', cv=2)",
        gives="x.tolist() == [0, 0]", why="Scores that are losses say so, as they have always been negative: `neg_mean_squared_error`.",
    ),
    Change(
        _SK, "0.24", ("sklearn.model_selection.GridSearchCV", "sklearn.model_selection.RandomizedSearchCV"), without("iid"),
        before="from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\nx = GridSearchCV(SVC(), {'C': [1]}, iid=False)",
        after="from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\nx = GridSearchCV(SVC(), {'C': [1]})",
        gives="x.cv is None", why="`iid` is gone; the score is the mean of those of the folds.",
    ),
    Change(
        _SK, "1.0", ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold"), named("n_splits", "shuffle", "random_state", keep=1),
        before="from sklearn.model_selection import KFold\nx = KFold(3, True, 0)", after="from sklearn.model_selection import KFold\nx = KFold(3, shuffle=True, random_state=0)",
        gives="x.shuffle", why="Everything but the number of folds has to be named.",
    ),
    Change(
        _SK, "0.24", ("sklearn.model_selection.KFold", "sklearn.model_selection.StratifiedKFold"), _seed_without_shuffle,
        before="from sklearn.model_selection import KFold\nx = KFold(n_splits=3, random_state=7)", after="from sklearn.model_selection import KFold\nx = KFold(n_splits=3)",
        gives="x.n_splits == 3", why="A seed without `shuffle=True` changed nothing, and is an error now.",
    ),
    moved(
        _SK, "0.23", "sklearn.metrics.calinski_harabaz_score", "sklearn.metrics.calinski_harabasz_score",
        before="from sklearn.metrics import calinski_harabaz_score\nx = calinski_harabaz_score", after="from sklearn.metrics import calinski_harabasz_score\nx = calinski_harabasz_score",
        gives="callable(x)", why="The name is spelled `calinski_harabasz_score`.",
    ),
    Change(
        _SK, "0.23", ("sklearn.metrics.jaccard_similarity_score",), None, before="from sklearn.metrics import jaccard_similarity_score", name=True,
        why="It gave the accuracy for most inputs; `accuracy_score` does that, and `jaccard_score` what the name says.",
    ),
    moved(
        _SK, "0.19", "sklearn.lda.LDA sklearn.qda.QDA", "sklearn.discriminant_analysis.LinearDiscriminantAnalysis sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
        before="from sklearn.lda import LDA\nx = LDA()", after="from sklearn.discriminant_analysis import LinearDiscriminantAnalysis\nx = LinearDiscriminantAnalysis()",
        gives="x.solver == 'svd'",
    ),
    moved(
        _SK, "0.20", "sklearn.decomposition.RandomizedPCA", "sklearn.decomposition.PCA", before="from sklearn.decomposition import RandomizedPCA\nx = RandomizedPCA(2)",
        after="from sklearn.decomposition import PCA\nx = PCA(2)", gives="x.n_components == 2", why="`RandomizedPCA` is gone; `PCA` chooses that way of computing by itself.",
    ),
    moved(
        _SK, "0.20", "sklearn.mixture.GMM", "sklearn.mixture.GaussianMixture", before="from sklearn.mixture import GMM\nx = GMM(2)",
        after="from sklearn.mixture import GaussianMixture\nx = GaussianMixture(2)", gives="x.n_components == 2",
    ),
    moved(
        _SK, "0.22", "sklearn.covariance.GraphLasso sklearn.covariance.GraphLassoCV", "sklearn.covariance.GraphicalLasso sklearn.covariance.GraphicalLassoCV",
        before="from sklearn.covariance import GraphLasso\nx = GraphLasso()", after="from sklearn.covariance import GraphicalLasso\nx = GraphicalLasso()", gives="x.alpha == 0.01",
    ),
    moved(
        _SK, "1.3", "sklearn.neighbors.DistanceMetric", "sklearn.metrics.DistanceMetric", before="from sklearn.neighbors import DistanceMetric\nx = DistanceMetric",
        after="from sklearn.metrics import DistanceMetric\nx = DistanceMetric", gives="x",
    ),
    moved(
        _SK, "0.24", "sklearn.ensemble.partial_dependence", "sklearn.inspection", before="from sklearn.ensemble.partial_dependence import partial_dependence\nx = partial_dependence",
        after="from sklearn.inspection import partial_dependence\nx = partial_dependence", gives="callable(x)",
    ),
    moved(
        _SK, "0.24", "sklearn.utils.testing.ignore_warnings", "sklearn.utils._testing.ignore_warnings", before="from sklearn.utils.testing import ignore_warnings\nx = ignore_warnings",
        after="from sklearn.utils._testing import ignore_warnings\nx = ignore_warnings", gives="callable(x)",
    ),
    moved(
        _SK, "0.24", " ".join(f"sklearn.{old}" for old in _PRIVATE), " ".join(f"sklearn.{new}" for new in _PRIVATE.values()),
        before="from sklearn.ensemble.forest import RandomForestClassifier\nx = RandomForestClassifier(7)",
        after="from sklearn.ensemble import RandomForestClassifier\nx = RandomForestClassifier(7)", gives="x.n_estimators == 7",
        why="The module was private, and has another name; what it has is in the package above it.",
    ),
)  # fmt: skip
