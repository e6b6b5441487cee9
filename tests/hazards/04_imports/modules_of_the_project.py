# plans: 2
# %% [markdown]
# # Modules beside the notebook
# %%
%load_ext autoreload
%autoreload 2
import sys

sys.path.insert(0, "src")
import settings
from shop import Order, tools
from shop.tools import *
# %% [markdown]
# ## Load data
# %%
orders = [Order.parse(line) for line in open("data/orders.csv").read().split()[1:]]
settings.RATE = 3
tools.seen.append("load")
orders[0], discounted(orders[0].price)
# %%
import deep.inner.module as inner

settings.LIMITS["low"] = 5
tools.note("second")
inner.VALUE, settings.converted(2)
# %% [markdown]
# ## Clean
# %%
cheap = [order for order in orders if order.price < settings.LIMITS["high"]]
print(len(cheap), settings.converted(10), tools.seen)
# %%
from shop.tools import _private as borrowed
import shop

borrowed(2), shop.__version__
# %% [markdown]
# ## Features
# %%
%run scripts/prepare.py 7 "two words"
prepared, arguments
# %%
shift = 100
%run -i scripts/uses_names.py
shifted
# %% [markdown]
# ## Results
# %%
print(settings.RATE, settings.LIMITS, tools.seen, sum(order.total() for order in cheap))
# %%
isinstance(cheap[0], shop.Order), Order.made, prepared + shifted, type(orders[0]).__module__
# %% [file] settings.py
RATE = 2
LIMITS = {"low": 1, "high": 15}


def converted(value):
    return value * RATE
# %% [file] src/shop/__init__.py
from .orders import Order

__version__ = "1.0"
# %% [file] src/shop/orders.py
from dataclasses import dataclass

from .tools import discounted


@dataclass
class Order:
    price: float
    count: int
    made = 0

    @classmethod
    def parse(cls, line):
        cls.made += 1
        price, count, *_ = line.split(",")
        return cls(float(price or 0), int(count))

    def total(self):
        return discounted(self.price) * self.count
# %% [file] src/shop/tools.py
__all__ = ["discounted", "note"]
seen = []


def discounted(price):
    return round(price * 0.9, 4)


def note(text):
    seen.append(text)


def _private(value):
    return value**2
# %% [file] deep/inner/module.py
VALUE = "deep"
# %% [file] scripts/prepare.py
import sys

arguments = sys.argv[1:]
prepared = int(arguments[0]) * 2
print("prepared", __name__)
# %% [file] scripts/uses_names.py
shifted = shift + len(orders)
