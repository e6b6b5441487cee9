"""The package's Jinja2 templates."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from jupyter_mlops_converters.emit.literals import fold, literal

    environment = Environment(
        loader=PackageLoader("jupyter_mlops_converters.emit"),
        autoescape=False,  # noqa: S701 - the templates make Python and Markdown, not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(fold=fold, literal=literal)
    return environment


def render(template: str, **values: Any) -> str:
    """The template's text.

    Args:
        template: file name in `emit/templates`.
        values: what the template uses.
    """
    return _environment().get_template(template).render(**values)
