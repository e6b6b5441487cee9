# %% [markdown]
# # A notebook that runs another one
# %%
%run common.ipynb
import os
# %% [markdown]
# ## Load data
# %%
rows = read_rows("data/orders.csv")
STATE["rows"] = len(rows)
rows[0], COLUMNS
# %%
%run "more/second notebook.ipynb"
loaded_twice, STATE
# %% [markdown]
# ## Clean
# %%
kept = [row for row in rows if is_complete(row)]
STATE["kept"] = len(kept)
print(STATE, stamp())
# %%
exec(open("plain.py").read())
by_exec(kept[0])
# %% [markdown]
# ## Results
# %%
total = sum(float(row[0]) for row in kept)
print(round(total, 4), os.path.exists("common.ipynb"), COLUMNS[0], by_exec(kept[1]))
# %%
sorted(STATE), stamp(), loaded_twice
# %% [file] common.ipynb
{"cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Common"},
 {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": ["COLUMNS = ['price', 'count', 'day', 'kind']\n", "STATE = {}\n", "def read_rows(path):\n", "    return [line.split(',') for line in open(path).read().split()[1:]]"]},
 {"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": ["def is_complete(row):\n", "    return len(row) == len(COLUMNS) and all(row)\n", "print('common is loaded')"]}],
 "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 4}
# %% [file] more/second notebook.ipynb
{"cells": [{"cell_type": "code", "metadata": {}, "execution_count": null, "outputs": [], "source": ["calls = []\n", "def stamp():\n", "    calls.append(1)\n", "    return f'call {len(calls)}'\n", "loaded_twice = [1, 2]"]}],
 "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 4}
# %% [file] plain.py
def by_exec(row):
    return row[-1] * 2
