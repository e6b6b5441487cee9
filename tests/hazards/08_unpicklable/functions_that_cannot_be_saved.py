# %% [markdown]
# # Lambdas, local functions and the like
# %%
from functools import partial, singledispatchmethod
# %% [markdown]
# ## Load data
# %%
prices = [float(line.split(",")[0] or 0) for line in open("data/orders.csv").read().split()[1:]]
rules = {"positive": lambda price: price > 0, "small": lambda price: price < limit}
limit = 20


def make_scaler(values):
    top = max(values)

    def scale(value):
        return value / top

    return scale


scale = make_scaler(prices)
[sum(map(rule, prices)) for rule in rules.values()]
# %%
class Steps(list):
    def __init__(self, *steps):
        super().__init__(steps)
        self.log = lambda text: texts.append(text)

    def run(self, value):
        for step in self:
            value = step(value)
        self.log(f"{value:.3f}")
        return value


texts = []
steps = Steps(scale, lambda value: value + 1)
round(steps.run(5), 6)
# %% [markdown]
# ## Clean
# %%
limit = 10
kept = [price for price in prices if all(rule(price) for rule in rules.values())]
len(kept), texts
# %%
steps.append(lambda value: value * len(kept))
by_name = dict(mean=lambda values: sum(values) / len(values), top=max)
round(steps.run(2), 6)
# %% [markdown]
# ## Features
# %%
apply = partial(map, scale)
scaled = list(apply(kept))
nested = [lambda x, n=n: x**n + by_name["mean"](kept) for n in range(3)]
[round(f(2), 6) for f in nested]
# %%
def local_class():
    class Local:
        factor = 2

        def times(self, value):
            return self.factor * value

    return Local


Local = local_class()
local = Local()
local.times(4)
# %% [markdown]
# ## Evaluate results
# %%
Local.factor = 5
limit = 1000
print(local.times(1), rules["small"](500), texts, scale.__closure__[0].cell_contents)
# %%
{name: round(f(scaled), 6) for name, f in by_name.items()}, round(steps.run(1), 6), len(texts)
