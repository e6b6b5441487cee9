# %% [markdown]
# # The shell from a notebook
# %%
import os
import sys

where = %pwd
%env SHOP=corner
%mkdir -p work
# %% [markdown]
# ## Load data
# %%
!cp data/orders.csv work/copy.csv
%cd -q work
lines = !wc -l < copy.csv
!echo "$SHOP has {int(lines[0])} lines"
# %%
%cd -q ..
listed = !ls work
kinds = !cut -d, -f4 data/orders.csv | tail -n +2 | sort -u
print(listed, kinds.s, kinds.n)
# %%
%%bash --out shell_text
echo "from bash $SHOP"
seq 1 3 | paste -sd+
# %% [markdown]
# ## Clean
# %%
%%writefile work/tool.py
import sys
print("tool", *sys.argv[1:])
# %%
%%writefile -a work/tool.py
answer = 42
# %%
!{sys.executable} work/tool.py {kinds[0]} $SHOP
%run work/tool.py two
answer, shell_text
# %%
%%script bash
cat > work/made.txt <<END
made by $SHOP
END
wc -c < work/made.txt
# %% [markdown]
# ## Features
# %%
%%sh
grep -c ",a$" data/orders.csv
# %%
counts = {}
for kind in kinds:
    found = !grep -c ",{kind}$" data/orders.csv
    counts[kind] = int(found[0])
counts
# %%
%env SHOP=market
os.environ["SHOP"], os.path.relpath(where, ".")
# %% [markdown]
# ## Results
# %%
text = %sx cat work/made.txt; echo $SHOP
!!echo last
# %%
%cat work/made.txt
%rm work/made.txt
print(text, counts, os.listdir("work") == sorted(os.listdir("work")), sorted(os.listdir("work")))
