# %% [markdown]
# # Names that no reader can see
# %%
import sys
import __main__
# %% [markdown]
# ## Load data
# %%
rows = [line.split(",") for line in open("data/orders.csv").read().split()]
for position, column in enumerate(rows[0]):
    globals()[column + "_column"] = [row[position] for row in rows[1:]]
len(price_column), day_column[:3]
# %%
exec("limit = 10\ndef above(value):\n    return float(value or 0) > limit")
locals()["unit"] = "EUR"
get_ipython().user_ns["made_by_ipython"] = [1]
setattr(sys.modules["__main__"], "by_setattr", {"n": 1})
limit, unit
# %% [markdown]
# ## Clean
# %%
__main__.kept = [value for value in price_column if above(value)]
get_ipython().push({"pushed": len(kept)})
exec("kept.append('0')")
pushed, len(kept)
# %%
limit = 20
for name in ("price", "count"):
    exec(f"{name}_total = sum(float(value or 0) for value in {name}_column)")
price_total, count_total
# %% [markdown]
# ## Features
# %%
expression = "price_total / limit"
Box = type("Box", (), {"side": 2, "area": lambda self: self.side**2})
box = Box()
made_by_ipython.append(by_setattr["n"])
eval(expression), box.area()
# %%
variable = "count_total"
vars()[variable] += 1
del globals()["kind_column"]
eval(variable), "kind_column" in globals()
# %% [markdown]
# ## Results
# %%
namespace = {}
exec("x = 5", namespace)
print(namespace["x"], "x" in globals(), above("15"), unit, made_by_ipython, by_setattr)
# %%
box.side = 3
sum(map(above, kept)), box.area(), eval("unit.lower()"), eval(expression)
