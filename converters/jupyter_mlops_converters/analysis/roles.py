"""What part of a data scientist's work a cell does, and what headings stand above it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from jupyter_mlops_converters.analysis.cells import AnalysedCell, Analysis, dotted

#: Roles in the order of the work; also the names of stages.
ROLES = ("setup", "load", "clean", "explore", "features", "split", "train", "evaluate", "report")

#: Functions and methods that draw.
_DRAWS = frozenset(
    {"hist", "plot", "boxplot", "heatmap", "pairplot", "countplot", "distplot", "histplot", "scatterplot", "scatter", "barplot",
     "bar", "barh", "violinplot", "kdeplot", "displot", "catplot", "lmplot", "jointplot", "regplot", "show", "figure", "subplots",
     "pie", "lineplot", "FacetGrid", "PairGrid", "scatter_matrix", "imshow", "boxenplot", "stripplot", "swarmplot", "hist2d",
     "clustermap", "errorbar", "contourf", "fill_between", "pointplot", "factorplot", "iplot"}
)  # fmt: skip
#: Attribute or function name → (role, weight).
_CALLS = {
    **dict.fromkeys(
        ("read_csv", "read_excel", "read_json", "read_parquet", "read_sql", "read_table", "read_html", "read_pickle",
         "read_feather", "read_hdf", "read_stata", "read_sas", "read_sql_query", "loadtxt", "genfromtxt", "load_dataset",
         "load_iris", "load_wine", "load_diabetes", "load_breast_cancer", "load_digits", "load_boston", "load_files",
         "make_classification", "make_blobs", "make_regression", "make_moons", "make_circles", "fetch_california_housing",
         "fetch_openml", "fetch_20newsgroups", "loadmat", "imread", "connect", "create_engine", "urlretrieve"),
        ("load", 4),
    ),
    **dict.fromkeys(
        ("dropna", "fillna", "drop_duplicates", "interpolate", "to_datetime", "to_numeric", "strip", "rename", "ffill", "bfill"),
        ("clean", 2),
    ),
    **dict.fromkeys(
        ("astype", "replace", "drop", "set_index", "where", "clip", "isnull", "isna", "duplicated"), ("clean", 1)
    ),
    "reset_index": ("clean", 0.5),
    **dict.fromkeys(_DRAWS, ("explore", 1)),
    **dict.fromkeys(
        ("head", "tail", "describe", "info", "value_counts", "corr", "nunique", "unique", "crosstab", "sample", "groupby",
         "skew", "kurt", "adfuller", "seasonal_decompose", "ttest_ind", "chi2_contingency", "pearsonr", "f_oneway", "shapiro"),
        ("explore", 1),
    ),
    **dict.fromkeys(
        ("get_dummies", "cut", "qcut", "OneHotEncoder", "LabelEncoder", "OrdinalEncoder", "StandardScaler", "MinMaxScaler",
         "RobustScaler", "PolynomialFeatures", "PCA", "ColumnTransformer", "CountVectorizer", "TfidfVectorizer", "fit_transform",
         "SimpleImputer", "KNNImputer", "merge", "pivot_table", "apply", "map", "factorize", "SelectKBest", "LabelBinarizer",
         "TfidfTransformer", "log1p", "rolling", "shift", "SMOTE", "insert"),
        ("features", 2),
    ),
    **dict.fromkeys(("train_test_split", "StratifiedShuffleSplit", "TimeSeriesSplit"), ("split", 5)),
    **dict.fromkeys(
        ("fit", "fit_predict", "GridSearchCV", "RandomizedSearchCV", "cross_val_score", "train", "fit_resample", "partial_fit", "cross_validate"),
        ("train", 3),
    ),
    **dict.fromkeys(
        ("predict", "predict_proba", "score", "accuracy_score", "confusion_matrix", "classification_report", "roc_auc_score",
         "roc_curve", "mean_squared_error", "mean_absolute_error", "r2_score", "f1_score", "precision_score", "recall_score",
         "ConfusionMatrixDisplay", "plot_confusion_matrix", "auc", "log_loss", "silhouette_score", "permutation_importance",
         "root_mean_squared_error", "plot_roc_curve", "RocCurveDisplay", "learning_curve", "precision_recall_curve",
         "mean_absolute_percentage_error", "forecast", "plot_importance", "plot_tree", "evaluate"),
        ("evaluate", 2),
    ),
    **dict.fromkeys(
        ("to_csv", "to_excel", "to_json", "to_parquet", "savefig", "dump", "to_pickle", "save", "save_model", "to_sql"),
        ("report", 2),
    ),
}  # fmt: skip
#: What fitted models tell of themselves.
_TELLS = frozenset(
    {
        "feature_importances_",
        "coef_",
        "intercept_",
        "best_params_",
        "best_score_",
        "best_estimator_",
        "cv_results_",
        "summary",
    }
)
#: Names under which people keep what they learn from, in notebooks that learn; elsewhere they are any numbers.
_INPUTS = frozenset({"X", "y", "Y", "features", "target", "labels", "X_data", "y_data"})
#: What is fitted of these modules prepares data; it is no model.
_PREPARES_DATA = ("preprocessing", "impute", "decomposition", "compose", "feature_")
#: What is done in a cell for the sake of what it does in the end, and how much of its weight then counts.
_MEANS = {"load": 0.5, "explore": 0.4, "split": 0.4}
#: Methods that change what they are called on.
_IN_PLACE = frozenset({"insert", "append", "extend", "pop", "update", "remove", "sort", "setdefault", "add", "clear"})
#: Calls that make what later cells work with, and nothing that a stage could be for.
_PREPARING = frozenset(
    {"default_rng", "RandomState", "Random", "namedtuple", "NewType", "TypeVar", "getLogger", "Lock", "RLock", "Path"}
)
_NOT_JUST_LOOKING = frozenset({"load", "split", "train", "report"})

#: What headings speak of; the first that fits counts, so the special ones come first.
_HEADING_WORDS = (
    ("split", r"\b(train(ing)?\W*(and|/|&|-)?\W*(the )?test|split|hold.?out)"),
    ("report", r"\b(submission|export|sav(e|ing)\b|conclu|deploy|persist|report\b)"),
    ("evaluate", r"\b(evaluat|metric|accuracy|performance|confusion|roc\b|auc\b|results?\b|scor(e|ing)|predict|residual)"),
    ("evaluate", r"\b(diagnos|importance|validat|compar\w+ (of )?(the )?(different )?(model|algorithm|classifier))"),
    ("load", r"\b(load|import\w* (the |our )?data|read(ing)?\b|data ?sets?\b|get(ting)? (the )?data|data collection|acqui)"),
    ("clean", r"\b(clean|missing|null|preprocess|pre-process|prepar|outlier|wrangl|tidy|duplicate|munging)"),
    ("features", r"\b(feature|(?<!model )selection|encod|scal(e|ing)|transform|engineer|normali[sz]|dummies|dummy|pca|vectori|dimension)"),
    ("explore", r"\b(explor|eda\b|visuali[sz]|plot|distribution|correlation|univariate|bivariate|statistic|descriptive)"),
    ("explore", r"\b(glimpse|overview|show|examin|look|understand|insight|analysis|analyz|analys)"),
    ("train", r"\b(train|model|fit(ting)?\b|regress|classif|cluster|forest|tree|svm|knn|neighbo|naive bayes|xgb|boost|grid.?search)"),
    ("train", r"\b(hyper|k-?means|neural|network|arima|forecast|logistic|tun(e|ing)\b)"),
)  # fmt: skip

#: Headings of training even where nothing is fitted in a known way; of the others, trees, models and networks are many things.
_TRAINING = re.compile(r"(?i)\b(train|fit(ting)?\b|regress|classif|neural|logistic|k-?means|hyper)")


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
        looks: whether it does nothing but glance at what is there: it goes with what made that.
        draws: whether it calls something that draws.
        ahead: whether it glances at what the work before it has nothing to do with, and the work after it has: it goes
            with that.
    """

    role: str
    weight: float
    headings: tuple[Heading, ...] = ()
    looks: bool = False
    draws: bool = False
    ahead: bool = False


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
    found = {}
    section, level = "", 0
    title = next((heading for above in headings.values() for heading in above), None)
    learns = _learns(analysis)
    inputs = _INPUTS if learns else frozenset()
    for analysed in analysis.cells:
        own = tuple(headings[analysed.index])
        for heading in own:
            if heading is not title:
                spoken = heading_role(heading.text)
                if spoken == "train" and not learns and not _TRAINING.search(heading.text):
                    spoken = ""
                if spoken or heading.level <= level:
                    section, level = spoken, heading.level
        found[analysed.index] = _role(analysed, analysis, own, section, inputs)
    for index in _glances_ahead(analysis, found):
        found[index] = replace(found[index], ahead=True)
    for index in _pictures_of_training(analysis, found):
        found[index] = replace(found[index], role="train", looks=True)
    return found


