"""Values of a notebook: a fingerprint by value, what they share, how two of them differ, and a short description.

This file's text is also run inside the *user's* kernel, which may not have this package. So it imports the standard
library alone, and touches numpy, pandas, scipy or torch only where the notebook has imported them already.

What counts as the same value: same type, same content, same order (sets apart), same dtype, index, names and
categories. What does not count: identity, sharing, memory layout, hash seeds, interned strings, caches that were
filled by looking (cached properties, pandas' and statsmodels' `_cache`), and where a function or a class was defined
in the project (a notebook's function that moved to a module is the same function while its code is). Figures, axes
and other display objects are compared by type alone: what they look like is compared as output.
"""

# ruff: noqa: B905, FURB188, PLR0124 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import copyreg
import functools
import gc
import hashlib
import itertools
import marshal
import sys
import sysconfig
import types
from typing import Any, Iterable, Iterator, Mapping, NamedTuple  # noqa: UP035

_PLAIN = frozenset((type(None), bool, int, float, str, bytes))
_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
_NAN = float("nan")
_MODULE_OF = type.__dict__["__module__"]
_MOST_ITEMS = 10_000_000
_MOST_NODES = 20_000_000
_DISPLAY_MODULES = (
    "matplotlib.artist",
    "matplotlib.figure",
    "matplotlib.container",
    "matplotlib.animation",
    "matplotlib.backend_bases",
    "IPython.core.display",
    "IPython.lib.display",
    "ipywidgets.",
    "seaborn.axisgrid",
)
_NOT_TRANSPORTABLE = {
    types.ModuleType: "a module",
    types.GeneratorType: "a generator, which can be run only once",
    types.CoroutineType: "a coroutine",
    types.AsyncGeneratorType: "an asynchronous generator",
    types.FrameType: "a frame of running code",
    types.TracebackType: "a traceback",
    memoryview: "a view of another object's memory",
}


#: What cannot be changed itself, and shows or changes what it refers to.
_WINDOWS: tuple[type, ...] = (
    tuple,
    frozenset,
    slice,
    functools.partial,
    types.CellType,
    types.MethodType,
    types.BuiltinMethodType,
    types.MethodWrapperType,
    types.MappingProxyType,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)


class Unfingerprintable(Exception):  # noqa: N818 - it is an answer about a value, and reads as one
    """The value has nothing that could be written to a file and be equal in another process.

    Args:
        reason: what in it stands in the way, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Comparison(NamedTuple):
    """How an actual value relates to the expected one.

    Attributes:
        verdict: "identical", "within-tolerance" or "differs".
        detail: the first place that differs; empty when identical.
    """

    verdict: str
    detail: str = ""


class _View(NamedTuple):
    """A value taken apart: all that it is, is its kind, its facts, its data and its parts.

    Attributes:
        kind: qualified type name.
        facts: named plain values.
        data: bytes-like content, or None.
        parts: (path suffix, child); the suffix reads well after the value's own path.
    """

    kind: str
    facts: tuple[tuple[str, Any], ...] = ()
    data: Any = None
    parts: Iterable[tuple[str, Any]] = ()


# --- types and definitions ---------------------------------------------------------------------------------------


def _name(kind: type) -> str:
    """Qualified name of a type; the module is left out for builtins and for the project's own types."""
    module = _module(kind)
    return kind.__qualname__ if module == "builtins" or _is_local(module) else module + "." + kind.__qualname__


def _module(kind: type) -> str:
    """A type's module, past whatever its metaclass or body made of `__module__`."""
    module: object = _MODULE_OF.__get__(kind)
    return module if isinstance(module, str) else "builtins"


@functools.lru_cache(maxsize=4096)
def _is_local(module: str) -> bool:
    """Whether a module is the notebook or a file of the project, not something that is installed."""
    if module in ("__main__", "__mp_main__"):
        return True
    loaded = sys.modules.get(module)
    if loaded is None:
        return module.partition(".")[0] not in sys.modules
    file = getattr(loaded, "__file__", None)
    if not isinstance(file, str):
        return False
    paths = sysconfig.get_paths()
    roots = tuple(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))
    return "site-packages" not in file and "dist-packages" not in file and not file.startswith(roots)


def _of(kind: type, module: str, name: str) -> bool:
    """Whether a type is, or derives from, a class that its loaded module calls `name`."""
    owner = sys.modules.get(module)
    wanted = getattr(owner, name, None) if owner is not None else None
    return isinstance(wanted, type) and wanted in kind.__mro__


def _is_display(kind: type) -> bool:
    return any(_module(base).startswith(_DISPLAY_MODULES) for base in kind.__mro__)


# --- taking values apart -----------------------------------------------------------------------------------------


def _open(value: Any) -> _View:
    """Take a value that is neither plain nor a builtin container apart.

    Raises:
        Unfingerprintable: it has no value that can be transported.
    """
    kind = type(value)
    reason = _NOT_TRANSPORTABLE.get(kind)
    if reason is not None:
        raise Unfingerprintable(reason)
    if kind in (bytearray, complex):
        if kind is complex:
            return _View("complex", (("real", value.real), ("imaginary", value.imag)))
        return _View("bytearray", (), bytes(value))
    if kind is types.FunctionType:
        return _open_function(value)
    if kind is types.CodeType:
        return _open_code(value)
    if issubclass(kind, type):
        return _open_class(value)
    if kind in (property, staticmethod, classmethod):
        names = ("fget", "fset", "fdel") if kind is property else ("__func__",)
        return _View(_name(kind), (), None, [("." + name, getattr(value, name)) for name in names])
    if kind is functools.partial:
        parts = [
            (".func", value.func),
            (".args", value.args),
            (".keywords", value.keywords),
            (".__dict__", vars(value)),
        ]
        return _View(_name(kind), (), None, parts)
    if _is_display(kind):
        return _View(_name(kind))
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and hasattr(numpy, "ndarray"):
        if issubclass(kind, numpy.ndarray):
            return _open_array(value, numpy)
        if issubclass(kind, numpy.generic):
            return _open_array(numpy.asarray(value), numpy)._replace(kind=_name(kind))
        if pandas is not None and hasattr(pandas, "DataFrame"):
            view = _open_pandas(value, kind, pandas, numpy)
            if view is not None:
                return view
    if _of(kind, "torch", "Tensor"):
        view = _open_tensor(value)
        if view is not None:
            return view
    return _open_object(value)


