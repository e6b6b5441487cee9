"""scikit-learn: arguments that have to be named. Their order is that of the versions in which they could be given without."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import Change
from jupyter_mlops.lifts.clean_notebook.rewrites import named

_Y = "[0, 1, 1, 0], [0, 1, 1, 1]"


def _named(
    where: str, names: str, keep: int, old: str, new: str, gives: str, *, more: str = "", start: str = ""
) -> Change:
    """Arguments that have to be named, after the first `keep`; `more` has others of the same module with the same arguments."""
    module, _, name = where.rpartition(".")
    start += f"from sklearn.{module} import {name}\n"
    return Change(
        "scikit-learn", "1.0", tuple(f"sklearn.{module}.{each}" for each in (name, *more.split())), named(*names.split(), keep=keep),
        before=f"{start}x = {name}({old})", after=f"{start}x = {name}({new})", gives=gives,
        why="Everything but the first arguments has to be named." if keep else "Arguments have to be named.",
    )  # fmt: skip


CHANGES = (
    _named("model_selection.GridSearchCV", "estimator param_grid scoring", 2, "None, {}, 'f1'", "None, {}, scoring='f1'", "x.scoring == 'f1'"),
    _named("model_selection.RandomizedSearchCV", "estimator param_distributions n_iter scoring", 2, "None, {}, 5", "None, {}, n_iter=5", "x.n_iter == 5"),
    _named("model_selection.validation_curve", "estimator X y param_name param_range", 3, "DummyClassifier(), [[0]] * 9, [0] * 9, 'constant', [0]",
           "DummyClassifier(), [[0]] * 9, [0] * 9, param_name='constant', param_range=[0]", "len(x) == 2", start="from sklearn.dummy import DummyClassifier\n"),
    _named("tree.DecisionTreeClassifier", "criterion splitter max_depth", 0, "'entropy'", "criterion='entropy'", "x.criterion == 'entropy'", more="DecisionTreeRegressor"),
    _named("ensemble.RandomForestClassifier", "n_estimators criterion max_depth", 1, "9, 'gini'", "9, criterion='gini'", "x.n_estimators == 9",
           more="RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor"),
    _named("ensemble.AdaBoostClassifier", "estimator n_estimators learning_rate", 1, "None, 9", "None, n_estimators=9", "x.n_estimators == 9"),
    _named("neighbors.KNeighborsClassifier", "n_neighbors weights algorithm leaf_size p metric", 1, "3, 'distance'", "3, weights='distance'", "x.weights == 'distance'",
           more="KNeighborsRegressor"),
    _named("cluster.KMeans", "n_clusters init n_init max_iter tol", 1, "2, 'random'", "2, init='random'", "x.init == 'random'"),
    _named("mixture.GaussianMixture", "n_components covariance_type", 1, "2, 'full'", "2, covariance_type='full'", "x.n_components == 2"),
    _named("linear_model.LogisticRegression", "penalty dual tol C", 1, "'l2', False", "'l2', dual=False", "x.dual is False"),
    _named("feature_selection.SelectKBest", "score_func k", 1, "None, 3", "None, k=3", "x.k == 3"),
    _named("metrics.classification_report", "y_true y_pred labels target_names", 2, f"{_Y}, [0, 1]", f"{_Y}, labels=[0, 1]", "'recall' in x"),
    _named("metrics.f1_score", "y_true y_pred labels pos_label average", 2, f"{_Y}, None, 1", f"{_Y}, labels=None, pos_label=1", "x == 0.8",
           more="precision_score recall_score"),
    _named("metrics.fbeta_score", "y_true y_pred beta labels pos_label average", 2, f"{_Y}, 1", f"{_Y}, beta=1", "x == 0.8"),
    _named("metrics.accuracy_score", "y_true y_pred normalize", 2, f"{_Y}, False", f"{_Y}, normalize=False", "x == 3"),
    _named("metrics.roc_auc_score", "y_true y_score average", 2, f"{_Y}, 'macro'", f"{_Y}, average='macro'", "x == 0.75"),
    _named("metrics.roc_curve", "y_true y_score pos_label", 2, f"{_Y}, 1", f"{_Y}, pos_label=1", "len(x) == 3", more="precision_recall_curve"),
    _named("metrics.silhouette_score", "X labels metric", 2, "[[0], [1], [9]], [0, 0, 1], 'euclidean'", "[[0], [1], [9]], [0, 0, 1], metric='euclidean'", "x > 0"),
)  # fmt: skip
