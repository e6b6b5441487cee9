"""Any value, taken apart into its kind, its facts, its data and its parts."""

# ruff: noqa: B905 - this also runs on Python 3.8; and a NaN is what is not equal to itself
from __future__ import annotations

import copyreg
import functools
import itertools
import sys
import types
from typing import Any, Iterable  # noqa: UP035

from .kinds import PLAIN, Unfingerprintable, View, is_a, is_display, is_local, module_of, type_name
from .tables import open_array, open_pandas, open_tensor

_MOST_ITEMS = 10_000_000
_NOT_TRANSPORTABLE = {
    types.ModuleType: "a module",
    types.GeneratorType: "a generator, which can be run only once",
    types.CoroutineType: "a coroutine",
    types.AsyncGeneratorType: "an asynchronous generator",
    types.FrameType: "a frame of running code",
    types.TracebackType: "a traceback",
    memoryview: "a view of another object's memory",
}


def view_of(value: Any) -> View:
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
            return View("complex", (("real", value.real), ("imaginary", value.imag)))
        return View("bytearray", (), bytes(value))
    if kind is types.FunctionType:
        return _open_function(value)
    if kind is types.CodeType:
        return _open_code(value)
    if issubclass(kind, type):
        return _open_class(value)
    if kind in (property, staticmethod, classmethod):
        names = ("fget", "fset", "fdel") if kind is property else ("__func__",)
        return View(type_name(kind), (), None, [("." + name, getattr(value, name)) for name in names])
    if kind is functools.partial:
        parts = [
            (".func", value.func),
            (".args", value.args),
            (".keywords", value.keywords),
            (".__dict__", vars(value)),
        ]
        return View(type_name(kind), (), None, parts)
    if is_display(kind):
        return View(type_name(kind))
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and hasattr(numpy, "ndarray"):
        if issubclass(kind, numpy.ndarray):
            return open_array(value, numpy)
        if is_a(kind, "numpy.random", "RandomState"):
            return _open_random_state(value)
        if issubclass(kind, numpy.generic):
            return open_array(numpy.asarray(value), numpy)._replace(kind=type_name(kind))
        if pandas is not None and hasattr(pandas, "DataFrame"):
            view = open_pandas(value, kind, pandas, numpy)
            if view is not None:
                return view
    if is_a(kind, "torch", "Tensor"):
        view = open_tensor(value)
        if view is not None:
            return view
    return _open_object(value)


def _open_function(function: Any) -> View:
    module = function.__module__
    if isinstance(module, str) and not is_local(module) and "<" not in function.__qualname__:
        return View("function", (("name", module + "." + function.__qualname__),))
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
    return View("function", (("name", function.__qualname__),), None, parts)


def _open_code(code: Any) -> View:
    facts = (
        ("name", code.co_name),
        ("arguments", (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)),
        ("flags", code.co_flags & 0x3FF),  # without those of `from __future__`, which code has from its file
        ("names", code.co_names),
        ("variables", code.co_varnames + code.co_freevars + code.co_cellvars),
    )
    return View("code", facts, code.co_code, [(".co_consts", code.co_consts)])


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


def _open_class(value: Any) -> View:
    if not is_local(module_of(value)):
        return View("type", (("name", type_name(value)),))
    members = [(name, value.__dict__[name]) for name in sorted(value.__dict__) if name not in _CLASS_NOISE]
    slots = (types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType)
    parts = [(".__bases__", value.__bases__)]
    parts += [("." + name, member) for name, member in members if type(member) not in slots]
    return View("type", (("name", value.__qualname__), ("members", tuple(name for name, _ in members))), None, parts)


