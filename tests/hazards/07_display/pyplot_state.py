# %% [markdown]
# # Pyplot and its memory
# %%
%matplotlib inline
import matplotlib.pyplot as plt

plt.rcParams["figure.dpi"] = 40
plt.rcParams["figure.figsize"] = (3, 2)
# %% [markdown]
# ## Load data
# %%
prices = [float(line.split(",")[0] or 0) for line in open("data/orders.csv").read().split()[1:]]
plt.plot(prices[:20])
# %%
plt.title("the figure before is closed: this one is new")
plt.ylabel("price");
# %% [markdown]
# ## Explore
# %%
fig, axes = plt.subplots(1, 2)
axes[0].hist(prices, bins=5)
axes[1].plot(sorted(prices))
fig.suptitle("two")
plt.close()
# %%
axes[0].set_title("changed later")
fig
# %%
%config InlineBackend.close_figures = False
plt.figure()
plt.plot([1, 2, 3])
# %%
plt.plot([3, 2, 1])
plt.gcf().axes[0].lines[0].get_color(), plt.get_fignums()
# %% [markdown]
# ## Features
# %%
plt.close("all")
%config InlineBackend.close_figures = True
top = max(prices)
scaled = [price / top for price in prices]
bars = plt.bar(range(3), scaled[:3])
# %%
bars[0].get_height(), len(plt.get_fignums())
# %% [markdown]
# ## Evaluate results
# %%
with plt.ioff():
    hidden = plt.figure()
    plt.plot(scaled[:4])
print(hidden.axes[0].get_ylim()[1] < 2)
plt.close(hidden)
# %%
print("before")
plt.scatter(range(5), scaled[:5])
plt.show()
print("after")
plt.axhline(0.5)
plt.show()
# %%
fig.axes[1].lines[0].get_xydata().shape, sum(scaled) > 1
