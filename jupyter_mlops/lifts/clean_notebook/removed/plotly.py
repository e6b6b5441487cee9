"""plotly."""

from __future__ import annotations

import ast

from jupyter_mlops.lifts.clean_notebook.change import Change, Site, moved
from jupyter_mlops.lifts.clean_notebook.edits import Edit


def _signed_in(site: Site) -> list[Edit] | None:
    """Nothing is left of it, not even a comment: it holds a key."""
    alone = site.call is not None and isinstance(site.own, ast.Expr) and site.own.value is site.call
    return site.replaced(site.call, "pass") if alone and site.call is not None else None


CHANGES = (
    Change(
        "plotly",
        "4.0",
        ("plotly.plotly.sign_in", "plotly.tools.set_credentials_file"),
        _signed_in,
        before="import plotly\nplotly.plotly.sign_in('ann', 'k')",
        after="import plotly\npass",
        gives="True",
        why="Figures are drawn here, and no longer by the service: there is nothing to sign in to.",
        name=True,
    ),
    moved(
        "plotly",
        "4.0",
        "plotly.plotly",
        "plotly.offline",
        before="import plotly.plotly as py\nx = py.iplot",
        after="import plotly.offline as py\nx = py.iplot",
        gives="callable(x)",
        why="`plotly.plotly` had the service draw figures, and is gone; `plotly.offline` draws them here.",
    ),
)
