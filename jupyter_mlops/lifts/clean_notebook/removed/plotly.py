"""plotly."""

from __future__ import annotations

from jupyter_mlops.lifts.clean_notebook.change import Change, moved
from jupyter_mlops.lifts.clean_notebook.rewrites import left_out

CHANGES = (
    Change(
        "plotly",
        "4.0",
        ("plotly.plotly.sign_in", "plotly.tools.set_credentials_file"),
        left_out,
        before="import plotly\nplotly.plotly.sign_in('ann', 'k')",
        after="import plotly\npass  # plotly.plotly.sign_in('ann', 'k')",
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
