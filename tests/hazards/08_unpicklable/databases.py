# %% [markdown]
# # A database file
# %%
import sqlite3
from contextlib import closing
from pathlib import Path

Path("shop.db").unlink(missing_ok=True)
connection = sqlite3.connect("shop.db")
# %% [markdown]
# ## Load data
# %%
connection.execute("create table orders (price real, n integer, day integer, kind text)")
lines = open("data/orders.csv").read().split()[1:]
connection.executemany("insert into orders values (?, ?, ?, ?)", [[cell or None for cell in line.split(",")] for line in lines])
connection.commit()
connection.execute("select count(*) from orders").fetchone()[0]
# %%
cursor = connection.cursor()
cursor.execute("select * from orders limit 1").fetchone()
# %% [markdown]
# ## Clean
# %%
removed = cursor.execute("delete from orders where price is null").rowcount
connection.commit()
removed
# %%
connection.create_function("double", 1, lambda value: value * 2)
cursor.execute("create view dear as select kind, double(price) as price from orders where price > 20")
connection.commit()
# %% [markdown]
# ## Features
# %%
totals = dict(connection.execute("select kind, sum(price) from orders group by kind").fetchall())
totals
# %%
dear = cursor.execute("select * from dear order by price desc").fetchmany(2)
dear, len(cursor.fetchall())
# %% [markdown]
# ## Evaluate results
# %%
share = {kind: total / sum(totals.values()) for kind, total in totals.items()}
best = max(share, key=share.get)
best, round(share[best], 6)
# %%
connection.close()
with closing(sqlite3.connect("shop.db")) as again:
    print(again.execute("select count(*), max(price) from orders").fetchone())
