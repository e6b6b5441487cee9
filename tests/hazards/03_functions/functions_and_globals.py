# %% [markdown]
# # Functions
# %%
import numpy as np
import pandas as pd

FACTOR = 3


def scaled(values):
    """Reads a global that is a parameter."""
    return values * FACTOR


def logged(frame, column):
    frame = frame.copy()
    frame[column] = np.log1p(frame[column])
    return frame


class Range:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def clip(self, values):
        return np.clip(values, self.low, self.high)


# %% [markdown]
# ## Load data
# %%
df = pd.read_csv("data/orders.csv").dropna()
limits = Range(2, 40)
offset = 1.5
add = lambda values: values + offset
df.shape
# %%
def summary():
    """Looks the globals up when it is called, not when it is defined."""
    return {"rows": len(df), "offset": offset, "mean": round(float(df["price"].mean()), 6)}


print(summary())
# %% [markdown]
# ## Build features
# %%
offset = 2.5
df["scaled"] = scaled(df["price"])
df = logged(df, "count")
df["clipped"] = limits.clip(df["scaled"])
# %%
print(summary())
df.head()
# %% [markdown]
# ## Evaluate results
# %%
limits.high = 30
mean_error = float((limits.clip(df["scaled"]) - add(df["clipped"])).abs().mean())
print(mean_error, summary())
# %%
counter = 0


def count():
    global counter
    counter += 1
    return counter


count(), count()
# %%
[count() for _ in range(3)], counter