def _open_array(array: Any, numpy: Any) -> _View:
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
        parts = [("[" + _show(name) + "]", array[name]) for name in dtype.names]
    elif dtype.hasobject or dtype.kind == "T":
        parts = [("", array.reshape(-1).tolist())]
    else:
        data = _array_bytes(array, numpy)
    return _View(_name(kind), facts, data, parts)


def _native() -> str:
    return "<" if sys.byteorder == "little" else ">"


def _array_bytes(array: Any, numpy: Any) -> Any:
    """Content in C order, every NaN the same, without padding."""
    if array.dtype.kind in "fc":
        if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
            narrow = array.astype("c16" if array.dtype.kind == "c" else "f8")
            rest = (array - narrow).astype(narrow.dtype)
            return bytes(_array_bytes(narrow, numpy)) + bytes(_array_bytes(rest, numpy))
        missing = numpy.isnan(array)
        if missing.any():
            array = array.copy()
            array[missing] = _NAN
    array = numpy.ascontiguousarray(array).reshape(-1)
    return memoryview(array.view(numpy.uint8)) if array.size and array.dtype.itemsize else b""


def _open_pandas(value: Any, kind: type, pandas: Any, numpy: Any) -> _View | None:
    if issubclass(kind, pandas.DataFrame):
        return _open_frame(value, kind)
    if issubclass(kind, pandas.Series):
        extra = [name for name in getattr(value, "_metadata", ()) if name not in ("name", "_name")]
        parts = [(".index", value.index), (".name", value.name), (".iloc", _column(value.array))]
        parts += [(".attrs", value.attrs)]
        parts += [("." + name, getattr(value, name, None)) for name in extra]
        return _View(_name(kind), (("dtype", _dtype(value.dtype)), ("rows", len(value))), None, parts)
    if issubclass(kind, pandas.MultiIndex):
        parts = [(".names", list(value.names)), (".levels", list(value.levels))]
        parts += [(".codes", [numpy.asarray(codes) for codes in value.codes])]
        return _View(_name(kind), (("length", len(value)),), None, parts)
    if issubclass(kind, pandas.RangeIndex):
        facts = (("start", value.start), ("stop", value.stop), ("step", value.step))
        return _View(_name(kind), facts, None, [(".name", value.name)])
    if issubclass(kind, pandas.Index):
        frequency = getattr(value, "freqstr", None) if value.dtype.kind in "mM" else None
        facts = (("dtype", _dtype(value.dtype)), ("freq", frequency), ("length", len(value)))
        return _View(_name(kind), facts, None, [(".name", value.name), ("", _column(value.array))])
    if issubclass(kind, pandas.api.extensions.ExtensionArray):
        return _open_extension(value, kind, pandas, numpy)
    return None


def _open_frame(frame: Any, kind: type) -> _View:
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
            yield "[" + _show(label) + "].iloc", _column(array)

    return _View(_name(kind), (("shape", tuple(frame.shape)),), None, parts())


def _column(array: Any) -> Any:
    """The array itself for pandas' thin wrapper around a numpy array."""
    wrapper = type(array).__name__ in ("NumpyExtensionArray", "PandasArray")
    return array.to_numpy() if wrapper else array


def _dtype(dtype: Any) -> str:
    """A pandas or numpy dtype, in full: two string dtypes of one name may store and miss differently."""
    storage = getattr(dtype, "storage", None)
    if storage is None:
        return str(dtype)
    missing = getattr(dtype, "na_value", None)
    return "{}[{}, missing={}]".format(dtype, storage, "nan" if missing.__class__ is float else "NA")


def _open_extension(array: Any, kind: type, pandas: Any, numpy: Any) -> _View:
    facts: tuple[tuple[str, Any], ...] = (("dtype", _dtype(array.dtype)), ("length", len(array)))
    if issubclass(kind, pandas.Categorical):
        facts += (("ordered", bool(array.ordered)),)
        return _View(_name(kind), facts, None, [(".cat.categories", array.categories), (".cat.codes", array.codes)])
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
    return _View(_name(kind), facts, None, parts)


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
        return [("", _Strings(array, offsets, characters)), (" (missing)", missing)]
    if compute is not None and (kinds.is_integer(array.type) or kinds.is_floating(array.type)):
        return [("", compute.fill_null(array, 0).to_numpy(zero_copy_only=False)), (" (missing)", missing)]
    return [("", array.to_pylist())]


class _Strings(NamedTuple):
    """A column of strings: compared item by item, hashed as a whole."""

    array: Any
    offsets: Any
    characters: Any


def _open_tensor(tensor: Any) -> _View | None:
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
    return _View(_name(type(tensor)), facts, None, [("", plain.numpy())])


