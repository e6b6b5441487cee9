# error: {code: syntax-error, status: 2, cell: 2, line: 2, says: "not valid Python"}
# %%
open("should not be made.txt", "w").write("x")
# %%
print("fine")
# %%
total = 1
for row in [1, 2]
    total += row
# %%
print(total)
