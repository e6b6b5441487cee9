# findings: [install-in-notebook]
# installs: [1]
# %% [markdown]
# # Installing, asking for help, leaving
# %%
!pip install --quiet numpy
%pip install -q "numpy>=1.20" --disable-pip-version-check --no-input
import numpy as np

np.__name__
# %% [markdown]
# ## Load data
# %%
# !pip install something-else
values = np.genfromtxt("data/orders.csv", delimiter=",", skip_header=1, usecols=(0, 1))
!test -f data/orders.csv && echo "it is there"
values.shape
# %%
import sys
!{sys.executable} -c "print(6 * 7)"
found = !which surely_no_such_program || echo none
found
# %% [markdown]
# ## Clean
# %%
values = values[~np.isnan(values).any(axis=1)]
np.nanmean?
%timeit -q -n1 -r1 values.sum()
values.mean(axis=0).round(4)
# %%
status = !false; echo $?
_exit = get_ipython().system("exit 3")
status, _exit_code
# %% [markdown]
# ## Results
# %%
name = "orders"
!echo "$name ${{name}} $$HOME" | wc -w
text = f"!{name}"
percent = len(values) % 7
text, percent
# %%
%%python
print("another process", 1 + 1)
# %%
!echo "values: {values.shape[0]}" && echo '100%'
help(percent.bit_length)