def _open_function(function: Any) -> _View:
    module = function.__module__
    if isinstance(module, str) and not _is_local(module) and "<" not in function.__qualname__:
        return _View("function", (("name", module + "." + function.__qualname__),))
    cells = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            cells.append((name, cell.cell_contents))
        except ValueError:  # noqa: PERF203 - not assigned yet
            cells.append((name, None))
    parts = [
        (".__code__", function.__code__),
        (".__defaults__", function.__defaults__),
        (".__kwdefaults__", function.__kwdefaults__),
        (".__dict__", function.__dict__),
    ]
    parts += [(".<" + name + ">", content) for name, content in cells]
    return _View("function", (("name", function.__qualname__),), None, parts)


def _open_code(code: Any) -> _View:
    facts = (
        ("name", code.co_name),
        ("arguments", (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)),
        ("flags", code.co_flags & 0x3FF),  # without those of `from __future__`, which code has from its file
        ("names", code.co_names),
        ("variables", code.co_varnames + code.co_freevars + code.co_cellvars),
    )
    return _View("code", facts, code.co_code, [(".co_consts", code.co_consts)])


_CLASS_NOISE = frozenset(
    (
        "__module__",
        "__dict__",
        "__weakref__",
        "__doc__",
        "__slotnames__",
        "__firstlineno__",
        "__static_attributes__",
        "_abc_impl",
        "__annotate__",
        "__annotate_func__",
        "__annotations_cache__",
        "__qualname__",
        "__classcell__",
    )
)


def _open_class(value: Any) -> _View:
    if not _is_local(_module(value)):
        return _View("type", (("name", _name(value)),))
    members = [(name, value.__dict__[name]) for name in sorted(value.__dict__) if name not in _CLASS_NOISE]
    slots = (types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType)
    parts = [(".__bases__", value.__bases__)]
    parts += [("." + name, member) for name, member in members if type(member) not in slots]
    return _View("type", (("name", value.__qualname__), ("members", tuple(name for name, _ in members))), None, parts)


def _open_object(value: Any) -> _View:
    """Any object, by the way it says it is to be copied (`__reduce_ex__`), as pickle would ask it."""
    kind = type(value)
    reducer = copyreg.dispatch_table.get(kind)
    try:
        reduced = reducer(value) if reducer is not None else value.__reduce_ex__(4)
        if type(reduced) is tuple and 2 <= len(reduced) <= 6:
            maker, arguments, state, items, pairs, setter = reduced + (None,) * (6 - len(reduced))
            items = None if items is None else _all(items)
            pairs = None if pairs is None else _all(pairs)
    except Exception as error:  # noqa: BLE001 - the object's own code, which may raise anything
        raise Unfingerprintable(_reason(kind, error)) from None
    if type(reduced) is str:
        return _View("global", (("name", str(getattr(value, "__module__", None) or kind.__module__) + "." + reduced),))
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 6 or type(arguments) is not tuple:
        raise Unfingerprintable(f"an object of type {_name(kind)} that says nothing usable about its state")
    parts: list[tuple[str, Any]] = [(".__class__", kind)]
    if maker is getattr(copyreg, "__newobj__", None) and arguments[:1] == (kind,):
        arguments = arguments[1:]
    else:
        parts.append((" (made by)", maker))
    if _module(kind).partition(".")[0] == "plotly":
        # A figure that is loaded orders the keys of its properties anew, and draws the same.
        arguments = _in_order(arguments)
    parts += [(f" (argument {place})", argument) for place, argument in enumerate(arguments)]
    slots = None
    if type(state) is tuple and len(state) == 2 and type(state[0]) in (dict, type(None)) and type(state[1]) is dict:
        state, slots = state
    if pairs and _is_mirror(state, pairs):
        state = None
    for attributes in (state, slots):
        if type(attributes) is dict and all(type(name) is str for name in attributes):
            kept = [name for name in sorted(attributes) if not _is_cache(kind, name)]
            parts += [("." + name, _attribute(kind, name, attributes[name])) for name in kept]
        elif attributes is not None:
            parts.append((" (state)", attributes))
    if items is not None:
        parts.append(("", items))
    if pairs is not None:
        parts.append(("", dict(pairs) if all(type(key) in _PLAIN for key, _ in pairs) else pairs))
    if setter is not None:
        parts.append((" (state setter)", setter))
    return _View(_name(kind), (), None, parts)


def _attribute(kind: type, name: str, value: Any) -> Any:
    """An attribute; of a distribution of scipy that draws from NumPy's own generator only that it does.

    Every draw changes the state of that one, and no distribution. What a file holds would draw from a copy.
    """
    if name == "_random_state" and any(_module(base).startswith("scipy.stats") for base in kind.__mro__):
        own = getattr(sys.modules.get("numpy.random.mtrand"), "_rand", None)
        return "the generator of numpy.random" if value is own else value
    return value


def _in_order(value: Any) -> Any:
    """The same with the keys of dictionaries of texts in order, as deep as lists, tuples and dictionaries go."""
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: _in_order(value[key]) for key in sorted(value)}
    if type(value) in (list, tuple):
        return type(value)(_in_order(item) for item in value)
    return value


def _all(items: Iterable[Any]) -> list[Any]:
    every = list(itertools.islice(items, _MOST_ITEMS))
    if len(every) == _MOST_ITEMS:
        raise ValueError(f"more than {_MOST_ITEMS} items")
    return every


def _is_cache(kind: type, name: str) -> bool:
    """Whether an attribute is filled by looking at the object, or never filled: it is no part of the value then."""
    for base in kind.__mro__:
        if type(base.__dict__.get(name)) is functools.cached_property:
            return True
        package = _module(base).partition(".")[0]
        if package in ("pandas", "statsmodels") and name.endswith("_cache"):
            return True
        if name in _CACHES.get(package, ()):
            return True
    return False


_CACHES = {
    "scipy": ("_has_sorted_indices", "_has_canonical_format"),
    "sklearn": ("_deprecated_key_to_warnings", "_stop_words_id"),  # not pickled with a Bunch; an address
    "statsmodels": ("_nobs_int", "_tmp_like_exog", "diagn"),
}


