# %% [markdown]
# # The same names twice
# %%
import numpy as np
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import mean_absolute_error
# %% [markdown]
# ## Load the first data set
# %%
data = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1, 2))
data = data[~np.isnan(data).any(axis=1)]
X, y = data[:, :2], data[:, 2]
scores = {}
# %%
model = LinearRegression()
model.fit(X, y)
# %% [markdown]
# ## Evaluate
# %%
score = model.score(X, y)
scores["first"] = round(score, 6)
for i, x in enumerate(X[:2]):
    print(i, x, model.predict([x]).round(4))
# %%
data = {"rows": len(data)}
i, x, data
# %% [markdown]
# ## Load the second data set
# %%
data = [[a, a % 3, a**2 % 7] for a in range(i * 20 + 10)]
X = np.array([row[:2] for row in data])
y = np.array([row[2] for row in data])
X.shape, data[-1]
# %%
first_model = model
model = Ridge(alpha=2)
model.fit(X, y)
# %% [markdown]
# ## Evaluate the second
# %%
score = mean_absolute_error(y, model.predict(X))
scores["second"] = round(float(score), 6)
list = [type(model).__name__, type(first_model).__name__]
sum = len(list)
scores, list, sum
# %%
del list, sum
_, y = X[0], y[:3]
print(list("ab"), sum([1, 2]), y, model.coef_.round(6), first_model.coef_.round(6))
