# not_deterministic: [3, 4, 6, 9]
# %% [markdown]
# # Numbers that are new each time
# %%
import os
import secrets
import tempfile
import uuid
# %% [markdown]
# ## Load data
# %%
rows = open("data/orders.csv").read().split()[1:]
token = secrets.randbelow(10**12)
token, len(rows)
# %%
uuid.uuid4(), object()
# %% [markdown]
# ## Clean
# %%
salt = os.urandom(8)
salt
# %%
folder = tempfile.mkdtemp()
kept = [row for row in rows if not row.startswith(",")]
os.rmdir(folder)
len(kept), len(folder) > 3
# %% [markdown]
# ## Results
# %%
print(os.getpid(), len(salt))
# %%
token > 0, len(kept), max(kept)
