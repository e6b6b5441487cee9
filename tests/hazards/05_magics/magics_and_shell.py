# engine: dvc
# %% [markdown]
# # Magics
# %%
%matplotlib inline
import pandas as pd
import matplotlib.pyplot as plt
# %% [markdown]
# ## Load data
# %%
names = !ls data
folder = "data"
!ls {folder}
# %%
%time df = pd.read_csv("data/orders.csv")
print(names)
# %%
%%capture noise
print("swallowed")
df = df.dropna()
# %% [markdown]
# ## Explore
# %%
%%time
totals = df["price"] * df["count"]
totals.sum()
# %%
df.plot.scatter("price", "count")
plt.title("orders")
plt.show()
# %%
noise.stdout
# %% [markdown]
# ## Features
# %%
%%writefile scaling.py
def scale(values):
    return values / values.max()
# %%
from scaling import scale

df["scaled"] = scale(df["price"])
df?
# %%
%%bash
echo from the shell
wc -l < data/orders.csv
# %% [markdown]
# ## Results
# %%
lines = %sx wc -l < data/orders.csv
print(int(lines[0]), len(names), df["scaled"].max())
# %%
%cd data
!ls
pd.read_csv("orders.csv").shape
