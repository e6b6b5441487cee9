# %% [markdown]
# # Bars and widgets
# %%
import sys
import time

import ipywidgets as widgets
from IPython.display import display
from tqdm import tqdm, trange
from tqdm.auto import tqdm as auto_tqdm
# %% [markdown]
# ## Load data
# %%
rows = []
for line in tqdm(open("data/orders.csv").read().split()[1:], desc="reading"):
    rows.append(line.split(","))
len(rows)
# %%
slider = widgets.IntSlider(value=7, max=20)
label = widgets.Label("hello")
display(widgets.HBox([slider, label]))
# %% [markdown]
# ## Clean
# %%
kept = [row for row in auto_tqdm(rows, file=sys.stdout, leave=False) if row[0]]
for _ in trange(2, disable=True):
    pass
len(kept)
# %%
@widgets.interact(n=(0, 3))
def show(n=2):
    print("chosen", n)
    return kept[n]
# %% [markdown]
# ## Features
# %%
out = widgets.Output()
with out:
    print("inside")
out
# %%
prices = [float(row[0]) for row in kept]
bar = tqdm(total=3, file=sys.stdout)
for step in range(3):
    bar.update()
bar.close()
print("\rover", end="\rwritten\n")
round(sum(prices), 4)
# %% [markdown]
# ## Evaluate results
# %%
slider.value = 9
slider.observe(lambda change: print("changed to", change["new"]), names="value")
slider.value = 11
slider.value, label.value
# %%
print("\x1b[31mred\x1b[0m", "back\bspace", "é\u200b", sep="|")
progress = widgets.IntProgress(max=2)
for _ in range(2):
    progress.value += 1
progress.value, max(prices)
