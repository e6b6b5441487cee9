# %% [markdown]
# # Arrays that change under their names
# %%
import numpy as np

np.set_printoptions(precision=4)
# %% [markdown]
# ## Load data
# %%
raw = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1, 2))
weights = np.ones(3)
table = np.zeros(4, dtype=[("name", "U5"), ("value", "f4")])
identity = np.eye(3)
history = np.empty(0)
raw.shape
# %% [markdown]
# ## Clean
# %%
raw[np.isnan(raw)] = 0
raw[:, 1] *= 2
raw[raw[:, 2] > 4, 2] = 4
# %%
table["name"][:2] = ["ada", "bob"]
table[2] = ("cyd", 1.5)
np.fill_diagonal(identity, 7)
history = np.append(history, raw.mean())
table
# %% [markdown]
# ## Scale the features
# %%
np.divide(raw, raw.max(axis=0), out=raw)
weights -= 0.25
weights.flags.writeable = False
identity.T[0, 1] = -1
# %%
def centre(values):
    values -= values.mean(axis=0)


centre(raw)
raw.sort(axis=0)
raw[:2]
# %% [markdown]
# ## Evaluate results
# %%
history = np.append(history, raw.std())
try:
    weights[0] = 9
except ValueError as error:
    print("refused:", error)
identity, table["value"].sum(), history
# %%
raw.shape = (-1,)
np.put(raw, [0, 1], [5, 6])
raw.partition(3)
raw = raw.copy()
raw.resize((4, 5), refcheck=False)
raw
