# error: {code: cell-timeout, status: 2, cell: 1, says: "longer than the limit of 2 s"}
# options: {timeout: 2}
# %%
import subprocess
import sys

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
# %%
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
# %%
print("never")
