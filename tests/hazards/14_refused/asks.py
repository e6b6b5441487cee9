# error: {code: needs-input, status: 2, cell: 3, line: 2, says: "asks for input"}
# %% [markdown]
# # A question
# %%
rows = open("data/orders.csv").read().split()
# %%
limit = len(rows)
# %%
print("Who are you?")
name = input("Name: ")
# %%
print(name, limit)
