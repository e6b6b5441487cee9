# %% [markdown]
# # Cells of every kind
#
# ![no attachment](attachment:gone.png)
# %%

# %% [raw]
# raw text, {{ not }} a template
# %%
# only a comment
# %%
"""Only a text."""
# %% [markdown]
# %%
pass
# %% [markdown]
# Load data
# =========
# <h2>Load <em>HTML</em> data</h2>
# %% tags=important,stage-is-no-tag
rows = open("data/orders.csv").read().split()[1:]
größe = len(rows); π = 3.14
größe
# %% tags=skip
raise RuntimeError("left out")
# %% [markdown]
# ## Clean `code` & "quotes" $x^2$ / slashes
# %% tags=parameters
LIMIT = 10
NAME = "ünï 'quoted' \"double\" \\ backslash {brace} $dollar %percent #hash"
# %%
kept = [row for row in rows
        if not row.startswith(",")   # a comment at the end
        ][:LIMIT]; kept[-1];
# %%
text = '''several
    lines with ''' + "# %%" + ''' and "quotes"
'''
text; NAME
# %% [markdown]
# ## 数据 — Übersicht 📊
# %% tags=hide-input
if True:
	tabbed = len(kept)
	tabbed += 1
very_long = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53]
tabbed
# %%
lambda: 0
x = (yield_ := 3)
print(x, yield_, π)
# %% [markdown]
# ## Results
# %%
products = upstream = product = {"user's own": 1}
params, _inputs, _outputs, _pipeline, os, Path = range(6)
print(products, params, _inputs, _outputs, _pipeline, os, Path)
# %%
print(text, NAME, sum(very_long), product, upstream, os + Path, tabbed, größe)
# %% [markdown]
# The end.
