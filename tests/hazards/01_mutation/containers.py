# engine: dvc
# %% [markdown]
# # A shop's log, in plain Python
# %%
import bisect
import heapq
from collections import defaultdict, deque

log = []
stock = {"pear": 3, "fig": 0, "plum": 7}
# %% [markdown]
# ## Load data
# %%
lines = [line.split(",") for line in open("data/orders.csv").read().splitlines()[1:]]
log.append(("loaded", len(lines)))
by_kind = defaultdict(list)
for price, count, day, kind in lines:
    by_kind[kind].append(float(price or 0))
recent = deque(maxlen=3)
queue = [5, 1, 4]
heapq.heapify(queue)
days = []
grid = [[0, 0], [0, 0]]
{kind: len(prices) for kind, prices in by_kind.items()}
# %% [markdown]
# ## Clean
# %%
for prices in by_kind.values():
    prices[:] = [price for price in prices if price]
    prices.sort(reverse=True)
stock.pop("fig")
stock.setdefault("quince", 1)
stock["pear"] += 2
log += [("cleaned", sum(map(len, by_kind.values())))]
# %%
del by_kind["a"][2:]
recent.extend([1, 2, 3, 4])
by_kind["new"].insert(0, 1.5)
grid[1][0] = "x"
[row.append(9) for row in grid]
# %% [markdown]
# ## Features
# %%
heapq.heappush(queue, 0)
smallest = heapq.heappop(queue)
recent.rotate()
for line in lines[:5]:
    bisect.insort(days, int(line[2]))
smallest, queue, days, list(recent)
# %%
lines[0][0] = "changed"
lines.reverse()
{"last": lines[-1], "first": lines[0], "grid": grid}
# %% [markdown]
# ## Results
# %%
log[0] = ("first", *log[0])
stock |= {"fig": 2}
print(log, stock, dict(by_kind)["a"], sep="\n")
# %%
recent.clear()
by_kind.default_factory = set
by_kind["empty"], len(by_kind), recent, lines.pop()
