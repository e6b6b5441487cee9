# %% [markdown]
# # How things look
# %%
%matplotlib inline
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.style.use("ggplot")
mpl.rcParams["figure.dpi"] = 40
plt.rcParams.update({"figure.figsize": (3, 2), "font.size": 8})
pd.set_option("display.float_format", lambda value: f"{value:.1f} EUR")
pd.options.display.max_columns = 3
# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv")
df.head(2)
# %%
plt.rc("lines", linewidth=4)
plt.plot(df["price"].head(10))
plt.show()
# %% [markdown]
# ## Explore
# %%
with plt.rc_context({"lines.linestyle": "--"}), pd.option_context("display.precision", 1, "display.float_format", None):
    display(df[["price"]].head(2))
    df["price"].head(5).plot()
# %%
mpl.rcParams["axes.prop_cycle"] = mpl.cycler(color=["k", "c"])
plt.rcParams["axes.facecolor"] = "white"
df[["price", "count"]].head(6).plot()
plt.show()
# %% [markdown]
# ## Features
# %%
np.set_printoptions(formatter={"float": lambda value: f"<{value:.2f}>"})
with np.printoptions(formatter=None, precision=1):
    print(np.array([1.234]))
np.array([1.234]), df["price"].mean()
# %%
pd.reset_option("display.float_format")
totals = df.groupby("kind")["price"].sum()
totals
# %% [markdown]
# ## Evaluate results
# %%
plt.rcdefaults()
plt.rcParams["figure.dpi"] = 40
fig, ax = plt.subplots(figsize=(2, 2))
totals.plot.bar(ax=ax)
plt.show()
# %%
print(np.array([2.0]), mpl.rcParams["lines.linewidth"], pd.get_option("display.max_columns"))
df.describe()
