# error: {code: notebook-raises, status: 2, cell: 2, line: 2, says: "KeyError: 'price'"}
# %%
def price_of(row):
    return row["price"]
# %%
rows = [{"cost": 1}]
# %%
first = rows[0]
prices = [price_of(row) for row in rows]
# %%
print(prices)
