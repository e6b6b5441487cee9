# %% [markdown]
# # Windows on the same memory
# %%
import numpy as np
# %% [markdown]
# ## Load data
# %%
matrix = np.arange(24.0).reshape(4, 6)
flat = matrix.ravel()
turned = matrix.T
first_rows = matrix[:2]
picked = matrix[[0, 1]]
every_second = flat[::2]
# %%
book = {"matrix": matrix, "copy": matrix.copy()}
pair = (matrix, first_rows)
signal = np.zeros(5)
reader = memoryview(signal)
points = np.zeros(3, dtype=[("x", "f8"), ("y", "f8")])
xs = points["x"]
# %% [markdown]
# ## Clean
# %%
turned[0] = -1
every_second[1] = 100
print(matrix[:, 0], first_rows[0], picked[0])
# %%
signal[2] = 3.5
xs += [1, 2, 3]
book["matrix"][3, 5] = 7
# %% [markdown]
# ## Features
# %%
pair[1][:, 1:3] *= 10
np.shares_memory(matrix, first_rows), np.shares_memory(picked, matrix), flat.base is matrix.base
# %%
wide = np.broadcast_to(signal, (2, 5))
signal += 1
print(wide.sum(), reader[2], points["x"].tolist(), reader.tolist())
# %% [markdown]
# ## Evaluate results
# %%
first_rows[:] = 0
points["x"][0] = 50
print(matrix.sum(), book["matrix"] is matrix, book["copy"].sum(), pair[0] is matrix)
# %%
matrix = matrix + 1
flat[0] = 12
xs, matrix[0, 0], turned[0, 0], wide[1]
