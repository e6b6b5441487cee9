# engine: ploomber
# %% [markdown]
# # One list, many names
# %%
from types import SimpleNamespace
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().splitlines()[1:8]]
board = [[0] * 3] * 3
boxes = dict.fromkeys("ab", [])
left = right = []
loop = [1]
loop.append(loop)
config = SimpleNamespace(rows=rows, boxes=boxes)
# %%
stack = []
push = stack.append
key = ("k", stack)
parent = {"name": "root"}
child = {"parent": parent}
parent["child"] = child
first, *others = rows
# %% [markdown]
# ## Clean
# %%
board[0][1] = 5
boxes["a"].append("shared")
left.append(1)
push("one")
# %%
first[0] = "changed"
config.rows[1][0] = "through config"
rows[:2], right
# %% [markdown]
# ## Features
# %%
push("two")
child["parent"]["name"] = "renamed"
right = right + [2]
left.append(3)
board, boxes, stack, key
# %%
copied = list(rows)
copied[2][0] = "shallow copy"
copied.append("only here")
loop[1][0] = 2
# %% [markdown]
# ## Results
# %%
print(left, right, parent["child"] is child, parent["name"], loop[0], loop[1] is loop)
print(board[0] is board[2], boxes["a"] is boxes["b"], config.boxes is boxes, len(rows), rows[2][0])
# %%
push("three")
others[0][1] = "from the star"
stack is key[1], len(stack), rows[1], config.rows is rows, push.__self__ is stack
