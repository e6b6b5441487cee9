# findings: [run-out-of-order]
# %% [markdown]
# # Run in any order, sound from top to bottom
# %% count=21
rows = [line.split(",") for line in open("data/orders.csv").read().split()[1:]]
scale = 2
len(rows)
# %% [markdown]
# ## Clean
# %% count=40
prices = [float(row[0] or 0) * scale for row in rows]
scale += 1
scale
# %% count=35
kept = [price for price in prices if price]
len(kept)
# %% [markdown]
# ## Features
# %% count=22
counts = {kind: sum(row[3] == kind for row in rows) for kind in "abc"}
counts
# %% count=23
shares = {kind: count / len(rows) for kind, count in counts.items()}
shares
# %% [markdown]
# ## Results
# %% count=41
total = sum(kept) * scale
total
# %% count=2
print(round(total, 4), max(shares.values()))