def _open_object(value: Any) -> View:
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
        raise Unfingerprintable(why_not(kind, error)) from None
    if type(reduced) is str:
        return View("global", (("name", str(getattr(value, "__module__", None) or kind.__module__) + "." + reduced),))
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 6 or type(arguments) is not tuple:
        raise Unfingerprintable(f"an object of type {type_name(kind)} that says nothing usable about its state")
    parts: list[tuple[str, Any]] = [(".__class__", kind)]
    if maker is getattr(copyreg, "__newobj__", None) and arguments[:1] == (kind,):
        arguments = arguments[1:]
    else:
        parts.append((" (made by)", maker))
    if module_of(kind).partition(".")[0] == "plotly":
        # A figure that is loaded orders the keys of its properties anew, and draws the same.
        arguments = _in_order(arguments)
    parts += [(f" (argument {place})", argument) for place, argument in enumerate(arguments)]
    slots = None
    if type(state) is tuple and len(state) == 2 and type(state[0]) in (dict, type(None)) and type(state[1]) is dict:
        state, slots = state
    if pairs and _is_mirror(state, pairs):
        state = None
    if type(state) is tuple and any(base.__name__ in _COUNTING for base in kind.__mro__):
        # How often it was asked stands between its data: neither counts as its value nor is a change of it.
        state = tuple("a count" if type(part) is int and place in _COUNTS else part for place, part in enumerate(state))
    for attributes in (state, slots):
        if type(attributes) is dict and all(type(name) is str for name in attributes):
            learned = _is_fitted(kind, attributes)
            kept = [name for name in sorted(attributes) if not _is_cache(kind, name)]
            kept = [name for name in kept if not (learned and _is_random_state(attributes[name]))]
            parts += [("." + name, _attribute(kind, name, attributes[name])) for name in kept]
        elif attributes is not None:
            parts.append((" (state)", attributes))
    if items is not None:
        parts.append(("", items))
    if pairs is not None:
        parts.append(("", dict(pairs) if all(type(key) in PLAIN for key, _ in pairs) else pairs))
    if setter is not None:
        parts.append((" (state setter)", setter))
    return View(type_name(kind), (), None, parts)


def _attribute(kind: type, name: str, value: Any) -> Any:
    """An attribute; of a distribution of scipy that draws from NumPy's own generator only that it does.

    Every draw changes the state of that one, and no distribution. What a file holds would draw from a copy.
    """
    if name == "_random_state" and any(module_of(base).startswith("scipy.stats") for base in kind.__mro__):
        own = getattr(sys.modules.get("numpy.random.mtrand"), "_rand", None)
        return "the generator of numpy.random" if value is own else value
    return value


def _open_random_state(value: Any) -> View:
    """A generator of the old kind: it draws by its state alone, not by the seed that its process had from the system."""
    return View(type_name(type(value)), (), None, [(" (state)", value.get_state(legacy=False))])


def _is_random_state(value: Any) -> bool:
    return is_a(type(value), "numpy.random", "RandomState")


def _is_fitted(kind: type, attributes: dict[str, Any]) -> bool:
    """Whether it is an estimator of scikit-learn that has learned something.

    What it would draw from, were it fitted once more, is no part of that: without a seed it is the generator of the whole
    process, which every other model draws from as well, and of which a file holds a copy.
    """
    if not any(base.__name__ == "BaseEstimator" and module_of(base) == "sklearn.base" for base in kind.__mro__):
        return False
    return any(name.endswith("_") and not name.startswith("_") for name in attributes)


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
        package = module_of(base).partition(".")[0]
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
#: The search trees of scikit-learn's neighbours, and where their state counts what queries did.
_COUNTING = frozenset(("BinaryTree64", "BinaryTree32", "BinaryTree"))
_COUNTS = range(7, 11)


def _is_mirror(state: Any, pairs: list[Any]) -> bool:
    """Whether a dictionary's attributes are its items, as in classes that say ``self.__dict__ = self``."""
    if not issubclass(type(state), dict) or dict.__len__(state) != len(pairs):
        return False
    return all(type(key) is str and dict.get(state, key, state) is item for key, item in pairs)


def why_not(kind: type, error: BaseException) -> str:
    what = type_name(kind)
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
