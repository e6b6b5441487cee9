# error: {code: missing-data, status: 2, cell: 2, line: 3, says: "data/gone.csv"}
# %% [markdown]
# # Data that is not there
# %%
def load(path):
    return open(path).read()
# %%
made = open("made.txt", "w")
made.write("left behind?")
text = load("data/gone.csv")
# %%
print(text)
