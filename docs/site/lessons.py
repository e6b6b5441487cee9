"""The tutorials as pages to read; worked through they are in Jupyter."""

from __future__ import annotations

from collections.abc import Iterator


def pages() -> Iterator[tuple[str, str]]:
    """A page for each tutorial."""
    from jupyter_mlops.tutorials import tutorials

    for tutorial in tutorials():
        yield f"tutorials/{tutorial.name}.md", "\n\n".join(_parts(tutorial)) + "\n"


def _parts(tutorial: object) -> Iterator[str]:
    import nbformat

    first, *others = nbformat.read(tutorial.notebook, as_version=4).cells
    yield first.source
    yield (
        f":::{{note}}\nThis is the notebook to read. `jupyter mlops tutorial {tutorial.number} --open` lays its sandbox"
        " and opens it, to be worked through.\n:::"
    )
    for cell in others:
        if cell.cell_type == "markdown":
            yield cell.source.replace("```python", "```ipython3")
        else:
            yield f"```ipython3\n{cell.source}\n```"
