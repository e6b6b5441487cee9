# %% [markdown]
# # Randomness in every corner
# %%
import random
from random import Random, choice, randint

import numpy as np

random.seed(1)
np.random.seed(2)
np.set_printoptions(precision=4, suppress=True)
own = Random(3)
rng = np.random.default_rng(4)
old = np.random.RandomState(5)
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
random.shuffle(rows)
rows[0], choice("abc"), own.random(), rng.random(2), old.rand(2)
# %%
def noisy(values, scale=1.0):
    return values + np.random.normal(scale=scale, size=len(values)) + random.gauss(0, 1)


state = np.random.get_state()
marked = random.getstate()
noisy(np.zeros(2))
# %% [markdown]
# ## Clean
# %%
prices = np.array([float(row[0] or 0) for row in rows])
picked = np.random.choice(prices, 5, replace=False)
np.random.shuffle(prices)
picked, prices[:3], [randint(0, 9) for _ in range(3)]
# %%
np.random.set_state(state)
np.random.rand(2), rng.permutation(4), old.randint(10, size=3)
# %% [markdown]
# ## Features
# %%
def reseed():
    random.seed(99)


spawned = rng.spawn(2)
reseed()
spawned[0].random(), random.random(), own.sample(range(20), 3)
# %%
weights = rng.normal(size=3)
bits = np.random.bytes(2)
np.random.permutation(3), bits, weights
# %% [markdown]
# ## Evaluate
# %%
print(noisy(prices[:2]), random.random(), own.choice("xyz"), rng.integers(100), old.normal())
# %%
np.random.seed(0)
random.setstate(marked)
np.random.rand(), random.random(), spawned[1].random(), rng.bit_generator.state["state"]["state"] % 1000
