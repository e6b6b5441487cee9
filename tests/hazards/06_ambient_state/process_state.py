# %% [markdown]
# # The process and its settings
# %%
import decimal
import locale
import logging
import os
import sys
import time
import warnings

os.environ["SHOP"] = "corner"
os.environ.setdefault("SHOP_MODE", "test")
os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
decimal.getcontext().prec = 5
locale.setlocale(locale.LC_ALL, "C")
sys.setrecursionlimit(5000)
warnings.simplefilter("error", UserWarning)
logging.basicConfig(level=logging.INFO, format="%(levelname)s:%(message)s", stream=sys.stdout, force=True)
# %% [markdown]
# ## Load data
# %%
os.chdir("data")
rows = open("orders.csv").read().split()[1:]
logging.info("read %d", len(rows))
one_third = decimal.Decimal(1) / 3
one_third, time.strftime("%H %Z", time.localtime(0))
# %%
os.environ.update(SHOP="market", EXTRA="1")
del os.environ["SHOP_MODE"]
sys.path.append(os.path.abspath("../lib"))
import late_module

late_module.answer
# %% [markdown]
# ## Clean
# %%
os.chdir("..")
try:
    warnings.warn("as an error")
except UserWarning as error:
    caught = str(error)
caught, os.path.basename(os.getcwd()), os.environ["SHOP"]
# %%
logging.getLogger().setLevel(logging.ERROR)
logging.info("not shown")
with decimal.localcontext() as context:
    context.prec = 2
    short = decimal.Decimal(2) / 3
short
# %% [markdown]
# ## Features
# %%
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


deep(3500), os.environ.get("EXTRA"), os.environ.get("SHOP_MODE"), decimal.Decimal(2) / 3
# %%
os.environ.pop("EXTRA")
warnings.resetwarnings()
warnings.filterwarnings("ignore")
warnings.warn("ignored now")
int.from_bytes(b"\x01\x02", sys.byteorder) > 0
# %% [markdown]
# ## Results
# %%
logging.error("shown %s", os.environ["SHOP"])
print("EXTRA" in os.environ, sys.getrecursionlimit(), decimal.getcontext().prec, time.tzname[0])
# %%
import late_module as again
warnings.warn("still ignored")
again.answer, os.path.exists("data/orders.csv"), one_third + short, time.strftime("%H", time.localtime(3600))
# %% [file] lib/late_module.py
answer = 42
