# verdict: [equivalent, equivalent-within-tolerance]
# %% [markdown]
# # Timed cells
# %%
import time


def slow(n):
    print("working")
    return sum(range(n))


# %% [markdown]
# ## Load data
# %%
%%time
rows = open("data/orders.csv").read().split()[1:]
prices = [float(row.split(",")[0] or 0) for row in rows]
# %%
%time total = slow(1000)
%timeit -n 1 -r 1 -q sum(prices)
total
# %%
%%capture output --no-stderr
print("captured", len(rows))
slow(3)
# %% [markdown]
# ## Clean
# %%
%%capture
print("thrown away")
cleaned = [price for price in prices if price]
# %%
%%timeit -n 1 -r 1 setup = len(cleaned)
never_bound = setup
# %%
result = %timeit -o -q -n 1 -r 2 len(cleaned)
output.show()
type(result).__name__, result.loops, "never_bound" in globals()
# %% [markdown]
# ## Features
# %%
if total:
    %time ratio = total / len(cleaned)
for step in range(2):
    %time last = step * ratio
round(last, 4)
# %%
%prun -q -T profile.txt squares = [price**2 for price in cleaned]
len(squares)
# %% [markdown]
# ## Results
# %%
%%time
print(output.stdout.split()[0], round(sum(squares), 4))
output.outputs, ratio > 1
# %%
%%capture last_output
display(cleaned[:2])
42
# %%
last_output.outputs[0].data["text/plain"], str(last_output), len(last_output.outputs)
