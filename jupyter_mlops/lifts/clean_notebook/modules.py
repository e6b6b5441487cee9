"""Modules of the project that a notebook imports: what libraries no longer have is repaired in them, where they are."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from jupyter_mlops.lifts.clean_notebook.columns import read_text_columns
from jupyter_mlops.lifts.clean_notebook.edits import Code, Draft, Edit, Proposal, Repair, Span
from jupyter_mlops.lifts.clean_notebook.mending import Table, mend
from jupyter_mlops.lifts.clean_notebook.python_2 import mend_python_2
from jupyter_mlops.lifts.environment.installed import Environment
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import Cell, Notebook
from jupyter_mlops.project.python_source import Import, PythonSource


def modules(scene: Scene, notebook: Notebook) -> Iterator[str]:
    """Modules of the project that a notebook leads to by imports.

    Args:
        scene: the project.
        notebook: as it is repaired: of cells that Python cannot read nobody knows what they import.
    """
    path = notebook.path
    index = scene.unit.reach.modules
    own = {source for source in scene.unit.sources if source.endswith(".py")}
    seen, waiting = {path}, [path]
    while waiting:
        importer = waiting.pop()
        for item in _imports(scene, notebook if importer == path else importer):
            found = index.resolve(item.dotted, importer)
            for module in _with_packages(found[0]) if found is not None else ():
                if module in own - seen:
                    seen.add(module)
                    waiting.append(module)
                    yield module


def _imports(scene: Scene, importer: Notebook | str) -> tuple[Import, ...]:
    """What a notebook or a module imports; a module may be one of Python 2."""
    if isinstance(importer, Notebook):
        return PythonSource(importer.tree).imports
    source = scene.project.python(importer)
    if source is None and (text := scene.project.text(importer)) is not None:
        draft = _draft(importer, text)
        mend_python_2(draft)
        source = PythonSource(draft.notebook.tree)
    return source.imports if source is not None else ()


def _draft(path: str, text: str) -> Draft:
    return Draft(Notebook(path, (Cell(0, "code", text, (), None, []),), "python", ""))


def _with_packages(path: str) -> Iterator[str]:
    """A module, and what runs before it: the packages that it is in."""
    yield path
    parts = path.split("/")[:-1]
    for depth in range(len(parts), 0, -1):
        yield "/".join([*parts[:depth], "__init__.py"])


def cleaned_module(scene: Scene, path: str, table: Table, installed: Environment) -> Draft | None:
    """What a module becomes; None where it cannot be read.

    Args:
        scene: the project.
        path: of the module.
        table: what is gone.
        installed: what else an import may mean.
    """
    text = scene.project.text(path)
    if text is None:
        return None
    table.texts = lambda: read_text_columns(scene, path)
    draft = _draft(path, text)
    mend_python_2(draft)
    _mend_siblings(draft, scene, path, installed)
    mend(draft, table)
    return draft


def _mend_siblings(draft: Draft, scene: Scene, path: str, installed: Environment) -> None:
    """Imports of a module beside it in a package, which Python 2 took by its name alone, are relative ones."""
    folder = path.rpartition("/")[0]
    code = Code(draft.notebook)
    if not folder or not scene.project.exists(f"{folder}/__init__.py") or "__main__" in draft.notebook.cells[0].source:
        return  # what is run by itself, too, has no package around it then

    def beside(name: str) -> bool:
        top = name.partition(".")[0]
        there = any(scene.project.exists(f"{folder}/{top}{end}") for end in (".py", "/__init__.py"))
        other = top in sys.stdlib_module_names or installed.owners(top)
        return there and not other and not scene.project.exists(f"{top}.py") and not scene.project.exists(top)

    proposals = []
    for node in ast.walk(code.tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and beside(node.module or ""):
            column, text = len("from "), "."
        elif isinstance(node, ast.Import) and all("." not in one.name and beside(one.name) for one in node.names):
            column, text = 0, "from . "
        else:
            continue
        span = code.span(node)
        place = Span(span.line, span.column + column, span.line, span.column + column)
        what = f"`{code.text(node)}` becomes `{code.text(node)[:column]}{text}{code.text(node)[column:]}`"
        why = "Python 2 looked for modules beside the importing one first; Python 3 wants a dot for that"
        proposals.append(Proposal([Edit(place, text)], Repair("api", 0, span.line, what, why, "Python 3.0")))
    draft.apply(proposals)
