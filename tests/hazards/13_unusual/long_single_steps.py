# %% [markdown]
# No heading at all, only small steps: `a` to `z`.
# %%
a = 1
# %%
b = a + 1
# %%
a, b = b, a
# %%
c = [a]
# %%
c.append(b)
# %%
d = c
# %%
d.append(3)
# %%
c
# %%
e = dict(c=c)
# %%
e["d"] = d
# %%
f = lambda x: x + a
# %%
a = 100
# %%
f(1)
# %%
g = (i for i in c)
# %%
next(g)
# %%
h = list(g)
# %%
h
# %%
del c
# %%
d, e
# %%
k = e.pop("c")
# %%
k is d
# %%
k.clear()
# %%
d, e, h, f(2)