def _is_mirror(state: Any, pairs: list[Any]) -> bool:
    """Whether a dictionary's attributes are its items, as in classes that say ``self.__dict__ = self``."""
    if not issubclass(type(state), dict) or dict.__len__(state) != len(pairs):
        return False
    return all(type(key) is str and dict.get(state, key, state) is item for key, item in pairs)


def _reason(kind: type, error: BaseException) -> str:
    what = _name(kind)
    if any(base.__name__ in ("IOBase", "_IOBase") for base in kind.__mro__):
        return f"an open file ({what})"
    if what.endswith(("Connection", "Cursor")):
        return f"a database connection ({what})"
    if what.startswith("_thread."):
        return f"a lock ({what})"
    if "socket" in what:
        return f"a network connection ({what})"
    said = str(error) if type(error).__module__ == "builtins" else ""
    return "an object of type {} that cannot be taken apart{}".format(what, ": " + said[:200] if said else "")


# --- the fingerprint ---------------------------------------------------------------------------------------------


def fingerprint(value: Any) -> str:
    """A hash of the value, the same in every process for equal values.

    Args:
        value: anything; it is not changed.

    Returns:
        32 hexadecimal digits.

    Raises:
        Unfingerprintable: the value, or something in it, cannot exist in another process.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 8000))
    try:
        return _hash(b"value", _Hasher().token(value)).hex()
    except Unfingerprintable:
        raise
    except RecursionError:
        raise Unfingerprintable("an object that is nested too deeply") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        raise Unfingerprintable(_reason(type(value), error)) from None
    finally:
        sys.setrecursionlimit(limit)


def _hash(*pieces: Any) -> bytes:
    digest = hashlib.sha256(b"".join([b"%d:" % len(piece) for piece in pieces]))
    for piece in pieces:
        digest.update(piece)
    return digest.digest()[:16]


def _plain(items: Any) -> bytes | None:
    """One serialisation of a list or tuple of plain values at the speed of C; None where something else is in it."""
    kinds = set(map(type, items))
    if not kinds <= _PLAIN:
        return None
    if float in kinds and any(item != item for item in items):
        items = [_NAN if item != item else item for item in items]
    # Format 2 has neither references nor marks for interned strings, so equal lists give equal bytes.
    return marshal.dumps(list(items), 2)


class _Hasher:
    """One walk through a value.

    Finished parts are remembered by identity. Cycles are numbered as in Tarjan's algorithm: a reference to something
    that is still open is written as the distance on the stack of open nodes, which does not depend on whether other,
    finished parts are shared or are equal copies.
    """

    def __init__(self) -> None:
        self.done: dict[int, tuple[Any, bytes]] = {}
        self.open: dict[int, int] = {}
        self.stack: list[Any] = []
        self.here = 0
        self.lowest = sys.maxsize
        self.budget = _MOST_NODES

    def token(self, value: Any) -> bytes:
        if type(value) in _PLAIN:
            text = marshal.dumps(_NAN if value != value else value, 2)
            return b"=" + text if len(text) < 64 else _hash(b"plain", text)
        key = id(value)
        known = self.done.get(key)
        if known is not None:
            return known[1]
        place = self.open.get(key)
        if place is not None:
            self.lowest = min(self.lowest, place)
            return b"^%d" % (self.here - place)
        self.budget -= 1
        if self.budget < 0:
            raise Unfingerprintable("an object with too many parts")
        place, outer, parent = len(self.stack), self.lowest, self.here
        self.stack.append(value)
        self.open[key] = place
        self.here, self.lowest = place, sys.maxsize
        token = self.compose(value)
        if self.lowest >= place:
            for offset, member in enumerate(self.stack[place:]):
                del self.open[id(member)]
                self.done[id(member)] = (member, _hash(b"in", token, b"%d" % offset) if offset else token)
            del self.stack[place:]
        else:
            outer = min(outer, self.lowest)
        self.here, self.lowest = parent, outer
        return token

    def compose(self, value: Any) -> bytes:
        kind = type(value)
        if kind is list or kind is tuple:
            plain = _plain(value)
            if plain is not None:
                return _hash(kind.__name__.encode(), plain)
            return _hash(kind.__name__.encode(), b"", *[self.token(item) for item in value])
        if kind is dict:
            keys, values = list(value), list(value.values())
            plain = _plain(keys + values)
            if plain is not None:
                return _hash(b"dict", plain)
            return _hash(b"dict", b"", *[self.token(item) for item in keys], *[self.token(item) for item in values])
        if kind is set or kind is frozenset:
            return self.unordered(value)
        if kind is _Strings:
            lengths = value.offsets[1:] - value.offsets[:-1]
            return _hash(b"strings", lengths.astype("i8").tobytes(), value.characters)
        view = _open(value)
        pieces = [view.kind.encode(), marshal.dumps(_canonical(view.facts), 2), b"" if view.data is None else view.data]
        for label, part in view.parts:
            pieces.append(label.encode("utf-8", "surrogatepass"))
            if view.kind == "type":
                pieces.append(self.softly(part))
            else:
                pieces.append(self.token(part))
        return _hash(*pieces)

    def softly(self, member: Any) -> bytes:
        """Members of classes: one that cannot be transported does not make every instance untransportable."""
        state = (len(self.stack), self.here, self.lowest)
        try:
            return self.token(member)
        except Unfingerprintable:
            for left in self.stack[state[0] :]:
                self.open.pop(id(left), None)
            del self.stack[state[0] :]
            self.here, self.lowest = state[1], state[2]
            return _hash(b"opaque", _name(type(member)).encode())

    def unordered(self, value: Any) -> bytes:
        tokens, others = [], []
        for item in value:
            plain = _plain(item) if type(item) is tuple else None
            if plain is not None:
                tokens.append(_hash(b"tuple", plain))
            elif type(item) in _PLAIN:
                tokens.append(self.token(item))
            else:
                others.append(item)
        if len(others) > 1:
            # Elements that are part of a cycle through this set need an order that does not depend on the process.
            others.sort(key=self.shallow)
        in_cycles: list[bytes] = []
        for item in others:
            token = self.token(item)
            (tokens if id(item) in self.done else in_cycles).append(token)
        return _hash(type(value).__name__.encode(), b"".join(sorted(tokens)), *in_cycles)

    def shallow(self, value: Any, depth: int = 3) -> bytes:
        """A token of what is near the surface of a value."""
        kind = type(value)
        if kind in _PLAIN:
            return self.token(value)
        name = _name(kind).encode()
        if depth == 0:
            return name
        if kind in (list, tuple):
            return _hash(name, *[self.shallow(item, depth - 1) for item in value[:20]])
        if kind in (dict, set, frozenset):
            return _hash(name, b"%d" % len(value), *sorted(self.shallow(item, depth - 1) for item in value))
        view = _open(value)
        parts = [self.token(part) for _, part in view.parts if type(part) in _PLAIN]
        return _hash(name, marshal.dumps(_canonical(view.facts), 2), view.data or b"", *parts)


def _canonical(fact: Any) -> Any:
    """A fact with every NaN the same."""
    if type(fact) is tuple:
        return tuple(_canonical(item) for item in fact)
    return _NAN if type(fact) is float and fact != fact else fact


# --- comparison --------------------------------------------------------------------------------------------------


class _Difference(NamedTuple):
    text: str
    near: bool = False


class _Rules:
    """Tolerances of one comparison, and the pairs it has seen (kept alive, since they are known by identity)."""

    def __init__(self, rtol: float, atol: float) -> None:
        self.rtol = rtol
        self.atol = atol
        self.seen: dict[tuple[int, int], tuple[Any, Any]] = {}

    def near(self, expected: Any, actual: Any) -> Any:
        """Whether numbers (or arrays of them) are close; never without a tolerance."""
        if not self.rtol and not self.atol:
            return abs(expected) < 0
        return abs(actual - expected) <= self.atol + self.rtol * abs(expected)


def compare(
    expected: Any,
    actual: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    name: str = "value",
) -> Comparison:
    """Compare two values: "identical" exactly when their fingerprints are equal.

    Args:
        expected: the value in the notebook.
        actual: the value in the pipeline.
        rtol: relative tolerance for floating-point numbers; with both at 0 every difference counts.
        atol: absolute tolerance for floating-point numbers.
        name: what the value is called in the detail.

    Returns:
        The verdict, and the first place that differs, like ``df["age"].iloc[3]: 1.5 → 2.0``. A value that cannot be
        taken apart gives "differs" with the reason, since nothing can be said about it.
    """
    try:
        if fingerprint(expected) == fingerprint(actual):
            return Comparison("identical")
    except Unfingerprintable as error:
        return Comparison("differs", f"{name} cannot be compared: it is, or holds, {error.reason}")
    near = ""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 8000))
    try:
        for difference in _differences(name, expected, actual, _Rules(rtol, atol)):
            if not difference.near:
                return Comparison("differs", difference.text)
            near = near or difference.text
    except (Unfingerprintable, RecursionError) as error:
        return Comparison("differs", f"{name} differs, at a place that cannot be shown ({error})")
    finally:
        sys.setrecursionlimit(limit)
    if near:
        return Comparison("within-tolerance", near)
    return Comparison("differs", f"{name}: the content differs")


def _differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    kind = type(expected)
    if _name(kind) != _name(type(actual)):
        yield _Difference(_kinds_differ(path, expected, actual))
        return
    if kind in _PLAIN:
        if _plain((expected,)) != _plain((actual,)):
            near = kind is float and bool(rules.near(expected, actual))
            yield _Difference(f"{path}: {_show(expected)} → {_show(actual)}", near)
        return
    if (id(expected), id(actual)) in rules.seen:
        return
    rules.seen[id(expected), id(actual)] = (expected, actual)
    if kind is list or kind is tuple:
        yield from _list_differences(path, expected, actual, rules)
    elif kind is dict:
        yield from _dict_differences(path, expected, actual, rules)
    elif kind is set or kind is frozenset:
        yield from _set_differences(path, expected, actual)
    elif kind is _Strings:
        yield from _list_differences(path, expected.array.to_pylist(), actual.array.to_pylist(), rules)
    else:
        yield from _view_differences(path, expected, actual, rules)


def _kinds_differ(path: str, expected: Any, actual: Any) -> str:
    before, after = type(expected), type(actual)
    if path.endswith((".index", ".columns")) and _of(before, "pandas", "Index") and _of(after, "pandas", "Index"):
        what = path.rsplit(".", 1)[1]
        lost = _of(after, "pandas", "RangeIndex")
        shown = "{} {}: {} → {}".format(what, "lost" if lost else "differs", _show_index(expected), _show_index(actual))
        return f"{path[: -len(what) - 1]}: {shown}"
    if hasattr(expected, "dtype") and hasattr(actual, "dtype") and _dtype(expected.dtype) != _dtype(actual.dtype):
        return f"{_place(path)}: dtype {expected.dtype} → {actual.dtype}"
    text = f"{_place(path)}: type {_name(before)} → {_name(after)}"
    if _is_shown(before) and _is_shown(after):
        text += f" ({_show(expected)} → {_show(actual)})"
    return text


def _list_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    before, after = _plain(expected), _plain(actual)
    if before is not None and before == after:
        return
    for place, (one, other) in enumerate(zip(expected, actual)):
        yield from _differences(f"{path}[{place}]", one, other, rules)
    if len(expected) != len(actual):
        yield _Difference(f"{_place(path)}: length {len(expected)} → {len(actual)}")


def _dict_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    tokens = _Hasher().token
    before = {tokens(key): key for key in expected}
    after = {tokens(key): key for key in actual}
    for token, key in before.items():
        if token not in after:
            yield _Difference(f"{path}: key {_show(key)} is missing")
    for token, key in after.items():
        if token not in before:
            yield _Difference(f"{path}: key {_show(key)} is new")
    for token, key in before.items():
        if token in after:
            yield from _differences(f"{path}[{_show(key)}]", expected[key], actual[after[token]], rules)
    if list(before) != list(after):
        yield _Difference(f"{path}: order of keys")


def _set_differences(path: str, expected: Any, actual: Any) -> Iterator[_Difference]:
    before = {_Hasher().token(item): item for item in expected}
    after = {_Hasher().token(item): item for item in actual}
    for token in sorted(before.keys() - after.keys()):
        yield _Difference(f"{path}: {_show(before[token])} is missing")
    for token in sorted(after.keys() - before.keys()):
        yield _Difference(f"{path}: {_show(after[token])} is new")


def _view_differences(path: str, expected: Any, actual: Any, rules: _Rules) -> Iterator[_Difference]:
    before, after = _open(expected), _open(actual)
    if _of(type(expected), "pandas", "DataFrame"):
        labels = [[_show(label) for label in frame.columns] for frame in (expected, actual)]
        for text, one, other in (("is missing", labels[0], labels[1]), ("is new", labels[1], labels[0])):
            for label in one:
                if label not in other:
                    yield _Difference(f"{path}: column {label} {text}")
    for (name, one), (_, other) in zip(before.facts, after.facts):
        if _plain((str(one), type(one).__name__)) != _plain((str(other), type(other).__name__)):
            near = type(one) is float and type(other) is float and bool(rules.near(one, other))
            yield _Difference(f"{_place(path)}: {name} {one} → {other}", near)
            if not near:
                return
    if before.data is not None and _hash(before.data) != _hash(after.data):
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(expected, (numpy.ndarray, numpy.generic)):
            yield from _array_differences(path, numpy.asarray(expected), numpy.asarray(actual), rules, numpy)
        else:
            yield _Difference(f"{_place(path)}: the content differs")
    old, new = list(before.parts), list(after.parts)
    yield from _label_differences(path, [label for label, _ in old], [label for label, _ in new])
    by_label = dict(new)
    in_order = len(by_label) < len(new)  # columns of one name can only be told by their place
    for place, (label, part) in enumerate(old):
        if in_order and place < len(new) and new[place][0] == label:
            yield from _differences(path + label, part, new[place][1], rules)
        elif not in_order and label in by_label:
            yield from _differences(path + label, part, by_label[label], rules)


def _label_differences(path: str, before: list[str], after: list[str]) -> Iterator[_Difference]:
    for label in before:
        if label not in after:
            yield _Difference(f"{path}{label} is missing")
    for label in after:
        if label not in before:
            yield _Difference(f"{path}{label} is new")


def _array_differences(path: str, expected: Any, actual: Any, rules: _Rules, numpy: Any) -> Iterator[_Difference]:
    shape = expected.shape
    one, other = expected.reshape(-1), actual.reshape(-1)
    size = one.dtype.itemsize
    if one.dtype.kind in "fc" and size > (16 if one.dtype.kind == "c" else 8):
        unequal = (one != other) & ~(numpy.isnan(one) & numpy.isnan(other))
    else:
        pair = [numpy.frombuffer(_array_bytes(each, numpy), "u1").reshape(-1, size) for each in (one, other)]
        unequal = (pair[0] != pair[1]).any(axis=1)
    far = unequal
    if one.dtype.kind in "fc" and (rules.rtol or rules.atol):
        with numpy.errstate(all="ignore"):
            far = unequal & ~rules.near(one, other)
    worst = far if far.any() else unequal
    first = int(worst.argmax())
    place = ", ".join(str(int(at)) for at in numpy.unravel_index(first, shape)) if shape else ""
    text = "{}{}: {} → {}".format(path, "[" + place + "]" if place else "", _show(one[first]), _show(other[first]))
    count = int(worst.sum())
    if count > 1:
        text += f" ({count} of {one.size} differ)"
    yield _Difference(text, not far.any())


# --- showing -----------------------------------------------------------------------------------------------------


def _place(path: str) -> str:
    """A path without the accessor that only makes sense before an item."""
    return path[: -len(".iloc")] if path.endswith(".iloc") else path


def _is_shown(kind: type) -> bool:
    """Whether a type's own text is safe to ask for and says something."""
    package = _module(kind).split(".")[0]
    return kind in _PLAIN or package in ("numpy", "pandas", "datetime", "decimal", "fractions", "pathlib", "uuid")


