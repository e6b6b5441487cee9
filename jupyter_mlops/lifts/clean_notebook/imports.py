"""Imports that a notebook lacks, or has only below where they are used."""

from __future__ import annotations

import ast
import re

from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Proposal, Repair, Span
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds

#: Names that everyone uses for one thing.
_USUAL = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "mpl": "import matplotlib as mpl",
    "sm": "import statsmodels.api as sm",
    "smf": "import statsmodels.formula.api as smf",
    **{
        name: f"import {name}"
        for name in (
            "os",
            "sys",
            "re",
            "json",
            "math",
            "itertools",
            "warnings",
            "pickle",
            "csv",
            "string",
            "numpy",
            "pandas",
            "joblib",
        )
    },
}
#: Names of scikit-learn that nothing else has.
_SKLEARN = {
    "train_test_split": "model_selection",
    "cross_val_score": "model_selection",
    "GridSearchCV": "model_selection",
    "accuracy_score": "metrics",
    "confusion_matrix": "metrics",
    "classification_report": "metrics",
    "mean_squared_error": "metrics",
    "roc_auc_score": "metrics",
    "r2_score": "metrics",
    "LinearRegression": "linear_model",
    "LogisticRegression": "linear_model",
    "RandomForestClassifier": "ensemble",
    "RandomForestRegressor": "ensemble",
    "DecisionTreeClassifier": "tree",
    "KNeighborsClassifier": "neighbors",
    "KMeans": "cluster",
    "StandardScaler": "preprocessing",
    "MinMaxScaler": "preprocessing",
    "LabelEncoder": "preprocessing",
}
_ROUNDS = 10
_BY_MAGIC = re.compile(r"^(?:pylab|run|load|load_ext|macro|store)\b")


def mend_imports(draft: Draft) -> None:
    """Add imports of names that can mean one thing only, before their first use.

    Args:
        draft: the notebook.
    """
    for _ in range(_ROUNDS):
        if not _add(draft):
            break


def _add(draft: Draft) -> bool:
    """Add what is wanted in one place; positions have changed then, and what is wanted elsewhere is looked for again."""
    code = Code(draft.notebook)
    kinds = Kinds(code.tree)
    if kinds.stars or any(_BY_MAGIC.match(escape.text) for escape in draft.notebook.escapes):
        return False
    wanted: dict[str, tuple[str, ast.Name, str]] = {}
    for node in ast.walk(code.tree):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        statement = _USUAL.get(node.id) or (
            f"from sklearn.{_SKLEARN[node.id]} import {node.id}" if node.id in _SKLEARN else None
        )
        if statement is None or (node.id in wanted and wanted[node.id][1].lineno <= node.lineno):
            continue
        if node.id not in kinds.bound:
            wanted[node.id] = (statement, node, f"`{node.id}` is imported nowhere in the notebook")
        elif kinds.of(node) == "" and kinds.imported_only(node.id) and kinds.imported_from(node.id) > node.lineno:
            wanted[node.id] = (statement, node, f"`{node.id}` is imported only below")
    places: dict[int, list[tuple[str, ast.Name, str]]] = {}
    for name, (statement, node, why) in sorted(wanted.items()):
        if node.id not in kinds.bound or kinds.imported_only(name) == _meant(statement):
            places.setdefault(_place(code, node.lineno), []).append((statement, node, why))
    for line, added in places.items():
        repairs = []
        for statement, node, why in added:
            cell, inside = draft.notebook.place(node.lineno)
            repairs.append(Repair("import", cell, draft.original(cell, inside), f"`{statement}` is added", why))
        lines = "".join(f"{statement}\n" for statement, _, _ in added)
        if draft.apply([Proposal([Edit(Span(line, 0, line, 0), lines)], repairs[0])]):
            draft.repairs += repairs[1:]
            return True
    return False


def need_import(draft: Draft, module: str) -> None:
    """Import a module that repairs have brought in, where the notebook does not.

    Args:
        draft: the notebook.
        module: a module of Python's own.
    """
    code = Code(draft.notebook)
    uses = [node for node in ast.walk(code.tree) if isinstance(node, ast.Name) and node.id == module]
    if not uses:
        return
    first_use = min(node.lineno for node in uses)
    if Kinds(code.tree).imported(module, first_use):
        return
    line = _place(code, first_use)
    cell, inside = draft.notebook.place(first_use)
    repair = Repair(
        "import", cell, draft.original(cell, inside), f"`import {module}` is added", "what was put in needs it"
    )
    draft.apply([Proposal([Edit(Span(line, 0, line, 0), f"import {module}\n")], repair)])


def _meant(statement: str) -> str:
    words = statement.split()
    return f"{words[1]}.{words[3]}" if words[0] == "from" else words[1]


def _place(code: Code, use: int) -> int:
    """The line before which an import goes: the first import of the notebook, else the first statement of the cell of its use."""
    plain = (one for one in code.tree.body if isinstance(one, (ast.Import, ast.ImportFrom)) and one.col_offset == 0)
    first = next((one for one in plain if getattr(one, "module", "") != "__future__"), None)
    if first is not None and first.lineno <= use:
        return first.lineno
    cell = code.notebook.place(use)[0]
    statement = next(one for one in code.tree.body if code.notebook.place(one.lineno)[0] == cell)
    lines: list[int] = [statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))]
    return min(lines)