def _pictures_of_training(analysis: Analysis, found: dict[int, CellRole]) -> list[int]:
    """Cells that draw nothing but how the training right before them went: losses, a history, what an optimiser tried."""
    made = {name for cell in analysis.cells for name in cell.facts.all_binds} - analysis.modules.keys()
    pictures: list[int] = []
    trained: set[str] = set()
    plain: set[str] = set()
    for cell in analysis.cells:
        role = found[cell.index]
        about = cell.facts.loads & made - plain
        if role.role == "train":
            trained |= cell.facts.all_binds
        elif role.role == "explore" and role.draws and not role.headings and about and about <= trained:
            pictures.append(cell.index)
        elif role.role != "setup" and not role.looks:
            trained = set()
        plain |= {name for s in cell.statements if _is_plain_value(s.node) for name in s.facts.binds}
    return pictures


def _is_plain_value(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)


def _glances_ahead(analysis: Analysis, found: dict[int, CellRole]) -> list[int]:
    """Cells that glance at what only the work after them is about."""
    made = {name for cell in analysis.cells for name in cell.facts.all_binds} - analysis.modules.keys()
    ahead: list[int] = []
    glances: list[AnalysedCell] = []
    before: set[str] | None = None
    for cell in analysis.cells:
        if found[cell.index].looks:
            glances.append(cell)
        elif found[cell.index].role != "setup":
            names = cell.facts.loads | cell.facts.all_binds
            for glance in reversed(glances):
                about = glance.facts.loads & made
                if before is None or not about & names or about & before:
                    break
                ahead.append(glance.index)
            glances, before = [], names
    return ahead


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
    # An underline within a word is part of a name.
    return re.sub(r"[*`#$]+|(?<!\w)_+|_+(?!\w)", "", text).strip(" :.-\t")


