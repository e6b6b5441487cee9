"""`normalize=True` of penalised linear models, as a pipeline that gives the same predictions.

Columns were centred and divided by their l2 norm; a `StandardScaler` divides by the standard deviation, which is the norm over
the root of the number of rows, n. So coefficients come out smaller by that root, and the same penalty is `n * alpha` where
squares are summed (ridge), and `sqrt(n) * alpha` where absolute values are (lasso).
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from jupyter_mlops.lifts.clean_notebook.change import Rewrite, Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import without

#: What can be asked of a pipeline as it can of the model.
_SAME = ("fit", "predict", "score")
#: What fitted models are asked → code that gives the same of a pipeline.
_ASKED = {
    "coef_": "({m}[-1].coef_ / {m}[0].scale_)",
    "intercept_": "({m}[-1].intercept_ - ({m}[-1].coef_ / {m}[0].scale_ * {m}[0].mean_).sum(-1))",
}
#: What gives or takes sparse tables, which no scaler centres.
_SPARSE = ("scipy.sparse", "sklearn.feature_extraction", "OneHotEncoder", "sparse=True")


#: The penalty of scaled columns: from the model's call, and the number of rows → its arguments; None where that is not sure.
Penalty = Callable[[Site, str], "list[str] | None"]


def scaled(penalty: Penalty, *, by: str = "") -> Rewrite:
    """Leave `normalize` out where it changed nothing; else scale in a pipeline, where it is known what is asked of the model.

    Args:
        penalty: of scaled columns.
        by: what the chosen penalty, `.alpha_`, is divided by to be the old one, with `{n}` for the number of rows.
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
        found = _rows(site, by)
        if found is None or site.call is None or any("#" in line for line in site.text(site.call).splitlines()):
            return None
        rows, asked = found
        arguments = penalty(site, f"len({rows})")
        return None if arguments is None else [*_piped(site, arguments), *asked]

    return rewrite


def _piped(site: Site, arguments: list[str]) -> list[Edit]:
    call = site.call
    assert call is not None
    said = {each.partition("=")[0] for each in arguments} | {"normalize"}
    rest = [site.text(each) for each in call.keywords if each.arg not in said]
    model = f"{site.text(site.node)}({', '.join([*arguments, *rest])})"
    pipeline, scaler = site.ref("sklearn.pipeline.make_pipeline"), site.ref("sklearn.preprocessing.StandardScaler")
    return site.replaced(call, f"{pipeline}({scaler}(), {model})")


def one_penalty(power: str) -> Penalty:
    """`alpha`, by a power of the number of rows: "" or " ** 0.5"."""

    def penalty(site: Site, rows: str) -> list[str] | None:
        if site.call is None or len(site.call.args) > 1:
            return None
        alpha = _alpha(site)
        return [f"alpha={alpha and alpha + ' * '}{rows}{power}"]

    return penalty


def two_penalties(site: Site, rows: str) -> list[str] | None:
    """`alpha` and `l1_ratio`: that on absolute values grows by the root of the rows, that on squares by the rows."""
    ratio = site.argument(None, "l1_ratio")
    if site.call is None or len(site.call.args) > 1:
        return None
    if ratio is not None and not (isinstance(ratio, ast.Constant) and isinstance(ratio.value, (int, float))):
        return None
    one = float(ratio.value) if isinstance(ratio, ast.Constant) else 0.5  # type: ignore[arg-type]
    absolute, squares = f"{one:g} * {rows} ** 0.5", f"{1 - one:g} * {rows}"
    alpha = _alpha(site)
    return [
        f"alpha={alpha and alpha + ' * '}({absolute} + {squares})",
        f"l1_ratio={one:g} / ({one:g} + {1 - one:g} * {rows} ** 0.5)",
    ]


def many_penalties(site: Site, rows: str) -> list[str] | None:
    """`alphas` to choose from, of which each is a penalty on squares."""
    if site.call is None or len(site.call.args) > 1 or site.argument(None, "cv") is not None:
        return None  # parts of the rows were scaled by themselves
    alphas = site.argument(0, "alphas")
    return [f"alphas=[alpha * {rows} for alpha in {site.text(alphas) if alphas is not None else '(0.1, 1.0, 10.0)'}]"]


def _alpha(site: Site) -> str:
    """The penalty that is given; "" for one."""
    alpha = site.argument(0, "alpha")
    one = alpha is None or (isinstance(alpha, ast.Constant) and alpha.value == 1)
    return "" if one or alpha is None else _operand(site, alpha)


def _operand(site: Site, node: ast.expr) -> str:
    return (
        site.text(node)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Constant, ast.Call))
        else f"({site.text(node)})"
    )


def _rows(site: Site, by: str) -> tuple[str, list[Edit]] | None:
    """The name of the table that the model is fitted on, and edits for what it is asked; None where that is not sure."""
    if any(word in row for row in site.code.rows for word in _SPARSE):
        return None
    own, tree = site.own, site.code.tree
    if not (isinstance(own, ast.Assign) and own.value is site.call and own in tree.body and len(own.targets) == 1):
        return None
    (target,) = own.targets
    if not isinstance(target, ast.Name) or _bound(tree, target.id) != [own.lineno]:
        return None
    asked, taken = {}, {}
    tables = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            taken[id(node.value)] = node
        if isinstance(node, ast.Call):
            asked[id(node.func)] = node
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == target.id]
    wanted: list[tuple[ast.Attribute, str]] = []
    for use in (node for node in uses if node is not target):
        attribute = taken.get(id(use))
        call = asked.get(id(attribute))
        name = attribute.attr if attribute is not None else ""
        if attribute is not None and call is None and (name in _ASKED or (name == "alpha_" and by)):
            wanted.append((attribute, _ASKED.get(name, f"({{m}}[-1].alpha_ / {by})")))
        elif call is None or name not in _SAME:
            return None
        elif name == "fit":
            if len(call.args) != 2 or call.keywords or not isinstance(call.args[0], ast.Name):
                return None
            tables.add(call.args[0].id)
    if len(tables) != 1:
        return None
    (table,) = tables
    # One value, known before the model is made: its length then is that of what is fitted.
    bound = _bound(tree, table)
    if len(bound) != 1 or bound[0] >= own.lineno:
        return None
    edits = [
        Edit(site.code.span(node), text.format(m=target.id, n=f"len({table})"))
        for node, text in wanted
        if site.code.is_itself(node)
    ]
    return (table, edits) if len(edits) == len(wanted) else None


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
