# findings: [secret]
# secrets: {PASSWORD: hunter2-hunter, CLIENT_SECRET: zQ8-cl1ent-77x, PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBgkq\n-----END PRIVATE KEY-----\n"}
# %% [markdown]
# # Keys in functions, defaults and classes
# %%
import hmac

PRIVATE_KEY = """-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkq
-----END PRIVATE KEY-----
"""


def connect(user, password="hunter2-hunter"):
    return f"{user}:{len(password)}"


class Service:
    client_secret = 'zQ8-cl1ent-77x'

    def sign(self, text):
        return hmac.new(self.client_secret.encode(), text.encode(), "sha1").hexdigest()[:8]


# %% [markdown]
# ## Load data
# %%
rows = open("data/orders.csv").read().split()[1:]
connect("ada"), len(PRIVATE_KEY.splitlines())
# %%
service = Service()
lines = PRIVATE_KEY.count("\n")
service.sign("a")
# %% [markdown]
# ## Clean
# %%
kept = [row for row in rows if not row.startswith(",")]
checked = [connect(row[-1]) for row in kept[:2]]
checked
# %%
def is_right(password):
    return password == "hunter2-hunter"


is_right("x"), is_right("hunter2" + "-hunter")
# %% [markdown]
# ## Results
# %%
sign = Service().sign
connect("bob", password='hunter2-hunter'), sign("b") == service.sign("b")
# %%
print(len(kept), lines, service.sign("c"), connect("eve"), is_right("y"))