def heading_role(text: str) -> str:
    """The role that a heading speaks of, or ""."""
    lowered = text.lower()
    if lowered.endswith("?"):
        return "explore"
    return next((role for role, pattern in _HEADING_WORDS if re.search(pattern, lowered)), "")


def _learns(analysis: Analysis) -> bool:
    """Whether a notebook splits data or fits a model anywhere, functions included."""
    return any(
        _CALLS.get(_called(node), ("", 0))[0] in {"split", "train"}
        for cell in analysis.cells
        for node in ast.walk(cell.code.tree)
        if isinstance(node, ast.Call)
    )


def _role(
    cell: AnalysedCell, analysis: Analysis, headings: tuple[Heading, ...], section: str, inputs: frozenset[str]
) -> CellRole:
    if all(s.kind in {"import", "configuration", "definition"} or _prepares(s.node, analysis) for s in cell.statements):
        return CellRole("setup", 5, headings)
    scores: dict[str, float] = {}
    draws = fits = False
    for node in ast.walk(cell.code.tree):
        if isinstance(node, ast.Attribute) and node.attr in _TELLS:
            scores["evaluate"] = scores.get("evaluate", 0) + 1.5
        if not isinstance(node, ast.Call):
            continue
        name = _called(node)
        draws |= name in _DRAWS
        if name in _CALLS:
            role, weight = _CALLS[name]
            if name == "fit" and isinstance(node.func, ast.Attribute) and _prepares_data(node.func.value, analysis):
                role, fits = "features", True
            scores[role] = scores.get(role, 0) + weight
        origin = dotted(node.func, analysis.modules) or ""
        is_class = name[:1].isupper() and origin.startswith(
            ("sklearn.", "xgboost.", "lightgbm.", "statsmodels.", "catboost.")
        )
        if is_class and not any(part in origin for part in (*_PREPARES_DATA, "metrics")):
            scores["train"] = scores.get("train", 0) + 2
    columns = (s.node for s in cell.statements if s.kind == "other" and isinstance(s.node, ast.Assign))
    if any(isinstance(node.targets[0], ast.Subscript) for node in columns):
        scores["features"] = scores.get("features", 0) + 0.75
    if inputs & cell.facts.binds:
        scores["features"] = scores.get("features", 0) + 1
    # `plt.scatter(…)` beside `fit` is a picture of the training, not exploration; a split beside it is made for it.
    ends = scores.keys() & {"train", "evaluate"}
    for role, share in _MEANS.items():
        if role in scores and (ends or (role == "explore" and "load" in scores)):
            scores[role] *= share
    if scores.get("train") and scores.get("evaluate"):
        scores["train"] += 0.5
    if not scores and _mostly_imports(cell, analysis):
        return CellRole("setup", 3, headings)
    looks = _looks(cell) and not (fits or scores.keys() & _NOT_JUST_LOOKING)
    if looks and not draws and not scores.get("evaluate"):
        return CellRole("explore" if section == "explore" else "", 0.5, headings, looks=True)
    if section in scores or section in {"clean", "explore", "features"}:
        scores[section] = scores.get(section, 0) + (2 if headings else 0.75)
    if not scores:
        # Plain code says nothing of itself; the heading above it may.
        return CellRole(section, 1 if section else 0, headings, draws=draws)
    role = max(scores, key=lambda name: (scores[name], -ROLES.index(name)))
    return CellRole(role, scores[role], headings, draws=draws)


