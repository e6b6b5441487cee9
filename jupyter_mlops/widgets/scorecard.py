"""`Scorecard`: live where there is a front end for widgets, static HTML or text everywhere else."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_mlops.assessment.api import Assessment
    from jupyter_mlops.widgets.live import LiveCard


class Scorecard:
    """Where a project stands: its level, the five questions, their evidence, and what to do next.

    As the last line of a cell it is a live card that follows the project's files. It leaves a static card in the notebook
    that nbconvert, GitHub and a notebook opened without a kernel show; in a terminal it is text. The live card needs
    anywidget (``pip install "jupyter-mlops[widget]"``).

    Args:
        path: the project's folder, or a file in it.
        live: False leaves the static card alone.

    Raises:
        MlopsError: when nothing is at `path`, or the project's settings are wrong.
    """

    def __init__(self, path: str | Path = ".", *, live: bool = True) -> None:
        self.path = Path(path).resolve()
        self._live = live
        self.assessment = self.refresh()

    def refresh(self) -> Assessment:
        """Assess again.

        Returns:
            The assessment, which is also in `assessment`.
        """
        from jupyter_mlops.assessment.api import assess

        self.assessment = assess(self.path)
        return self.assessment

    @property
    def level(self) -> int:
        """The level reached, 0 to 4."""
        return self.assessment.level

    @cached_property
    def widget(self) -> LiveCard:
        """The live card, to be laid out with other widgets.

        Raises:
            MissingDependencyError: without anywidget.
        """
        if not _can_be_live():
            from jupyter_mlops.errors import MissingDependencyError

            raise MissingDependencyError("anywidget", 'pip install "jupyter-mlops[widget]"', "The live scorecard")
        from jupyter_mlops.widgets.live import LiveCard

        return LiveCard(self.path, self.assessment.to_dict())

    def __repr__(self) -> str:
        from jupyter_mlops.assessment.reports import report_named

        return report_named("text").render(self.assessment, False).strip("\n")

    def _repr_html_(self) -> str:
        from jupyter_mlops.widgets.card import static_card

        hint = "" if not self._live or _can_be_live() else 'pip install "jupyter-mlops[widget]"'
        return static_card(self.assessment.to_dict(), install=hint)

    def _ipython_display_(self) -> None:
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()  # type: ignore[no-untyped-call,unused-ignore]
        if not (self._live and _can_be_live() and hasattr(shell, "kernel")):
            _show({"text/html": self._repr_html_(), "text/plain": repr(self)})
            return
        widget = self.widget
        _show({"text/html": f'<div id="{widget.stand_in}">{self._repr_html_()}</div>', "text/plain": repr(self)})
        data, *metadata = widget._repr_mimebundle_()
        data.pop("text/plain", None)  # the static card says it all where widgets do not run
        display(data, metadata=metadata[0] if metadata else None, raw=True)


def _can_be_live() -> bool:
    from importlib.util import find_spec

    return find_spec("anywidget") is not None


def _show(bundle: dict[str, Any]) -> None:
    from IPython.display import display

    display(bundle, raw=True)
