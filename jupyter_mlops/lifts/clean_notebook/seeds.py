"""Seeds for random draws that nothing starts in a known state."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Site
from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Proposal, Repair, Span
from jupyter_mlops.lifts.clean_notebook.kinds import Kinds

_WHY = "Each run drew other numbers, and so gave other results"
#: Beginnings of dotted names that draw from NumPy's one generator, unless they are given another.
_NUMPY = ("numpy.random.", "sklearn.model_selection.train_test_split", "scipy.stats.")
_GENERATORS = ("numpy.random.default_rng", "numpy.random.Generator", "numpy.random.RandomState", "numpy.random.seed")


def mend_seeds(draft: Draft) -> None:
    """Seed the generators that are drawn from, after the imports of the cell that imports them.

    Args:
        draft: a notebook that sets no seed anywhere.
    """
    for module, call in (("numpy", "numpy.random.seed"), ("random", "random.seed")):
        code = Code(draft.notebook)
        kinds = Kinds(code.tree)
        draw = next(
            (
                node
                for node in ast.walk(code.tree)
                if isinstance(node, ast.Call) and _draws(kinds.name(node.func), module)
            ),
            None,
        )
        if draw is None:
            continue
        top = next(one for one in code.tree.body if one.lineno <= draw.lineno <= (one.end_lineno or one.lineno))
        at = _after_imports(code, top)
        site = Site(code, kinds, draw.func, draw, at, at, at)
        reference = site.ref(call)
        lines = [*dict.fromkeys(site.needed), f"{reference}(0)"]
        cell, line = draft.notebook.place(draw.lineno)
        repair = Repair("seed", cell, draft.original(cell, line), f"`{lines[-1]}` is added", _WHY)
        draft.apply(
            [Proposal([Edit(Span(at.lineno, 0, at.lineno, 0), "".join(f"{each}\n" for each in lines))], repair)]
        )


def _draws(name: str, module: str) -> bool:
    if module == "numpy":
        return (
            name.startswith(_NUMPY)
            and not name.startswith(_GENERATORS)
            and (not name.startswith("scipy.stats.") or name.endswith(".rvs"))
        )
    return name.startswith("random.") and name not in ("random.seed", "random.Random", "random.SystemRandom")


def _after_imports(code: Code, top: ast.stmt) -> ast.stmt:
    """The first statement of the cell of a draw that imports nothing; the draw's own where that comes first."""
    cell = code.notebook.place(top.lineno)[0]
    for statement in code.tree.body:
        if code.notebook.place(statement.lineno)[0] == cell and not isinstance(statement, (ast.Import, ast.ImportFrom)):
            return statement if statement.col_offset == 0 and statement.lineno <= top.lineno else top
    return top
