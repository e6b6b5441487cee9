"""The notebook as analysed cells: statements with their text and names, imports, ambient configuration."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from jupyter_mlops_converters.analysis.ambient import (
    configures,
    configuring_functions,
    made_again,
    magic_configures,
    magic_text,
    star_names,
)
from jupyter_mlops_converters.analysis.history import History, history
from jupyter_mlops_converters.analysis.names import BUILTINS, NameFacts, name_facts
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook
from jupyter_mlops_converters.source.python_code import Magic, PythonCode, parse_cell

StatementKind = Literal["import", "definition", "configuration", "other"]


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell.

    Attributes:
        cell: index of its cell.
        position: its place in the cell.
        kind: imports and definitions can be run again elsewhere; configuration changes ambient state.
        node: its syntax tree.
        text: the user's text of it.
        facts: its names.
        subsystem: of configuration: "plotting", "pandas", … (see `analysis.ambient`).
    """

    cell: int
    position: int
    kind: StatementKind
    node: ast.stmt
    text: str
    facts: NameFacts
    subsystem: str | None = None


@dataclass(frozen=True)
class AnalysedCell:
    """A code cell and what it does to names.

    Attributes:
        cell: the source cell.
        code: its Python.
        facts: names of the cell as a whole.
        statements: its top-level statements.
    """

    cell: SourceCell
    code: PythonCode
    facts: NameFacts
    statements: tuple[Statement, ...]

    @property
    def index(self) -> int:
        """Index among all cells of the notebook."""
        return self.cell.index


@dataclass(frozen=True)
class Analysis:
    """The static view of a notebook.

    Attributes:
        notebook: what was read.
        cells: its code cells in order, without those that are left out.
        modules: name in the notebook → dotted module or attribute it is imported from.
        names: every name that code binds or looks up at top level.
        history: uses of what IPython keeps of what cells show.
    """

    notebook: SourceNotebook
    cells: tuple[AnalysedCell, ...]
    modules: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    history: History = field(default_factory=History)

    def cell(self, index: int) -> AnalysedCell:
        """The code cell at that index. Raises KeyError when there is none."""
        for cell in self.cells:
            if cell.index == index:
                return cell
        raise KeyError(index)


def analyse(notebook: SourceNotebook, skip: frozenset[int] | None = None) -> Analysis:
    """Analyse every code cell.

    Args:
        notebook: what was read.
        skip: cells to leave out; None for those that are tagged `skip`.

    Returns:
        The static view.

    Raises:
        MlopsError: ``syntax-error`` naming cell and line.
    """
    shown = str(notebook.path)
    codes = [
        (cell, _parsed(cell, shown))
        for cell in notebook.code_cells
        if (cell.index not in skip if skip is not None else "skip" not in cell.tags)
    ]
    modules: dict[str, str] = {}
    for _, code in codes:
        modules.update(imported_modules(code.tree))
    trees = [code.tree for _, code in codes]
    # A name that is bound to something else as well says nothing about a module.
    rebound = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_store(node)}
    known = {name: origin for name, origin in modules.items() if name not in rebound and origin != "__main__"}
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, definitions)}
    starred = star_names(_star_imports(codes)).items()
    known |= {name: origin for name, origin in starred if name not in modules.keys() | rebound | defined}
    known |= _made_objects(trees, modules)
    setters = {name: what for name, what in configuring_functions(trees, known).items() if name not in rebound}
    cells = tuple(_analysed(cell, code, known, setters) for cell, code in codes)
    if not has_star_imports(cells):
        for analysed in cells:
            analysed.facts.uses -= BUILTINS - analysed.facts.all_binds
    kept = history(cells)
    names = frozenset(name for c in cells for name in c.facts.all_binds | c.facts.loads)
    return Analysis(notebook, cells, modules, names, kept)


def has_star_imports(cells: Iterable[AnalysedCell]) -> bool:
    """Whether names like `sum` may mean something else than in Python: numpy's, say."""
    return any(statement.facts.star_imports for cell in cells for statement in cell.statements)


def _star_imports(codes: Iterable[tuple[SourceCell, PythonCode]]) -> set[str]:
    """Modules of `from m import *`, and what `%pylab` imports so."""
    found: set[str] = set()
    for _, code in codes:
        found |= {"pylab" for magic in code.magics if magic.name == "pylab"}
        for node in ast.walk(code.tree):
            if isinstance(node, ast.ImportFrom) and node.module and any(alias.name == "*" for alias in node.names):
                found.add(node.module)
    return found


def _parsed(cell: SourceCell, shown: str) -> PythonCode:
    try:
        return parse_cell(cell.source, cell=cell.index, path=shown)
    except MlopsError:
        if "raises-exception" not in cell.tags:
            raise
        # Jupyter shows the error and goes on; a cell that is not compiled does nothing to names.
        return PythonCode(ast.Module([], []), cell.source)


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _made_objects(trees: list[ast.Module], modules: dict[str, str]) -> dict[str, str]:
    """Names that hold a logger or the like → what made it."""
    found: dict[str, str] = {}
    for tree in trees:
        for node in tree.body:
            if (origin := made_again(node, modules)) is not None:
                found |= dict.fromkeys(name_facts([node]).binds, origin)
    return found


