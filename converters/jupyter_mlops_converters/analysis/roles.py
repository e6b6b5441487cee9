"""What part of a data scientist's work a cell does, and what headings stand above it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis, dotted

#: Roles in the order of the work; also the names of stages.
ROLES = ("setup", "load", "clean", "explore", "features", "split", "train", "evaluate", "report")

#: Attribute or function name → (role, weight).
_CALLS = {
    **dict.fromkeys(
        ("read_csv", "read_excel", "read_json", "read_parquet", "read_sql", "read_table", "read_html", "read_pickle",
         "read_feather", "read_hdf", "read_stata", "read_sas", "loadtxt", "genfromtxt", "load_dataset",
         "load_iris", "load_wine", "load_diabetes", "load_breast_cancer", "load_digits", "load_boston", "load_files",
         "make_classification", "make_blobs", "make_regression", "make_moons", "make_circles", "fetch_california_housing",
         "fetch_openml", "imread", "connect", "create_engine"),
        ("load", 4),
    ),
    **dict.fromkeys(
        ("dropna", "fillna", "drop_duplicates", "isnull", "isna", "interpolate", "to_datetime", "to_numeric", "strip",
         "duplicated", "rename", "ffill", "bfill"),
        ("clean", 2),
    ),
    **dict.fromkeys(("astype", "replace", "drop", "set_index", "reset_index", "where", "clip"), ("clean", 1)),
    **dict.fromkeys(
        ("head", "tail", "describe", "info", "value_counts", "corr", "nunique", "unique", "hist", "plot", "boxplot",
         "heatmap", "pairplot", "countplot", "distplot", "histplot", "scatterplot", "scatter", "barplot", "bar", "violinplot",
         "kdeplot", "displot", "catplot", "lmplot", "jointplot", "regplot", "show", "figure", "subplots", "crosstab", "sample",
         "pie", "lineplot", "FacetGrid", "scatter_matrix", "imshow", "boxenplot", "stripplot", "swarmplot"),
        ("explore", 1),
    ),
    **dict.fromkeys(
        ("get_dummies", "cut", "qcut", "OneHotEncoder", "LabelEncoder", "OrdinalEncoder", "StandardScaler", "MinMaxScaler",
         "RobustScaler", "PolynomialFeatures", "PCA", "ColumnTransformer", "CountVectorizer", "TfidfVectorizer", "fit_transform",
         "SimpleImputer", "merge", "pivot_table", "apply", "map", "factorize", "SelectKBest", "LabelBinarizer"),
        ("features", 2),
    ),
    **dict.fromkeys(("train_test_split", "StratifiedShuffleSplit", "TimeSeriesSplit"), ("split", 5)),
    **dict.fromkeys(
        ("fit", "GridSearchCV", "RandomizedSearchCV", "cross_val_score", "train", "fit_resample", "partial_fit", "cross_validate"),
        ("train", 3),
    ),
    **dict.fromkeys(
        ("predict", "predict_proba", "score", "accuracy_score", "confusion_matrix", "classification_report", "roc_auc_score",
         "roc_curve", "mean_squared_error", "mean_absolute_error", "r2_score", "f1_score", "precision_score", "recall_score",
         "ConfusionMatrixDisplay", "plot_confusion_matrix", "auc", "log_loss", "silhouette_score", "permutation_importance",
         "root_mean_squared_error", "plot_roc_curve", "RocCurveDisplay", "learning_curve"),
        ("evaluate", 2),
    ),
    **dict.fromkeys(("to_csv", "to_excel", "to_json", "to_parquet", "savefig", "dump", "to_pickle", "save"), ("report", 2)),
}  # fmt: skip

_HEADING_WORDS = {
    "load": r"\b(load|import(ing)? (the )?data|read(ing)?|dataset|get(ting)? the data|data collection|acqui)",
    "clean": r"\b(clean|missing|null|preprocess|pre-process|outlier|wrangl|tidy|duplicate)",
    "explore": r"\b(explor|eda|visuali[sz]|plot|distribution|correlation|univariate|bivariate|summary statistics|descriptive)",
    "features": r"\b(feature|encod|scal|transform|engineer|normali[sz]|dummies|pca)",
    "split": r"\b(train.?test|split)",
    "train": r"\b(train|model|fit|regress|classif|cluster|forest|tree|svm|knn|xgboost|boost|grid.?search|hyper|k-?means)",
    "evaluate": r"\b(evaluat|metric|accuracy|performance|confusion|roc|result|score|test set|predict|residual|diagnos)",
    "report": r"\b(report|conclu|save|export|submission|deploy)",
}


@dataclass(frozen=True)
class Heading:
    """A Markdown heading.

    Attributes:
        level: 1 to 6.
        text: without markup.
        cell: index of the Markdown cell.
    """

    level: int
    text: str
    cell: int


@dataclass(frozen=True)
class CellRole:
    """What a code cell seems to do.

    Attributes:
        role: one of `ROLES`, or "" when nothing tells.
        weight: how sure that is; 0 when nothing tells.
        headings: those between the code cell before it and itself.
    """

    role: str
    weight: float
    headings: tuple[Heading, ...] = ()


def roles(analysis: Analysis) -> dict[int, CellRole]:
    """The role of every code cell.

    Args:
        analysis: the notebook.

    Returns:
        Cell index → role.
    """
    headings: dict[int, list[Heading]] = {cell.index: [] for cell in analysis.cells}
    waiting: list[Heading] = []
    for cell in analysis.notebook.cells:
        if cell.kind == "markdown":
            waiting += headings_in(cell.source, cell.index)
        elif cell.index in headings:
            headings[cell.index] = waiting
            waiting = []
    return {cell.index: _role(cell, analysis, tuple(headings[cell.index])) for cell in analysis.cells}


def headings_in(markdown: str, cell: int) -> list[Heading]:
    """Headings of a Markdown cell: `#` lines, underlined ones and HTML `<h1>`…`<h6>`."""
    found = []
    fenced = False
    lines = markdown.splitlines()
    for position, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        match = re.match(r"\s{0,3}(#{1,6})\s*(.+?)\s*#*\s*$", line)
        html = re.search(r"<h([1-6])[^>]*>(.*?)</h\1>", line, re.IGNORECASE)
        underline = lines[position + 1].strip() if position + 1 < len(lines) else ""
        if match:
            found.append(Heading(len(match.group(1)), _plain(match.group(2)), cell))
        elif html:
            found.append(Heading(int(html.group(1)), _plain(html.group(2)), cell))
        elif line.strip() and re.fullmatch(r"={3,}|-{3,}", underline) and not line.lstrip().startswith(("-", "|", "*")):
            found.append(Heading(1 if underline[0] == "=" else 2, _plain(line), cell))
    if not found and len(lines) == 1 and re.fullmatch(r"\s*\*\*[^*]{3,60}\*\*:?\s*", markdown):
        found.append(Heading(4, _plain(markdown), cell))
    return [heading for heading in found if heading.text]


def _plain(text: str) -> str:
    text = re.sub(r"<[^>]+>", "", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*_`#$]+", "", text).strip(" :.-\t")


def heading_role(text: str) -> str:
    """The role that a heading speaks of, or ""."""
    lowered = text.lower()
    for role, pattern in _HEADING_WORDS.items():
        if re.search(pattern, lowered):
            return role
    return ""


def _role(cell: AnalysedCell, analysis: Analysis, headings: tuple[Heading, ...]) -> CellRole:
    if all(s.kind in {"import", "configuration", "definition"} for s in cell.statements):
        return CellRole("setup", 5, headings)
    scores: dict[str, float] = {}
    for node in ast.walk(cell.code.tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _CALLS:
            role, weight = _CALLS[name]
            scores[role] = scores.get(role, 0) + weight
        origin = dotted(node.func, analysis.modules) or ""
        is_class = name[:1].isupper() and origin.startswith(
            ("sklearn.", "xgboost.", "lightgbm.", "statsmodels.", "catboost.")
        )
        if is_class and not any(
            part in origin for part in ("preprocessing", "impute", "decomposition", "compose", "feature_", "metrics")
        ):
            scores["train"] = scores.get("train", 0) + 2
    # `plt.scatter(…)` beside `fit` is a picture of the training, not exploration.
    if "explore" in scores and scores.keys() & {"train", "evaluate", "load"}:
        scores["explore"] *= 0.4
    if scores.get("train") and scores.get("evaluate"):
        scores["train"] += 0.5
    for heading in headings:
        if role := heading_role(heading.text):
            scores[role] = scores.get(role, 0) + 2
    if not scores:
        return CellRole("", 0, headings)
    role = max(scores, key=lambda name: (scores[name], -ROLES.index(name)))
    return CellRole(role, scores[role], headings)
