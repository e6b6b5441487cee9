# %% [markdown]
# # Classes all over the notebook
# %%
import abc
import enum
import functools
from collections import namedtuple
from dataclasses import dataclass
from typing import NamedTuple


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


class Row(NamedTuple):
    price: float
    level: Level = Level.LOW


Pair = namedtuple("Pair", "left right")


class Rule(abc.ABC):
    limit = 10

    @abc.abstractmethod
    def level(self, price): ...

    @classmethod
    def with_limit(cls, limit):
        made = cls()
        made.limit = limit
        return made


class PriceError(ValueError):
    def __init__(self, price):
        super().__init__(f"bad price {price}")
        self.price = price


# %% [markdown]
# ## Load data
# %%
class Simple(Rule):
    def level(self, price):
        return Level.HIGH if price > self.limit else Level.LOW


rule = Simple.with_limit(20)
prices = [float(line.split(",")[0] or -1) for line in open("data/orders.csv").read().split()[1:]]
rows = [Row(price, rule.level(price)) for price in prices]
rows[:2], isinstance(rule, Rule)
# %%
@dataclass(order=True, frozen=True)
class Total:
    value: float
    rows: int = 0

    def __add__(self, other):
        return Total(self.value + other.value, self.rows + other.rows)


@functools.singledispatch
def describe(value):
    return f"something ({value})"


total = Total(sum(prices), len(prices))
old_rule = rule
# %% [markdown]
# ## Clean
# %%
def checked(row):
    if row.price < 0:
        raise PriceError(row.price)
    return row


bad = []
for row in rows:
    try:
        checked(row)
    except PriceError as error:
        bad.append(error)
print(len(bad), repr(bad[0]), bad[0].price)
# %%
@describe.register
def _(value: Level):
    return f"level {value.name}"


Simple.strict = lambda self, price: self.level(price) is Level.HIGH
Rule.limit = 5
describe(Level.LOW), describe(1)
# %% [markdown]
# ## Features
# %%
class Simple(Simple):
    """The same name again, on top of the old one."""

    def level(self, price):
        return Level.HIGH if price > 1 else super().level(price)


rule = Simple()
print(rule.limit, rule.level(3), rule.strict(3), isinstance(old_rule, Simple), type(old_rule) is type(rule))
# %%
grown = total + Total(1.5, 1)
pair = Pair(grown, rows[0].level)
grown > total, pair._fields, pair.right is Level(rows[0].level.value)
# %% [markdown]
# ## Results
# %%
print(old_rule.level(15), rule.level(15), old_rule.strict(25), describe(pair.right), type(rule).__mro__[1].__name__)
{level.name: sum(row.level is level for row in rows) for level in Level}, pair
