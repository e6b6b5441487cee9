# %% [markdown]
# # Names that are there, and names that are not
# %%
DEBUG = False
try:
    rate
except NameError:
    rate = 2.5
if "cache" not in globals():
    cache = {}
# %% [markdown]
# ## Load data
# %%
if DEBUG:
    rows = ["1,2,3,a"]
    def parse(line):
        return line
else:
    rows = open("data/orders.csv").read().split()[1:]
    def parse(line):
        return line.split(",")

table = [parse(row) for row in rows]
for number, line in enumerate(table):
    if not line[0]:
        first_gap = number
        break
else:
    first_gap = None
first_gap, line
# %%
while (size := len(table)) > 50:
    dropped = table.pop()
size, dropped
# %% [markdown]
# ## Clean
# %%
try:
    prices = [float(line[0]) for line in table]
except ValueError as error:
    message = str(error)
    prices = [float(line[0] or 0) for line in table]
finally:
    tried = True
print(message, "error" in globals(), len(prices))
# %%
del first_gap, table[0]
*start, end = prices
a = b = start[-1]
b += 1
if rate > 100:
    big = True
# %% [markdown]
# ## Features
# %%
match line:
    case [price, count, *rest] if count.isdigit():
        shape = ("order", rest)
    case _:
        shape = None
with open("data/orders.csv") as stream, open("data/orders.csv") as again:
    head = next(stream)
shape, head, stream.closed
# %%
try:
    big
except NameError:
    big = "was never set"
doubled = [end for end in prices[:2]]
doubled, end, big
# %% [markdown]
# ## Results
# %% tags=raises-exception
print(first_gap)
# %%
if tried and not DEBUG:
    first_gap = "back"
cache[rate] = (a, b, size)
first_gap, cache, number, count
