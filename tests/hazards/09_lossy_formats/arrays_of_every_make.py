# %% [markdown]
# # Arrays of every make
# %%
import numpy as np
# %% [markdown]
# ## Load data
# %%
zero_d = np.array(3.5)
scalar = np.float32(0.1)
flag, letter, moment = np.bool_(True), np.str_("x"), np.datetime64("2026-02-28T12")
empty = np.empty((0, 3), dtype="int16")
fortran = np.asfortranarray(np.arange(6, dtype="float32").reshape(2, 3))
swapped = np.array([1, 2], dtype=">i4")
backwards = np.arange(5)[::-1]
# %%
people = np.array([("ada", 36, [1.0, 2.0])], dtype=[("name", "U5"), ("age", "u1"), ("at", "f4", (2,))])
records = people.view(np.recarray)
masked = np.ma.masked_array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]], fill_value=-9)
ragged = np.array([[1], [2, 3], None, np.arange(2)], dtype=object)
matrix = np.matrix([[1, 2], [3, 4]])
texts = np.array(["a", "", "wörld"], dtype=np.dtypes.StringDType())
raw = np.array([b"ab", b"c"], dtype="S3")
# %%
fixed = np.arange(3)
fixed.setflags(write=False)
wide = np.broadcast_to(np.arange(3), (2, 3))
column = np.arange(12).reshape(3, 4)[:, 1]
special = np.array([np.nan, -0.0, np.inf, 5e-324])
days = np.array(["2026-01-01", "NaT"], dtype="datetime64[D]")
spans = days - days[0]
complex_, halves = np.array([1 + 1j], dtype="complex64"), np.array([65504], dtype="float16")
shape = fortran.shape
bits = np.packbits([1, 0, 1])
# %% [markdown]
# ## Explore
# %%
print(type(scalar), scalar, type(flag), repr(letter), moment + np.timedelta64(1, "D"), zero_d.ndim, zero_d.shape, empty.shape, empty.dtype)
fortran.flags["F_CONTIGUOUS"], swapped.dtype, swapped.sum(), backwards.strides, backwards.tolist()
# %%
print(people["at"], records.age, type(records).__name__, masked.fill_value, masked.sum(axis=0), ragged[3].dtype, ragged[2])
matrix * matrix, texts.dtype, texts[2], raw
# %% [markdown]
# ## Evaluate results
# %%
try:
    fixed[0] = 1
except ValueError as error:
    print(error)
print(wide.flags.writeable, wide.strides[0] == 0, column.flags["OWNDATA"], column.flags["C_CONTIGUOUS"], np.signbit(special), 1 / special[1:3])
# %%
print(days.astype(str), spans, complex_.dtype, halves * np.float16(2), type(shape), type(shape[0]), bits.dtype)
type(matrix).__name__, masked.mask.tolist(), records[0].name, scalar + np.float32(0.2), scalar.dtype, special.tolist()
