# engine: dvc
# findings: [secret]
# secrets: {API_KEY: k-9f2a77c1d0, PASSWORD: tr0ub4dor, SHOP_TOKEN: t0k3n-Xy12Zz98}
# %% [markdown]
# # Keys written into cells
# %%
import hashlib

api_key = "k-9f2a77c1d0"
db = {"user": "ada", "password": "tr0ub4dor", "port": 5432}
SHOP_TOKEN: str = "t0k3n-Xy12Zz98"
LIMIT = 12
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
def signed(text, key=api_key):
    return hashlib.sha256((key + text).encode()).hexdigest()[:8]


signed("a"), len(rows)
# %%
headers = {"Authorization": f"Bearer {SHOP_TOKEN}", "X-Key": api_key}
len(headers["Authorization"])
# %% [markdown]
# ## Clean
# %%
prices = [float(row[0]) for row in rows if row[0] and float(row[0]) < LIMIT]
len(prices), sorted(db), db["port"]
# %%
class Client:
    def __init__(self, token, **options):
        self.token, self.options = token, options

    def call(self, text):
        return hashlib.md5(f"{self.token}:{text}".encode()).hexdigest()[:6]


client = Client(SHOP_TOKEN, timeout=3)
client.call("x")
# %% [markdown]
# ## Results
# %%
print(signed("b"), len(api_key), api_key.startswith("k-"))
# %%
len(headers["X-Key"]), sum(prices), client.call("y"), len(db["password"])
