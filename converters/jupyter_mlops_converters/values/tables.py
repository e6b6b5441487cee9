"""Arrays, tables and tensors, taken apart."""

# ruff: noqa: B905 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import sys
from typing import Any, Iterator  # noqa: UP035

from .kinds import NAN, Strings, View, type_name
from .showing import show


def open_array(array: Any, numpy: Any) -> View:
    dtype = array.dtype
    kind = type(array)
    if kind is numpy.memmap:  # what it shows is the value; that it is mapped from a file is not transported
        array = array.view(numpy.ndarray)
        kind = numpy.ndarray
    facts: tuple[tuple[str, Any], ...] = (
        ("dtype", dtype.str if dtype.names is None and dtype.kind in "OV" else str(dtype)),
        ("byte order", dtype.byteorder if dtype.byteorder in "<>" and dtype.byteorder != _native() else "="),
        ("shape", tuple(array.shape)),
    )
    parts: list[tuple[str, Any]] = []
    data = None
    if kind is not numpy.ndarray:
        if issubclass(kind, numpy.ma.MaskedArray):
            parts.append((".mask", numpy.ma.getmaskarray(array)))
            parts.append((".fill_value", numpy.asarray(array.fill_value)))
        else:
            parts.append((".__dict__", dict(getattr(array, "__dict__", {}))))
        plain = numpy.asarray(array) if not issubclass(kind, numpy.ma.MaskedArray) else array.data
        parts.append(("", plain.view(numpy.ndarray)))
    elif dtype.names is not None:
        parts = [("[" + show(name) + "]", array[name]) for name in dtype.names]
    elif dtype.hasobject or dtype.kind == "T":
        parts = [("", array.reshape(-1).tolist())]
    else:
        data = array_bytes(array, numpy)
    return View(type_name(kind), facts, data, parts)


def _native() -> str:
    return "<" if sys.byteorder == "little" else ">"


def array_bytes(array: Any, numpy: Any) -> Any:
    """Content in C order, every NaN the same, without padding."""
    if array.dtype.kind in "fc":
        if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
            narrow = array.astype("c16" if array.dtype.kind == "c" else "f8")
            rest = (array - narrow).astype(narrow.dtype)
            return bytes(array_bytes(narrow, numpy)) + bytes(array_bytes(rest, numpy))
        missing = numpy.isnan(array)
        if missing.any():
            array = array.copy()
            array[missing] = NAN
    array = numpy.ascontiguousarray(array).reshape(-1)
    return memoryview(array.view(numpy.uint8)) if array.size and array.dtype.itemsize else b""


def open_pandas(value: Any, kind: type, pandas: Any, numpy: Any) -> View | None:
    if issubclass(kind, pandas.DataFrame):
        return _open_frame(value, kind)
    if issubclass(kind, pandas.Series):
        extra = [name for name in getattr(value, "_metadata", ()) if name not in ("name", "_name")]
        parts = [(".index", value.index), (".name", value.name), (".iloc", _column(value.array))]
        parts += [(".attrs", value.attrs)]
        parts += [("." + name, getattr(value, name, None)) for name in extra]
        return View(type_name(kind), (("dtype", dtype_text(value.dtype)), ("rows", len(value))), None, parts)
    if issubclass(kind, pandas.MultiIndex):
        parts = [(".names", list(value.names)), (".levels", list(value.levels))]
        parts += [(".codes", [numpy.asarray(codes) for codes in value.codes])]
        return View(type_name(kind), (("length", len(value)),), None, parts)
    if issubclass(kind, pandas.RangeIndex):
        facts = (("start", value.start), ("stop", value.stop), ("step", value.step))
        return View(type_name(kind), facts, None, [(".name", value.name)])
    if issubclass(kind, pandas.Index):
        frequency = getattr(value, "freqstr", None) if value.dtype.kind in "mM" else None
        facts = (("dtype", dtype_text(value.dtype)), ("freq", frequency), ("length", len(value)))
        return View(type_name(kind), facts, None, [(".name", value.name), ("", _column(value.array))])
    if issubclass(kind, pandas.api.extensions.ExtensionArray):
        return _open_extension(value, kind, pandas, numpy)
    return None


def _open_frame(frame: Any, kind: type) -> View:
    columns = frame.columns
    if hasattr(frame, "_iter_column_arrays"):
        arrays = frame._iter_column_arrays()  # noqa: SLF001 - ten times as fast on wide frames
    else:
        arrays = (frame.iloc[:, place].array for place in range(len(columns)))

    def parts() -> Iterator[tuple[str, Any]]:
        yield ".columns", columns
        yield ".index", frame.index
        yield ".attrs", frame.attrs
        yield ".flags.allows_duplicate_labels", frame.flags.allows_duplicate_labels
        for name in getattr(frame, "_metadata", ()):
            yield "." + name, getattr(frame, name, None)
        for label, array in zip(columns, arrays):
            yield "[" + show(label) + "].iloc", _column(array)

    return View(type_name(kind), (("shape", tuple(frame.shape)),), None, parts())


