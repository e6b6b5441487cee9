# %% [markdown]
# # Objects with a memory
# %%
from dataclasses import dataclass, field


@dataclass
class Basket:
    owner: str
    items: list = field(default_factory=list)
    made = 0

    def put(self, item):
        self.items.append(item)
        Basket.made += 1
        return self


class Model:
    registry = []

    def __init__(self, rate):
        self.rate = rate
        Model.registry.append(self)

    def fit(self, values):
        self.mean_ = sum(values) / len(values)
        return self

    def predict(self, values):
        if not hasattr(self, "cache"):
            self.cache = {}
        key = tuple(values)
        hit = key in self.cache
        self.cache[key] = [round(self.mean_ + self.rate * value, 6) for value in values]
        return self.cache[key], hit


# %% [markdown]
# ## Load data
# %%
prices = [float(line.split(",")[0] or 1) for line in open("data/orders.csv").read().split()[1:]]
basket = Basket("ada")
basket.put("pear")
model = Model(rate=0.5)
basket
# %%
basket.put("fig").put("plum")
other = Basket("bob", basket.items)
# %% [markdown]
# ## Train the model
# %%
model.fit(prices)
model.label = "first try"
print(model.label, round(model.mean_, 6))
# %%
second = Model(rate=2)
second.fit(prices[:10])
model.predict([1, 2])
# %% [markdown]
# ## Evaluate
# %%
other.put("quince")
Basket.made, basket.items, other.items is basket.items
# %%
model.rate = 10
print(model.predict([1, 2]), vars(model).keys())
del model.label
# %%
len(Model.registry), Model.registry[0] is model, hasattr(model, "label"), Basket.made