def _show(value: Any) -> str:
    """A short text for a value: Python's own where the type is known, its type elsewhere."""
    kind = type(value)
    text: str
    if kind is str:
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    elif kind is tuple:
        text = "(" + ", ".join(_show(item) for item in value[:6]) + (", …)" if len(value) > 6 else ")")
    elif kind in _PLAIN:
        text = repr(value)
    elif _is_shown(kind) and not hasattr(value, "shape"):
        text = str(value)
    elif _is_shown(kind) and getattr(value, "shape", None) == ():
        text = repr(value.item()) if hasattr(value, "item") and value.dtype.kind in "biufcUS" else str(value)
    else:
        text = "<" + _name(kind) + ">"
    return text if len(text) <= 120 else text[:117] + "…"


def _show_index(index: Any) -> str:
    names = [name for name in index.names if name is not None]
    return type(index).__name__ + (" " + ", ".join(_show(name) for name in names) if names else "")


def describe(value: Any, limit: int = 60) -> dict[str, Any]:
    """A short description of a value that can be written as JSON.

    Args:
        value: anything.
        limit: columns named at most.

    Returns:
        ``type`` (qualified), ``bytes`` (an estimate), and where they mean something ``length``, ``shape``, ``dtype``,
        ``columns`` (name → dtype, in order) and ``columns_left_out``.
    """
    kind = type(value)
    about: dict[str, Any] = {"type": _name(kind), "bytes": _bytes(value)}
    try:
        if kind in (str, bytes, bytearray, list, tuple, dict, set, frozenset, range):
            about["length"] = len(value)
        if _of(kind, "pandas", "DataFrame"):
            about["shape"] = [int(size) for size in value.shape]
            pairs = list(zip(value.columns[:limit], value.dtypes[:limit].tolist()))
            about["columns"] = [[_show(label) if type(label) is not str else label, str(of)] for label, of in pairs]
            about["columns_left_out"] = max(0, len(value.columns) - limit)
        elif _of(kind, "numpy", "ndarray") or _of(kind, "torch", "Tensor") or _of(kind, "pandas", "Series"):
            about["shape"] = [int(size) for size in value.shape]
            about["dtype"] = str(value.dtype)
    except Exception:  # noqa: BLE001, S110 - a subclass that breaks its own promises is described by its type alone
        pass
    return about


