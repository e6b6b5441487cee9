# %% [markdown]
# # Rich output
# %%
import sys

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import HTML, JSON, SVG, Code, Image, Latex, Markdown, Pretty, clear_output, display, update_display
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
class Table:
    def __init__(self, rows):
        self.rows = rows

    def _repr_html_(self):
        return "<table>" + "".join(f"<tr><td>{row[0]}</td></tr>" for row in self.rows) + "</table>"

    def __repr__(self):
        return f"Table({len(self.rows)})"


table = Table(rows[:3])
table
# %%
display(table, "text", metadata={"isolated": True})
display(HTML("<b>bold</b>"), Markdown("*it*"), Latex("$x^2$"), JSON({"a": [1]}), Pretty("pretty"))
# %% [markdown]
# ## Explore
# %%
handle = display("first", display_id="progress")
handle.update("second")
update_display("third", display_id="progress")
# %%
print("to be cleared")
clear_output()
print("left")
print("on stderr", file=sys.stderr)
sys.stdout.write("no newline")
# %%
InteractiveShell.ast_node_interactivity = "all"
len(rows)
rows[0]
"last";
# %% [markdown]
# ## Features
# %%
"shown because all is"
counts = {kind: sum(row[3] == kind for row in rows) for kind in "abc"}
counts
None
# %%
InteractiveShell.ast_node_interactivity = "last_expr"
"not shown"
SVG('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>')
# %% [markdown]
# ## Results
# %%
display({"text/plain": "raw", "text/html": "<i>raw</i>"}, raw=True)
Code("x = 1", language="python")
# %%
get_ipython().display_formatter.formatters["text/plain"].for_type(Table, lambda table, printer, cycle: printer.text("formatted"))
table
# %%
table.rows = rows[:1]
display(table)
print(counts, end="")
