"""Secrets in cells, read from the environment instead."""

from __future__ import annotations

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.lifts.clean_notebook.edits import Draft, Open, Repair
from jupyter_mlops.lifts.scene import Scene

_WHY = "A secret in a notebook is read by everyone who gets it; make a new one if this one was ever shared"


def mend_secrets(draft: Draft, scene: Scene, path: str) -> dict[str, str]:
    """Let secrets be read from environment variables. To be called first: no later repair can tell their values then.

    Args:
        draft: the notebook.
        scene: the project.
        path: of the notebook.

    Returns:
        Environment variable → value, which nothing may show.
    """
    from jupyter_mlops_converters.source.conceal import concealed
    from jupyter_mlops_converters.source.notebook import SourceCell, SourceNotebook
    from jupyter_mlops_converters.source.secrets import find_secrets

    cells = tuple(
        SourceCell(cell.index, "code" if cell.kind == "code" else "markdown", cell.source)
        for cell in draft.notebook.cells
    )
    source = SourceNotebook(scene.root / path, "", cells, None, {})
    secrets = find_secrets(source)
    if not secrets:
        return {}
    values = {secret.name: secret.value for secret in secrets}
    try:
        new = concealed(source)
    except MlopsError as error:
        draft.open.append(Open(error.cell or 0, error.line or 1, "a secret", f"{error.message.removesuffix('.')}"))
        return values
    for cell in new.cells:
        if cell.source != draft.notebook.cells[cell.index].source:
            draft.put(cell.index, cell.source)
    for secret in secrets:
        what = f"the secret is read from the environment variable {secret.name}"
        draft.repairs.append(Repair("secret", secret.cell, secret.line, what, _WHY))
    return values
