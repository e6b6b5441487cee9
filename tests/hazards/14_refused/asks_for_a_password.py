# error: {code: needs-input, status: 2, cell: 2, says: "asks for input"}
# %%
import getpass
# %%
open("written before.txt", "w").write("x")
# %%
password = getpass.getpass()
# %%
print(len(password))
