# stages: 1
# %% [markdown]
# # What a function sees when it is called
# %%
RATE = 3
LOG = []
HANDLERS = {}


def handler(function):
    HANDLERS[function.__name__] = function
    return function


def converted(value, rate=RATE):
    """The default was taken when the function was made; `RATE` itself is looked up at each call."""
    return value * rate, value * RATE


def helper(value):
    return value + 1


def caller(value):
    LOG.append(value)
    return helper(value)


def is_even(n):
    return n == 0 or is_odd(n - 1)


# %% [markdown]
# ## Load data
# %%
def report():
    return f"{len(rows)} rows, {unit}"


rows = open("data/orders.csv").read().split()[1:]
unit = "EUR"
converted(2), caller(1), report()
# %%
def is_odd(n):
    return n != 0 and is_even(n - 1)


@handler
def first(values):
    return values[0]


RATE = 100
is_even(10), converted(2)
# %% [markdown]
# ## Clean
# %%
def helper(value):
    return value - 1


rows = [row for row in rows if not row.startswith(",")]
caller(1), report()
# %%
def reset():
    global unit, rows
    unit = "USD"
    rows = rows[:10]


def lengths():
    import statistics

    return statistics.mean(map(len, rows))


lengths()
# %% [markdown]
# ## Features
# %%
@handler
def last(values):
    return values[-1]


reset()
print(report(), lengths(), sorted(HANDLERS))
# %%
def sums(n=len(rows), also=RATE):
    return n, also, RATE


RATE = 7
sums()
# %% [markdown]
# ## Evaluate
# %%
print(caller(5), LOG, {name: function(rows) for name, function in HANDLERS.items()})
print(converted(2), sums(), is_odd(7), unit, globals()["RATE"], report())
# %%
unit = "GBP"
report(), converted.__defaults__