def imported_modules(tree: ast.AST) -> dict[str, str]:
    """Names bound by imports anywhere in a tree → where they come from, dotted."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def parent_references(analysis: Analysis) -> list[str]:
    """Strings in the code that name something above the notebook's folder (`../data/x.csv`)."""
    return [
        node.value
        for cell in analysis.cells
        for node in ast.walk(cell.code.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("../", "..\\"))
        and len(node.value) < 300
        and "\0" not in node.value
    ]


def dotted(node: ast.AST, modules: dict[str, str]) -> str | None:
    """The full dotted name of `np.random.seed` and the like, where its root is an imported name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in modules:
        return ".".join([modules[node.id], *reversed(parts)])
    return None


def _analysed(cell: SourceCell, code: PythonCode, modules: dict[str, str], setters: dict[str, str]) -> AnalysedCell:
    magics = {magic.line: magic for magic in reversed(code.magics) if magic.body is None and not magic.nested}
    nested = any(magic.body is not None for magic in code.magics)
    statements = []
    for position, node in enumerate(code.tree.body):
        magic = None if nested else magics.pop(node.lineno, None)
        statements.append(
            (magic and _magic(cell, position, node, magic)) or _statement(cell, position, node, code, modules, setters)
        )
    for magic in code.magics:
        if magic.name == "pylab" and magic.body is None and not magic.nested:
            for module in ("matplotlib.pylab", "numpy"):
                star = ast.parse(f"from {module} import *").body[0]
                text = ast.unparse(star)
                statements.append(Statement(cell.index, len(statements), "import", star, text, name_facts([star])))
    # Those in the body of a cell magic have lost their place.
    for magic in magics.values() if nested else ():
        node = ast.copy_location(ast.Pass(), code.tree.body[0]) if code.tree.body else ast.Pass(lineno=1, col_offset=0)
        statements += filter(None, [_magic(cell, len(statements), node, magic)])
    return AnalysedCell(cell, code, name_facts(code.tree.body), tuple(statements))


def _statement(
    cell: SourceCell,
    position: int,
    node: ast.stmt,
    code: PythonCode,
    modules: dict[str, str],
    setters: dict[str, str],
) -> Statement:
    subsystem = configures(node, modules) or _set_by_function(node, setters)
    if subsystem is not None:
        kind: StatementKind = "configuration"
    elif _is_import(node):
        kind = "import"
    elif (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        or _is_lambda(node)
        or made_again(node, modules)
    ):
        kind = "definition"
    else:
        kind = "other"
    return Statement(cell.index, position, kind, node, _text(cell, code, node), name_facts([node]), subsystem)


def _set_by_function(node: ast.stmt, setters: dict[str, str]) -> str | None:
    call = node.value if isinstance(node, ast.Expr) else None
    return setters.get(call.func.id) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None


def _magic(cell: SourceCell, position: int, node: ast.stmt, magic: Magic) -> Statement | None:
    """A magic that configures the session or runs a script, as a statement with the user's own line."""
    subsystem = magic_configures(magic.name, magic.argument)
    if subsystem is not None:
        text = magic_text(magic.name, magic.argument)
        return Statement(cell.index, position, "configuration", node, text, name_facts([node]), subsystem)
    if magic.name == "run":
        text = f"%run {magic.argument}".rstrip()
        return Statement(cell.index, position, "definition", node, text, name_facts([node]))
    return None


def _is_lambda(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Lambda)
        and all(isinstance(target, ast.Name) for target in node.targets)
    )


def _is_import(node: ast.stmt) -> bool:
    """An import, or a `try`/`if` that holds nothing but imports and simple fall-backs."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Try):
        parts = [*node.body, *node.orelse, *node.finalbody, *(s for h in node.handlers for s in h.body)]
    elif isinstance(node, ast.If):
        parts = [*node.body, *node.orelse]
    else:
        return False
    has_import = any(isinstance(part, ast.Import | ast.ImportFrom) for part in parts)
    return has_import and all(
        isinstance(part, ast.Import | ast.ImportFrom | ast.Pass)
        or (isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant | ast.Name | ast.Attribute))
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        or _is_import(part)
        for part in parts
    )


def _text(cell: SourceCell, code: PythonCode, node: ast.stmt) -> str:
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    lines = code.text.splitlines()
    end = node.end_lineno or node.lineno
    if start == node.lineno:
        segment = ast.get_source_segment(code.text, node)
        if segment is not None and segment == lines[start - 1].strip() and "get_ipython()." in segment:
            # What IPython makes of a line like `files = !ls` is not what the user wrote.
            return str(cell.source.replace("\r\n", "\n").split("\n")[code.first_line + start - 1].strip())
        if segment is not None:
            return segment
    return "\n".join(lines[start - 1 : end])