def _column(array: Any) -> Any:
    """The array itself for pandas' thin wrapper around a numpy array."""
    wrapper = type(array).__name__ in ("NumpyExtensionArray", "PandasArray")
    return array.to_numpy() if wrapper else array


def dtype_text(dtype: Any) -> str:
    """A pandas or numpy dtype, in full: two string dtypes of one name may store and miss differently."""
    storage = getattr(dtype, "storage", None)
    if storage is None:
        return str(dtype)
    missing = getattr(dtype, "na_value", None)
    return "{}[{}, missing={}]".format(dtype, storage, "nan" if missing.__class__ is float else "NA")


def _open_extension(array: Any, kind: type, pandas: Any, numpy: Any) -> View:
    facts: tuple[tuple[str, Any], ...] = (("dtype", dtype_text(array.dtype)), ("length", len(array)))
    if issubclass(kind, pandas.Categorical):
        facts += (("ordered", bool(array.ordered)),)
        return View(type_name(kind), facts, None, [(".cat.categories", array.categories), (".cat.codes", array.codes)])
    if issubclass(kind, pandas.arrays.IntervalArray):
        parts = [(".left", array.left), (".right", array.right)]
    elif issubclass(kind, pandas.arrays.SparseArray):
        places = array.sp_index.to_int_index().indices
        parts = [(".sp_values", array.sp_values), (".sp_index", places), (".fill_value", array.fill_value)]
    elif hasattr(array, "_mask") and hasattr(array, "_data"):
        mask, data = array._mask, array._data  # noqa: SLF001 - what lies under the mask is not part of the value
        if mask.any():
            data = data.copy()
            data[mask] = 0
        parts = [("", data), (" (missing)", mask)]
    elif hasattr(array, "_pa_array"):
        parts = _open_arrow(array._pa_array, numpy)  # noqa: SLF001
    elif hasattr(array, "asi8"):
        whole = array.asi8 if array.dtype.kind == "O" else array._ndarray  # noqa: SLF001 - datetimes show as such
        parts = [("", whole)]
    else:
        parts = [("", numpy.asarray(array, dtype=object))]
    return View(type_name(kind), facts, None, parts)


def _open_arrow(chunked: Any, numpy: Any) -> list[tuple[str, Any]]:
    """An Arrow column without its chunks, offsets and whatever lies under its validity bitmap."""
    pyarrow = sys.modules["pyarrow"]
    compute = sys.modules.get("pyarrow.compute")
    missing = chunked.is_null().to_numpy()
    kinds = pyarrow.types
    array = chunked.combine_chunks() if isinstance(chunked, pyarrow.ChunkedArray) else chunked
    if isinstance(array, pyarrow.ChunkedArray):  # more than one chunk is left where 32-bit offsets would overflow
        return [("", array.to_pylist())]
    if compute is not None and (kinds.is_string(array.type) or kinds.is_large_string(array.type)):
        filled = compute.fill_null(array, "")
        width = "i8" if kinds.is_large_string(array.type) else "i4"
        offsets = numpy.frombuffer(filled.buffers()[1], width)[filled.offset : filled.offset + len(filled) + 1]
        text = filled.buffers()[2]
        characters = (
            numpy.frombuffer(text, "u1")[offsets[0] : offsets[-1]] if text is not None and len(offsets) else b""
        )
        return [("", Strings(array, offsets, characters)), (" (missing)", missing)]
    if compute is not None and (kinds.is_integer(array.type) or kinds.is_floating(array.type)):
        return [("", compute.fill_null(array, 0).to_numpy(zero_copy_only=False)), (" (missing)", missing)]
    return [("", array.to_pylist())]


def open_tensor(tensor: Any) -> View | None:
    torch = sys.modules["torch"]
    if tensor.layout is not torch.strided or tensor.is_quantized:
        return None
    facts = (
        ("dtype", str(tensor.dtype)),
        ("shape", tuple(tensor.shape)),
        ("device", tensor.device.type),
        ("requires_grad", bool(tensor.requires_grad)),
    )
    plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if plain.dtype is torch.bfloat16:
        plain = plain.to(torch.float32)  # exact, and numpy has no such type
    return View(type_name(type(tensor)), facts, None, [("", plain.numpy())])
