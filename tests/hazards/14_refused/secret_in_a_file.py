# error: {code: secret-in-text, status: 2, cell: 3, line: 2, says: "read from DB_PASSWORD"}
# %%
DB_PASSWORD = "tr0ub4dor&3"
# %%
rows = open("data/orders.csv").read().split()
# %%
len(rows)
# %%
%%writefile .env
DB_PASSWORD=tr0ub4dor&3
