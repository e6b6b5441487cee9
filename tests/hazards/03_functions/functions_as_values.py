# %% [markdown]
# # Functions in tables, and functions that look at themselves
# %%
import doctest
import inspect
import operator
from functools import reduce


def mean(values: list[float]) -> float:
    """The mean.

    >>> mean([1, 2, 3])
    2.0
    """
    return sum(values) / len(values)


def spread(values):
    # A comment that belongs to the source.
    return max(values) - min(values)


def compose(*functions):
    return reduce(lambda f, g: lambda x: g(f(x)), functions)


# %% [markdown]
# ## Load data
# %%
prices = [float(line.split(",")[0] or 1) for line in open("data/orders.csv").read().split()[1:]]
measures = {"mean": mean, "spread": spread, "count": len, "top": lambda values: max(values)}
steps = [sorted, lambda values: values[5:-5], list]
trimmed = compose(*steps)
{name: round(measure(prices), 4) for name, measure in measures.items()}
# %%
class Scaler:
    @staticmethod
    def ratio(a, b):
        return a / b

    def __init__(self, how):
        self.how = how

    def __call__(self, values):
        return [self.ratio(value, self.how(values)) for value in values]


scale = Scaler(measures["mean"])
# %% [markdown]
# ## Features
# %%
scaled = scale(trimmed(prices))
method = scale.__call__
key = operator.itemgetter(1)
ranked = sorted(enumerate(scaled), key=key)
ranked[:2], spread.__name__
# %%
measures["ratio"] = lambda values: measures["spread"](values) / measures["mean"](values)
numbers = (lambda: (yield from range(3)))
list(numbers()), round(measures["ratio"](prices), 4)
# %% [markdown]
# ## Evaluate results
# %%
print(inspect.getsource(spread))
print(inspect.signature(mean), mean.__doc__.splitlines()[0], measures["mean"] is mean)
# %%
print(doctest.testmod(), mean.__module__)
# %%
best = max(measures, key=lambda name: measures[name](scaled))
print(best, method(scaled)[0] == scale(scaled)[0], key(ranked[0]), scale.how is mean)
