# %% [markdown]
# # Handles to the outside
# %%
import csv
import logging
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

logger = logging.getLogger("orders")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
logger.addHandler(handler)
logger.setLevel(logging.INFO)
lock = threading.Lock()
pool = ThreadPoolExecutor(max_workers=2)
# %% [markdown]
# ## Load data
# %%
stream = open("data/orders.csv")
reader = csv.DictReader(stream)
first = next(reader)
logger.info("reading")
first
# %%
connection = sqlite3.connect(":memory:")
connection.row_factory = sqlite3.Row
connection.execute("create table orders (price real, kind text)")
with lock:
    connection.executemany("insert into orders values (?, ?)", [(row["price"] or None, row["kind"]) for row in reader])
cursor = connection.execute("select count(*) from orders")
dict(cursor.fetchone())
# %%
stream.seek(0)
lines = stream.readlines()
stream.close()
len(lines), stream.closed, stream.name
# %% [markdown]
# ## Clean
# %%
connection.execute("delete from orders where price is null")
rows = [tuple(row) for row in connection.execute("select * from orders order by price, kind")]
logger.warning("cleaned to %d", len(rows))
# %%
connection.close()
squares = list(pool.map(lambda row: row[0] ** 2, rows[:3]))
squares
# %% [markdown]
# ## Features
# %%
with lock:
    by_kind = {}
    for price, kind in rows:
        by_kind.setdefault(kind, []).append(price)
lock.locked(), {kind: len(prices) for kind, prices in by_kind.items()}
# %%
futures = [pool.submit(sum, prices) for prices in by_kind.values()]
totals = dict(zip(by_kind, [future.result() for future in futures]))
logger.info("totals ready")
# %% [markdown]
# ## Evaluate results
# %%
def report(message):
    with lock:
        logger.info(message)
        return lock.locked()


report("done")
# %%
pool.shutdown()
totals, max(totals, key=totals.get), threading.active_count() > 0
