# error: {code: missing-package, status: 3, cell: 1, line: 3, says: "pip install a_package_nobody_has"}
# %%
rows = open("data/orders.csv").read().split()
# %%
import math

from a_package_nobody_has.sub import thing
# %%
print(thing, math.pi)
