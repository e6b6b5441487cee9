"""`OneHotEncoder(categorical_features=[3])`, which encoded some columns, as a transformer of columns that gives the same table."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Site
from jupyter_mlops.lifts.clean_notebook.edits import Edit
from jupyter_mlops.lifts.clean_notebook.rewrites import without

#: What can be asked of a transformer of columns as it can of the encoder.
_SAME = ("fit", "fit_transform", "transform")
#: Keywords that the encoder has under the same name, and with the same meaning; `dtype` was that of all columns.
_KEPT = ("handle_unknown",)


def some_columns(site: Site) -> list[Edit] | None:
    """Encode some columns by a `ColumnTransformer`, where nothing but the table is asked for.

    The encoder put the columns that it encoded first, and the others behind them as they were; so does the transformer.
    Its result is sparse, as it was.
    """
    chosen = site.argument(None, "categorical_features")
    call = site.call
    if call is None or chosen is None:
        return []
    if isinstance(chosen, ast.Constant) and chosen.value == "all":
        return without("categorical_features")(site)
    given = {each.arg for each in call.keywords} - {"categorical_features", "sparse", "sparse_output", "n_values"}
    if site.spread or call.args or not given <= set(_KEPT) or not _positions(chosen) or not _only_transforms(site):
        return None
    # A dense table of texts and numbers would stay one of objects, where the encoder made numbers of it.
    sparse = site.argument(None, "sparse_output") or site.argument(None, "sparse")
    if sparse is not None and not (isinstance(sparse, ast.Constant) and sparse.value):
        return None
    rest = [site.text(each) for each in call.keywords if each.arg in _KEPT]
    encoder = f"{site.text(site.node)}({', '.join(rest)})"
    transformer = site.ref("sklearn.compose.ColumnTransformer")
    text = f'{transformer}([("encoded", {encoder}, {site.text(chosen)})], remainder="passthrough", sparse_threshold=1)'
    return site.replaced(call, text)


def _positions(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.List)
        and bool(node.elts)
        and all(isinstance(each, ast.Constant) and type(each.value) is int for each in node.elts)
    )


def _only_transforms(site: Site) -> bool:
    """Whether the encoder is used where it is made, or under one name, and never for its own attributes."""
    own, tree = site.own, site.code.tree
    if isinstance(site.parent, ast.Attribute):
        return site.parent.attr in _SAME
    if not (isinstance(own, ast.Assign) and own.value is site.call and len(own.targets) == 1):
        return False
    (target,) = own.targets
    if not isinstance(target, ast.Name):
        return False
    taken = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == target.id]
    return all(taken.get(id(node)) in _SAME for node in uses if isinstance(node.ctx, ast.Load))