def _bytes(value: Any, seen: set[int] | None = None) -> int:
    """About how many bytes a value takes: exact for arrays and frames, from a sample for containers.

    Objects that refer to one another (a figure and its axes) are counted once, and not beyond some thousands.
    """
    seen = set() if seen is None else seen
    if id(value) in seen or len(seen) > 5_000:
        return 0
    seen.add(id(value))
    kind = type(value)
    try:
        if _of(kind, "pandas", "DataFrame"):
            return int(value.memory_usage(index=True, deep=False).sum())
        if _of(kind, "pandas", "Series") or _of(kind, "pandas", "Index"):
            return int(value.memory_usage(deep=False))
        if _of(kind, "numpy", "ndarray"):
            return int(value.nbytes)
        if _of(kind, "torch", "Tensor"):
            return int(value.element_size() * value.nelement())
        size = sys.getsizeof(value)
        if kind in (list, tuple, set, frozenset, dict) and value:
            sample = list(itertools.islice(value.items() if kind is dict else value, 50))
            size += len(value) * sum(_bytes(item, seen) for item in sample) // len(sample)
        elif kind.__module__ != "builtins" and type(getattr(value, "__dict__", None)) is dict:
            size += sum(_bytes(item, seen) for item in list(vars(value).values())[:200])
    except Exception:  # noqa: BLE001
        return 0
    return size


