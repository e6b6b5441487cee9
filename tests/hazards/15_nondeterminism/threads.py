# not_deterministic: [4, 7]
# %% [markdown]
# # Who is first
# %%
import random
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

rows = open("data/orders.csv").read().split()[1:]
# %% [markdown]
# ## Load data
# %%
def work(number):
    time.sleep(random.SystemRandom().random() / 50)
    return number


# %%
with ThreadPoolExecutor(12) as pool:
    finished = [future.result() for future in as_completed([pool.submit(work, n) for n in range(12)])]
finished
# %% [markdown]
# ## Clean
# %%
sorted(finished) == list(range(12))
# %%
firsts = finished[:6]
print(firsts)
# %% [markdown]
# ## Results
# %%
with ThreadPoolExecutor(4) as pool:
    ordered = list(pool.map(work, range(4)))
ordered
# %%
total = sum(finished)
total, len(rows)
