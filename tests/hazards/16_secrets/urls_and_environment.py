# findings: [secret]
# secrets: {PASSWORD: s3cr3t-pw9, HF_TOKEN: hf-t0k-55aa77, AWS_SECRET_ACCESS_KEY: wJal9rXUtnFEMI7bPxRf}
# %% [markdown]
# # Keys in URLs, magics, comments and texts
#
# The password is s3cr3t-pw9, do not tell.
# %%
import os
from urllib.parse import urlsplit

url = "postgresql://ada:s3cr3t-pw9@db.local:5432/orders"  # s3cr3t-pw9
os.environ["AWS_SECRET_ACCESS_KEY"] = "wJal9rXUtnFEMI7bPxRf"
# HF_TOKEN = "hf-t0k-55aa77"
# %% [markdown]
# ## Load data
# %%
%set_env HF_TOKEN=hf-t0k-55aa77
!test "$HF_TOKEN" = "hf-t0k-55aa77" && echo the same
rows = open("data/orders.csv").read().split()[1:]
# %%
parts = urlsplit(url)
parts.hostname, parts.port, len(parts.password)
# %% [markdown]
# ## Clean
# %%
%%bash
test "$AWS_SECRET_ACCESS_KEY" = "wJal9rXUtnFEMI7bPxRf" && echo equal
# %%
kept = [row for row in rows if not row.startswith(",")]
text = "with s3cr3t-pw9 in 'it' and %d rows" % len(kept)
masked = text.replace(parts.password, "...")
masked
# %% [markdown]
# ## Results
# %%
%%time
total = sum(float(row.split(",")[0]) for row in kept)
same = os.environ["HF_TOKEN"] == 'hf-t0k-55aa77'
# %%
print(total, same, len(os.environ["AWS_SECRET_ACCESS_KEY"]), urlsplit(url).username, len(kept))
