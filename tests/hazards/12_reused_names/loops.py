# engine: dvc
# %% [markdown]
# # Work done in loops at top level
# %%
import random

random.seed(2)
weights = {}
history = []
# %% [markdown]
# ## Load data
# %%
rows = []
with open("data/orders.csv") as stream:
    columns = next(stream).strip().split(",")
    for line in stream:
        values = dict(zip(columns, line.strip().split(",")))
        if not values["price"]:
            continue
        rows.append({key: float(value) if key != "kind" else value for key, value in values.items()})
len(rows), values
# %% [markdown]
# ## Features
# %%
for column in ["price", "count"]:
    top = max(row[column] for row in rows)
    for row in rows:
        row[column] /= top
    weights[column] = random.random()
weights, column, top
# %% [markdown]
# ## Train
# %%
for epoch in range(5):
    random.shuffle(rows)
    loss = 0
    for row in rows:
        predicted = sum(weights[key] * row[key] for key in weights)
        error = row["day"] / 5 - predicted
        loss += error**2
        for key in weights:
            weights[key] += 0.05 * error * row[key]
    history.append(loss)
    if len(history) > 1 and history[-2] - loss < 1e-4:
        break
else:
    print("all epochs")
epoch, round(loss, 6)
# %%
best = None
for rate in (0.1, 0.5):
    class Candidate:
        step = rate

        def value(self):
            return self.step * history[0]

    candidate = Candidate()
    if best is None or candidate.value() > best.value():
        best = candidate
# %% [markdown]
# ## Evaluate
# %%
errors = []
index = 0
while True:
    row = rows[index]
    errors.append(row["day"] / 5 - sum(weights[key] * row[key] for key in weights))
    index += 1
    if index == 10:
        break
print(index, round(sum(errors), 6), {key: round(value, 6) for key, value in weights.items()})
# %%
print(best.step, round(best.value(), 6), rate, candidate is best, random.random(), [round(h, 4) for h in history])
