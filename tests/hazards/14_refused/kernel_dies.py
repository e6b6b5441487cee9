# error: {code: kernel-died, status: 2, cell: 2, says: "kernel died"}
# %%
import os
import signal
# %%
rows = open("data/orders.csv").read().split()
# %%
os.kill(os.getpid(), signal.SIGKILL)
# %%
print(len(rows))
