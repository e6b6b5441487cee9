"""What values share: where changing one in place changes another."""

from __future__ import annotations

import functools
import gc
import itertools
import sys
import types
from typing import Any, Iterable, Mapping  # noqa: UP035

from .kinds import PLAIN, is_a, is_display, is_local, module_of

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
        elif is_display(kind):  # all figures share what matplotlib keeps for itself
            found.add(id(item))
            inner = [getattr(item, "figure", None)]
        elif is_a(kind, "torch", "Tensor"):
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
        for part in itertools.islice((part for part in inner if type(part) not in PLAIN), limit):
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
    if kind in PLAIN or issubclass(kind, type):
        return False
    if kind.__module__ == "builtins":
        return hasattr(kind, "__next__")
    module = module_of(kind)
    if module + "." + kind.__qualname__ in _SINGLE_VALUES or issubclass(kind, types.ModuleType):
        return False
    if any(base.__module__ == "enum" and base.__name__ == "Enum" for base in kind.__mro__):
        return False
    if is_a(kind, "numpy", "generic") or is_a(kind, "numpy", "dtype") or is_a(kind, "numpy", "ufunc"):
        return False
    if is_a(kind, "pandas", "Index") or is_a(kind, "pandas", "Timestamp") or is_a(kind, "pandas", "Timedelta"):
        return False
    if module.startswith(
        ("pandas._libs.tslibs", "pandas._libs.interval", "pandas._libs.missing", "pandas.core.dtypes")
    ):
        return False
    if module not in belongings:
        belongings[module] = set() if is_local(module) else _belongings(module)
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
