# %% [markdown]
# # Top-level await, and scripts pasted into a notebook
# %%
import asyncio
import contextlib

results = []


async def fetch(path):
    await asyncio.sleep(0)
    with open(path) as stream:
        return stream.read().split()


@contextlib.asynccontextmanager
async def session(name):
    results.append(f"open {name}")
    yield results
    results.append(f"close {name}")


# %% [markdown]
# ## Load data
# %%
lines = await fetch("data/orders.csv")
header, *rows = lines
async with session("one") as shared:
    shared.append(len(rows))
results
# %%
async def numbers():
    for row in rows:
        await asyncio.sleep(0)
        yield row.split(",")


table = [row async for row in numbers()]
async for row in numbers():
    if row[3] == "c":
        break
row
# %% [markdown]
# ## Clean
# %%
def main(limit=3):
    global cleaned
    cleaned = [row for row in table if row[0]][:limit]
    return cleaned


if __name__ == "__main__":
    main()
    done = True
else:
    done = False
done, cleaned
# %%
try:
    folder = __file__
except NameError:
    folder = "notebook"
one, two = await asyncio.gather(fetch("data/orders.csv"), fetch("data/orders.csv"))
len(one), folder, one == two
# %% [markdown]
# ## Results
# %%
task = asyncio.create_task(fetch("data/orders.csv"))
count = len(await task)
if __name__ == "__main__":
    async with session("two"):
        cleaned = main(limit=2)
count, cleaned
# %%
print(results, main(1), __name__, (await fetch("data/orders.csv"))[0])
