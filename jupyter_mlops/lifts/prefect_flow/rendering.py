"""The templates of flows."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jupyter_mlops_converters.emit.literals import fold, literal

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - it is Python
    )
    templates.filters.update(fold=fold, literal=literal, suffixed=lambda name: f"{name}_done")
    return templates


def render(template: str, **values: Any) -> str:
    """The text of a template.

    Args:
        template: its file.
        values: what it uses.
    """
    return _environment().get_template(template).render(**values)
