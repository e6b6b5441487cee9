# error: {code: notebook-raises, status: 2, cell: 2, line: 1, says: MemoryError}
# %%
import resource

resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3, resource.RLIM_INFINITY))
# %%
blocks = []
# %%
blocks.append(bytearray(64 * 1024**3))
# %%
print(len(blocks))
