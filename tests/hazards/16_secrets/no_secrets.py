# stages: 1
# %% [markdown]
# # What only looks like secrets
# %%
import os
import re

password = "changeme"
token = ""
api_key = os.environ.get("AN_API_KEY_NOBODY_HAS")
SECRET_KEY = "your-secret-key-here"
max_tokens = 256
pad_token, token_pattern = "<pad>", r"(?u)\b\w\w+\b"
tokenizer = "bert-base-uncased-2019-release"
secret_santa = "Bob"
primary_key = "order_id"
password_column = "user_password"
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
key = rows[0][3]
keys = {"key": "price", "token": "word", "auth": None}
url = "https://example.org:443/path?token=none"
password, key, api_key
# %%
def login(user, password=None, token="<your token>"):
    return (user, password or "none", token)


login("ada")
# %% [markdown]
# ## Clean
# %%
tokens = re.findall(token_pattern, "one two a")
digest = "9e107d9d372bb6826bd81d3542a419d6"
kept = [row for row in rows if row[0]]
tokens, digest[:4], len(kept)
# %%
settings = dict(api_key=api_key, secret="todo", password=password)
settings
# %% [markdown]
# ## Results
# %%
print(tokenizer, max_tokens, pad_token, secret_santa, primary_key, password_column)
# %%
print(SECRET_KEY, keys, url, login("bob", password), len(kept), token == "", settings["secret"])
