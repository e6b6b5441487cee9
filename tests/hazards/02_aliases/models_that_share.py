# %% [markdown]
# # Models that hold one another
# %%
import copy

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

np.set_printoptions(precision=6, suppress=True)
# %% [markdown]
# ## Load data
# %%
data = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1, 2))
data = data[~np.isnan(data).any(axis=1)]
X, y = data[:, :2], data[:, 2]
X_part = X[:5]
# %% [markdown]
# ## Build the model
# %%
scaler = StandardScaler()
ridge = Ridge(alpha=0.5)
pipeline = Pipeline([("scale", scaler), ("fit", ridge)])
candidates = {"one": pipeline, "two": clone(pipeline), "same": ridge}
best = None
# %% [markdown]
# ## Train
# %%
pipeline.fit(X, y)
best = candidates["one"].named_steps["fit"]
scaler.mean_, ridge.coef_
# %%
shallow = copy.copy(ridge)
ridge.set_params(alpha=9)
shallow.coef_[0] = 77
ridge
# %% [markdown]
# ## Evaluate
# %%
print(best is ridge, best.coef_, candidates["same"].alpha, shallow.alpha, hasattr(candidates["two"], "classes_"))
pipeline.predict(X_part)
# %%
scaler.mean_ += 1
X_part[0] = 0
print(pipeline.predict(X[:2]), X[0], pipeline[0] is scaler)
# %%
candidates["two"].fit(X, y)
best.fit(X, y)
print(round(candidates["two"].score(X, y), 6), ridge.coef_, shallow.coef_)