# --- what values share -------------------------------------------------------------------------------------------

_SINGLE_VALUES = frozenset(
    (
        "datetime.datetime",
        "datetime.date",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "decimal.Decimal",
        "fractions.Fraction",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
        "re.Pattern",
        "logging.Logger",
        "logging.RootLogger",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.WindowsPath",
        "pathlib.PurePosixPath",
        "pathlib.PureWindowsPath",
        "operator.attrgetter",
        "operator.itemgetter",
        "operator.methodcaller",
        "_thread.lock",
        "_thread.RLock",
        "weakref.ReferenceType",
        "weakref.ref",
    )
)


def mutable_parts(value: Any, limit: int = 100_000) -> frozenset[int]:
    """Identities of the mutable objects and data buffers that a value reaches; values that share state meet in them.

    Numpy arrays count with their identity and, where they can be written to, with the object that owns their buffer:
    two views of different parts of one array meet too (`sharing` looks closer). Pandas objects count with their
    identity; their buffers count only where writing through another object would show (never between frames under
    copy-on-write, always without). Immutable things, classes, modules, functions without closures, indexes and
    read-only views of a frame are not counted. No code of the values' classes is run.

    Args:
        value: anything; it must stay alive as long as the answer is used.
        limit: objects looked at, at most; what lies beyond is not reported.

    Returns:
        Numbers that mean something only within this process.
    """
    found, buffers, _ = _reach(value, limit)
    return frozenset(found.union(buffers))


def sharing(values: Mapping[str, Any], limit: int = 100_000) -> list[tuple[str, str]]:
    """Pairs of variables where changing one in place can change the other.

    Args:
        values: name → value.
        limit: objects looked at for one variable, at most.

    Returns:
        Pairs of names, in the order of `values`. Views of one array count where they overlap, not where they are
        different rows or columns of it.
    """
    numpy = sys.modules.get("numpy")
    names = list(values)
    reached = [_reach(value, limit) for value in values.values()]
    pairs = []
    for place, (found, buffers, _) in enumerate(reached):
        for other in range(place + 1, len(names)):
            more, others, _ = reached[other]
            met = not found.isdisjoint(more) or any(
                _overlap(one, two, numpy)
                for owner in buffers.keys() & others.keys()
                for one, two in itertools.islice(itertools.product(buffers[owner], others[owner]), 1000)
            )
            if met:
                pairs.append((names[place], names[other]))
    return pairs


def _overlap(one: Any, two: Any, numpy: Any) -> bool:
    try:
        return bool(numpy.shares_memory(one, two, max_work=10_000))
    except Exception:  # noqa: BLE001 - too hard to tell (numpy's TooHardError has moved between versions)
        return True


