# error: {code: cell-timeout, status: 2, cell: 2, says: "longer than the limit of 2 s"}
# options: {timeout: 2}
# %%
import time

rows = open("data/orders.csv").read().split()
# %% [markdown]
# ## Wait for ever
# %%
while True:
    time.sleep(0.1)
# %%
print(len(rows))
