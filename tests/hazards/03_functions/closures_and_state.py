# engine: dvc
# %% [markdown]
# # Functions that remember
# %%
import functools


def make_counter(start=0):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        return count

    return step


def remember(value, seen=[]):
    seen.append(value)
    return list(seen)


def memo(function):
    results = {}

    @functools.wraps(function)
    def wrapper(*arguments):
        if arguments not in results:
            results[arguments] = function(*arguments)
        return results[arguments]

    wrapper.results = results
    return wrapper


# %% [markdown]
# ## Load data
# %%
prices = [float(line.split(",")[0] or 0) for line in open("data/orders.csv").read().split()[1:]]
step = make_counter(10)
print(step(), step(5), remember("load"))
# %%
@memo
def total(limit):
    print("computing", limit)
    return round(sum(price for price in prices if price < limit), 4)


@functools.lru_cache(maxsize=None)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


total(10), fibonacci(20)
# %% [markdown]
# ## Features
# %%
adders = [lambda value: value + shift for shift in (1, 2, 3)]
fixed = [lambda value, shift=shift: value + shift for shift in (1, 2, 3)]
triple = functools.partial(pow, exp=3)
remember("features"), step()
# %%
def counted(value):
    counted.calls += 1
    return value * 2


counted.calls = 0
[counted(price) for price in prices[:4]], counted.calls
# %% [markdown]
# ## Evaluate
# %%
print([add(0) for add in adders], [add(0) for add in fixed], triple(2))
print(total(10), total(20), sorted(total.results), fibonacci.cache_info())
# %%
print(step(), remember("evaluate"), counted(1), counted.calls, total.__name__)