def _prepares_data(fitted: ast.expr, analysis: Analysis) -> bool:
    """Whether what is fitted, or what the notebook binds that name to, is a scaler, an encoder, a selection or the like."""
    made = [fitted]
    if isinstance(fitted, ast.Name):
        made = [
            statement.node.value
            for cell in analysis.cells
            for statement in cell.statements
            if isinstance(statement.node, ast.Assign) and fitted.id in statement.facts.binds
        ]
    origins = [dotted(value.func, analysis.modules) or "" for value in made if isinstance(value, ast.Call)]
    return any(part in origin for origin in origins for part in _PREPARES_DATA)


def is_drawing(value: ast.expr) -> bool:
    """Whether an expression makes a figure, axes or what is drawn on them."""
    return isinstance(value, ast.Call) and _called(value) in _DRAWS


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _prepares(node: ast.stmt, analysis: Analysis) -> bool:
    """Whether a statement is a magic, sets a seed or keeps a constant: like imports, it belongs to what comes next."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _called(node.value).endswith("seed")
    if not isinstance(node, ast.Assign):
        return False
    return _is_constant(node.value, analysis) or (
        isinstance(node.value, ast.Call) and _called(node.value) in _PREPARING
    )


def _mostly_imports(cell: AnalysedCell, analysis: Analysis) -> bool:
    """Whether a cell imports, and beside that only writes literals down or calls functions of modules once or twice."""
    others = [statement.node for statement in cell.statements if statement.kind == "other"]
    imports = sum(statement.kind == "import" for statement in cell.statements)
    return imports > len(others) and all(
        _prepares(node, analysis)
        or (isinstance(node, ast.Assign) and _is_literal(node.value))
        or (
            isinstance(node, ast.Assign | ast.Expr)
            and isinstance(node.value, ast.Call)
            and dotted(node.value.func, analysis.modules) is not None
        )
        for node in others
    )


def _is_literal(value: ast.expr) -> bool:
    """Whether an expression is written out in full: a number, a text, or a list, dictionary and the like of them."""
    parts = (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.unaryop, ast.expr_context)
    return all(isinstance(part, parts) for part in ast.walk(value))


def _is_constant(value: ast.expr, analysis: Analysis) -> bool:
    """Whether a value is a literal, or computed of literals and constants of modules: `2 * np.pi`."""
    if isinstance(value, ast.BinOp):
        return _is_constant(value.left, analysis) and _is_constant(value.right, analysis)
    if isinstance(value, ast.UnaryOp):
        return _is_constant(value.operand, analysis)
    if isinstance(value, ast.Attribute):
        return dotted(value, analysis.modules) is not None
    return isinstance(value, ast.Constant)


def _looks(cell: AnalysedCell) -> bool:
    """Whether the cell only evaluates expressions, none of which is told to work in place."""
    if any(isinstance(node, ast.Call) and _called(node) in _IN_PLACE for node in ast.walk(cell.code.tree)):
        return False
    inplace = any(
        keyword.arg == "inplace" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        for node in ast.walk(cell.code.tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    )
    return not inplace and all(
        isinstance(s.node, ast.Expr | ast.Pass) or s.kind in {"import", "configuration"} for s in cell.statements
    )
