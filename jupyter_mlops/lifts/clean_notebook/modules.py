"""Modules of the project that a notebook imports: what libraries no longer have is repaired in them, where they are."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.lifts.clean_notebook.columns import read_text_columns
from jupyter_mlops.lifts.clean_notebook.edits import Draft
from jupyter_mlops.lifts.clean_notebook.mending import Table, mend
from jupyter_mlops.lifts.clean_notebook.python_2 import mend_python_2
from jupyter_mlops.lifts.scene import Scene
from jupyter_mlops.project.notebook import Cell, Notebook


def modules(scene: Scene, path: str) -> Iterator[str]:
    """Modules of the project that a notebook leads to by imports.

    Args:
        scene: the project.
        path: of the notebook.
    """
    index = scene.unit.reach.modules
    own = {source for source in scene.unit.sources if source.endswith(".py")}
    seen, waiting = {path}, [path]
    while waiting:
        importer = waiting.pop()
        source = scene.project.python(importer)
        for item in source.imports if source is not None else ():
            found = index.resolve(item.dotted, importer)
            if found is not None and found[0] in own - seen:
                seen.add(found[0])
                waiting.append(found[0])
                yield found[0]


def cleaned_module(scene: Scene, path: str, table: Table) -> Draft | None:
    """What a module becomes; None where it cannot be read.

    Args:
        scene: the project.
        path: of the module.
        table: what is gone.
    """
    text = scene.project.text(path)
    if text is None:
        return None
    table.texts = lambda: read_text_columns(scene, path)
    draft = Draft(Notebook(path, (Cell(0, "code", text, (), None, []),), "python", ""))
    mend_python_2(draft)
    mend(draft, table)
    return draft
