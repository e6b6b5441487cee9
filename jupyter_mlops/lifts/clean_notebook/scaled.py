"""`normalize=True` of penalised linear models, as a pipeline that gives the same predictions.

Columns were centred and divided by their l2 norm; a `StandardScaler` divides by the standard deviation, which is the norm over
the root of the number of rows, n. So coefficients come out smaller by that root, and the same penalty is `n * alpha` where
squares are summed (ridge), and `sqrt(n) * alpha` where absolute values are (lasso).
"""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Rewrite, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import without

#: What can be asked of a pipeline as it can of the model; its coefficients, for one, are of the scaled columns.
_SAME = ("fit", "predict", "score")
#: What gives or takes sparse tables, which no scaler centres.
_SPARSE = ("scipy.sparse", "sklearn.feature_extraction", "OneHotEncoder", "sparse=True")


def scaled(power: str) -> Rewrite:
    """Leave `normalize` out where it changed nothing; else, where nothing but predictions is wanted, scale in a pipeline.

    Args:
        power: what of the number of rows the penalty is multiplied by: "" or " ** 0.5".
    """

    def rewrite(site: Site) -> list[Edit] | None:
        value = site.argument(None, "normalize")
        if value is None:
            return []
        if not isinstance(value, ast.Constant) or site.spread:
            return None
        intercept = site.argument(None, "fit_intercept")
        if not value.value or (isinstance(intercept, ast.Constant) and not intercept.value):
            return without("normalize")(site)  # it was ignored without an intercept
        rows = _rows(site)
        return None if rows is None else _piped(site, f"len({rows}){power}")

    return rewrite


def _piped(site: Site, factor: str) -> list[Edit] | None:
    call = site.call
    if call is None or len(call.args) > 1 or any("#" in line for line in site.text(call).splitlines()):
        return None
    alpha = site.argument(0, "alpha")
    one = alpha is None or (isinstance(alpha, ast.Constant) and alpha.value == 1)
    penalty = factor if alpha is None or one else f"{_operand(site, alpha)} * {factor}"
    rest = [site.text(each) for each in call.keywords if each.arg not in ("alpha", "normalize")]
    model = f"{site.text(site.node)}({', '.join([f'alpha={penalty}', *rest])})"
    pipeline, scaler = site.ref("sklearn.pipeline.make_pipeline"), site.ref("sklearn.preprocessing.StandardScaler")
    return site.replaced(call, f"{pipeline}({scaler}(), {model})")


def _operand(site: Site, node: ast.expr) -> str:
    return (
        site.text(node)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.Call))
        else f"({site.text(node)})"
    )


def _rows(site: Site) -> str | None:
    """The name of the table that the model is fitted on; None where more than its predictions is asked for."""
    if any(word in row for row in site.code.rows for word in _SPARSE):
        return None
    own, tree = site.own, site.code.tree
    if not (isinstance(own, ast.Assign) and own.value is site.call and own in tree.body and len(own.targets) == 1):
        return None
    (target,) = own.targets
    if not isinstance(target, ast.Name) or _bound(tree, target.id) != [own.lineno]:
        return None
    uses = [
        node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == target.id and node is not target
    ]
    called = {
        id(node.func.value): node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    tables = set()
    for use in uses:
        call = called.get(id(use))
        if call is None or call.func.attr not in _SAME:  # type: ignore[attr-defined]
            return None
        if call.func.attr == "fit":  # type: ignore[attr-defined]
            if len(call.args) != 2 or call.keywords or not isinstance(call.args[0], ast.Name):
                return None
            tables.add(call.args[0].id)
    if len(tables) != 1:
        return None
    (table,) = tables
    # One value, known before the model is made: its length then is that of what is fitted.
    bound = _bound(tree, table)
    return table if len(bound) == 1 and bound[0] < own.lineno else None


def _bound(tree: ast.Module, name: str) -> list[int]:
    """Lines at the top of the notebook that give a name its value, or may change what it has; [0, 0] for anywhere else."""
    lines = []
    for statement in tree.body:
        for node in ast.walk(statement):
            stored = isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
            other = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name
            grows = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == name
                and any(each.arg == "inplace" for each in node.keywords)
            )
            if stored or other or grows:
                top = isinstance(statement, ast.Assign) and not grows
                lines += [statement.lineno] if top else [0, 0]
    return lines