def _reach(value: Any, limit: int) -> tuple[set[int], dict[int, list[Any]], list[Any]]:
    """Mutable objects by identity, arrays by the identity of their buffer's owner, and all that must stay alive."""
    found: set[int] = set()
    buffers: dict[int, list[Any]] = {}
    visited = {id(value)}
    waiting = [value]
    keep = [value]
    belongings: dict[str, set[int]] = {}
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    array_type: Any = getattr(numpy, "ndarray", None)
    frame_types: tuple[Any, ...] = ()
    if pandas is not None and hasattr(pandas, "DataFrame"):
        frame_types = (pandas.DataFrame, pandas.Series)
    while waiting and limit > 0:
        item = waiting.pop()
        limit -= 1
        kind = type(item)
        inner: Iterable[Any]
        if array_type is not None and issubclass(kind, array_type):
            found.add(id(item))
            # A view that cannot be written to sees changes only through its owner; pandas hands these out as values.
            if item.flags.writeable:
                buffers.setdefault(_owner(item, array_type), []).append(item)
            inner = item.reshape(-1).tolist() if item.dtype.hasobject and item.dtype.names is None else ()
        elif frame_types and issubclass(kind, frame_types):
            found.add(id(item))
            inner = _open_blocks(item, pandas, array_type, buffers)
        elif _is_display(kind):  # all figures share what matplotlib keeps for itself
            found.add(id(item))
            inner = [getattr(item, "figure", None)]
        elif _of(kind, "torch", "Tensor"):
            found.update((id(item), item.untyped_storage().data_ptr() or id(item)))
            inner = [item.grad] if item.is_leaf and item.grad is not None else ()
        elif kind is types.FunctionType:
            cells = [cell for cell in item.__closure__ or () if gc.get_referents(cell)]
            inner = [item.__defaults__, item.__kwdefaults__, item.__dict__ or None, *map(_content, cells)]
            if cells:
                found.add(id(item))
        elif kind in _WINDOWS:
            inner = gc.get_referents(item)
        elif kind in (list, dict, set, bytearray) or _is_mutable(item, kind, belongings):
            found.add(id(item))
            inner = _referents(item, kind)
        else:
            continue
        for part in itertools.islice((part for part in inner if type(part) not in _PLAIN), limit):
            if id(part) not in visited:
                visited.add(id(part))
                waiting.append(part)
                keep.append(part)
    return found, buffers, keep


def _owner(array: Any, array_type: Any) -> int:
    """Identity of the object whose memory an array shows."""
    while isinstance(array, array_type) and array.base is not None:
        array = array.base
    return id(array.obj if type(array) is memoryview else array)


def _content(cell: Any) -> Any:
    return cell.cell_contents


def _referents(item: Any, kind: type) -> list[Any]:
    """What an object refers to. Its attribute dictionary is no object of its own: not every instance has one made."""
    attributes = None
    for base in kind.__mro__:
        getter = base.__dict__.get("__dict__")
        if type(getter) is types.GetSetDescriptorType:
            attributes = getter.__get__(item)
            break
    if type(attributes) is not dict:
        return gc.get_referents(item)
    return [part for part in gc.get_referents(item) if part is not attributes] + list(attributes.values())


def _is_mutable(item: Any, kind: type, belongings: dict[str, set[int]]) -> bool:
    """Whether an object of another type counts: not definitions, single values, enumeration members and the like."""
    if kind in _PLAIN or issubclass(kind, type):
        return False
    if kind.__module__ == "builtins":
        return hasattr(kind, "__next__")
    module = _module(kind)
    if module + "." + kind.__qualname__ in _SINGLE_VALUES or issubclass(kind, types.ModuleType):
        return False
    if any(base.__module__ == "enum" and base.__name__ == "Enum" for base in kind.__mro__):
        return False
    if _of(kind, "numpy", "generic") or _of(kind, "numpy", "dtype") or _of(kind, "numpy", "ufunc"):
        return False
    if _of(kind, "pandas", "Index") or _of(kind, "pandas", "Timestamp") or _of(kind, "pandas", "Timedelta"):
        return False
    if module.startswith(
        ("pandas._libs.tslibs", "pandas._libs.interval", "pandas._libs.missing", "pandas.core.dtypes")
    ):
        return False
    if module not in belongings:
        belongings[module] = set() if _is_local(module) else _belongings(module)
    return id(item) not in belongings[module]


def _belongings(module: str) -> set[int]:
    """What an installed module and its classes keep under names is their own, like the generator of np.random.seed."""
    owned = list(vars(sys.modules[module]).values()) if module in sys.modules else []
    members = [member for item in owned if issubclass(type(item), type) for member in list(item.__dict__.values())]
    return set(map(id, owned + members))


def _open_blocks(frame: Any, pandas: Any, array_type: Any, buffers: dict[int, list[Any]]) -> list[Any]:
    """Note the buffers of a frame or series that others could write to, and give back the objects in its cells."""
    inner: list[Any] = []
    copies = int(pandas.__version__.split(".")[0]) >= 3 or pandas.options.mode.copy_on_write is True
    for block in frame._mgr.blocks:  # noqa: SLF001 - there is no public way to see which buffers are shared lazily
        values = block.values
        array = values if isinstance(values, array_type) else getattr(values, "_ndarray", None)
        if array is None:
            continue
        # A buffer that two frames share lazily is copied by the first who writes.
        if not copies or not (hasattr(block, "refs") and block.refs.has_reference()):
            buffers.setdefault(_owner(array, array_type), []).append(array)
        if array.dtype.hasobject:
            inner.extend(array.reshape(-1).tolist())
    if getattr(frame, "_attrs", None):
        inner.append(frame._attrs)  # noqa: SLF001
    inner.extend(
        getattr(frame, name, None) for name in getattr(frame, "_metadata", ()) if name not in ("name", "_name")
    )
    return inner
