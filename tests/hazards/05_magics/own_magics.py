# %% [markdown]
# # Magics made in the notebook, and settings made with them
# %%
%reset -f
%config InlineBackend.figure_format = "svg"
%precision 3
from IPython.core.magic import register_cell_magic, register_line_magic, register_line_cell_magic


@register_line_magic
def shout(line):
    return line.upper()


@register_cell_magic
def skip_if(line, cell):
    if not eval(line):
        get_ipython().run_cell(cell)


# %% [markdown]
# ## Load data
# %%
rows = open("data/orders.csv").read().split()[1:]
%whos list
%shout loaded
# %%
%%skip_if len(rows) < 10
prices = [float(row.split(",")[0] or 0) for row in rows]
print("run")
# %%
%%skip_if len(rows) > 10
raise ValueError("must be skipped")
# %% [markdown]
# ## Clean
# %%
%load_ext local_magic
%alias say echo saying %s
greeting = %shout hello
%say {greeting}
sum(prices) / len(prices)
# %%
%doubled 21
# %%
%macro -q -r later 1
%pprint
[1.23456, {"a": 2.0}]
# %% [markdown]
# ## Explore
# %%
%%html
<b>bold</b>
# %%
%%markdown
*some* text
# %%
%%latex
\alpha
# %%
rows?
len??
%pinfo prices
%psource shout
# %% [markdown]
# ## Results
# %%
%shout result
# %%
%xmode Minimal
best = max(prices)
best / 3
# %%
%precision 5
%doubled {best}
[price / 7 for price in prices[:2]]
# %% [file] local_magic.py
def doubled(line):
    return float(line) * 2


def load_ipython_extension(ipython):
    ipython.register_magic_function(doubled, "line")
