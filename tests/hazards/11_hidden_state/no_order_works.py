# error: {code: hidden-state, status: 2, cell: 1, line: 1, says: "defined only below, in cell 3"}
# %% [markdown]
# # Cells that were edited after they were run
# %% count=3
print(model)
# %% count=1
rows = open("data/orders.csv").read().split()[1:]
# %% count=4
model = len(rows) + missing_since_the_edit
# %% count=5
missing_since_the_edit = 1
# %% count=6
print(model + 1)
