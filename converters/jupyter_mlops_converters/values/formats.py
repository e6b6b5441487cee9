"""How a variable crosses from one stage to the next: readable code that writes it to a file and reads it back.

`choose` does not guess: it runs the generated code on the value itself and takes the first format that gives back the
same value.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import mmap
import pathlib
import sys
import tempfile
import time
from typing import Any, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035

from .comparing import compare
from .fingerprints import fingerprint
from .kinds import Unfingerprintable
from .sharing import sharing

#: The format that copies a file; in place of a variable it has the file's path as seen from the pipeline's folder.
FILE = "file"
#: Formats that keep the data of an object, and not the object.
DATA_ONLY = frozenset({"parquet", "npy", "json"})
_DEFAULT_ALIAS = {"pandas": "pd", "numpy": "np"}
_SMALL = 100_000


class NotTransportable(Exception):  # noqa: N818 - it is an answer about a value, and reads as one
    """No format carries the value (or the bundle) to another process unchanged.

    Args:
        reason: what stands in the way, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Choice(NamedTuple):
    """A format that was tried and found exact.

    Attributes:
        format: key in `FORMATS`.
        why: one sentence: why this format.
        bytes: size of the file.
        seconds: that saving and loading took together.
    """

    format: str
    why: str
    bytes: int
    seconds: float


class Format(NamedTuple):
    """A file format for hand-overs.

    Attributes:
        key: its name in plans and in `conversion.json`.
        suffix: of its files, with the dot.
        modules: what the generated code needs imported.
        saving: the statement that writes; ``{value}``, ``{path}`` and ``{<module>}`` stand for what their names say.
        loading: the expression that reads (for a generator's state: the statement that sets it).
        packages: what must be installed besides those modules.
        is_state: whether it carries a random generator's state, or a file, instead of variables.
    """

    key: str
    suffix: str
    modules: tuple[str, ...]
    saving: str
    loading: str
    packages: tuple[str, ...] = ()
    is_state: bool = False

    def save(self, variables: Sequence[str], path: str, alias: Mapping[str, str] | None = None) -> str:
        """Code that writes variables to a file.

        Args:
            variables: names; more than one makes a bundle (with json, joblib and cloudpickle).
            path: a Python expression that gives a `pathlib.Path`, e.g. ``_outputs["df"]``.
            alias: module → the name it is imported as; ``pd``, ``np`` and else the module's own name unless given.

        Returns:
            One or more lines of Python without a trailing newline. No builtin function is called, since notebooks
            often have a variable called `open` or `dict`.
        """
        if self.key == FILE:
            return self.saving.format(
                value=json.dumps(variables[0], ensure_ascii=False), path=path, **self._names(alias)
            )
        value = variables[0] if len(variables) == 1 else ", ".join(f'"{name}": {name}' for name in variables)
        value = value if len(variables) == 1 else "{" + value + "}"
        return self.saving.format(value=value, path=path, **self._names(alias))

    def load(self, variables: Sequence[str], path: str, alias: Mapping[str, str] | None = None) -> str:
        """Code that reads the variables back under the same names. Arguments as in `save`."""
        file = json.dumps(variables[0], ensure_ascii=False) if self.key == FILE else ""
        expression = self.loading.format(path=path, value=file, **self._names(alias))
        if self.is_state:
            return expression
        if len(variables) == 1:
            return f"{variables[0]} = {expression}"
        lines = [f'{name} = _bundle["{name}"]' for name in variables]
        return "\n".join([f"_bundle = {expression}", *lines, "del _bundle"])

    def is_available(self) -> bool:
        """Whether this interpreter has what the format needs."""
        needs = self.modules + self.packages
        return all(name in sys.modules or importlib.util.find_spec(name) is not None for name in needs)

    def _names(self, alias: Mapping[str, str] | None) -> dict[str, str]:
        names = {module: _DEFAULT_ALIAS.get(module, module) for module in self.modules}
        return {module: (alias or {}).get(module, name) for module, name in names.items()}


FORMATS: dict[str, Format] = {
    each.key: each
    for each in (
        Format(
            key=FILE,
            suffix="",
            modules=("shutil",),
            saving="{shutil}.copyfile(_pipeline / {value}, {path})",
            loading="{shutil}.copyfile({path}, _pipeline / {value})",
            is_state=True,
        ),
        Format(
            key="parquet",
            suffix=".parquet",
            modules=("pandas",),
            packages=("pyarrow",),
            saving="{value}.to_parquet({path})",
            loading="{pandas}.read_parquet({path})",
        ),
        Format(
            key="npy",
            suffix=".npy",
            modules=("numpy",),
            saving="{numpy}.save({path}, {value})",
            loading="{numpy}.load({path})",
        ),
        Format(
            key="json",
            suffix=".json",
            modules=("json",),
            saving='{path}.write_text({json}.dumps({value}), encoding="utf-8")',
            loading='{json}.loads({path}.read_text(encoding="utf-8"))',
        ),
        Format(
            key="joblib",
            suffix=".joblib",
            modules=("joblib",),
            saving="{joblib}.dump({value}, {path})",
            loading="{joblib}.load({path})",
        ),
        Format(
            key="cloudpickle",
            suffix=".pkl",
            modules=("cloudpickle",),
            saving="{path}.write_bytes({cloudpickle}.dumps({value}))",
            loading="{cloudpickle}.loads({path}.read_bytes())",
        ),
        Format(
            key="numpy-random-state",
            suffix=".pkl",
            modules=("pickle", "numpy"),
            saving="{path}.write_bytes({pickle}.dumps({numpy}.random.get_state()))",
            loading="{numpy}.random.set_state({pickle}.loads({path}.read_bytes()))",
            is_state=True,
        ),
        Format(
            key="python-random-state",
            suffix=".pkl",
            modules=("pickle", "random"),
            saving="{path}.write_bytes({pickle}.dumps({random}.getstate()))",
            loading="{random}.setstate({pickle}.loads({path}.read_bytes()))",
            is_state=True,
        ),
        Format(
            key="torch-random-state",
            suffix=".pt",
            modules=("torch",),
            saving="{torch}.save({torch}.get_rng_state(), {path})",
            loading="{torch}.set_rng_state({torch}.load({path}))",
            is_state=True,
        ),
    )
}
"""All formats by key. A generator's state and a file are no variables: loading them sets the generator, or the file."""


def candidates(value: Any) -> list[str]:
    """Formats worth trying for a value, the most readable first.

    Args:
        value: what is to be handed over.

    Returns:
        Keys of `FORMATS` whose packages are installed.
    """
    kind = type(value)
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    keys = []
    # What JSON cannot hold of a frame's attributes, parquet drops with a warning.
    if kind is getattr(pandas, "DataFrame", None) and value.columns.is_unique and _is_json(value.attrs):
        keys.append("parquet")
    elif kind is getattr(numpy, "ndarray", None) and not value.dtype.hasobject and value.dtype.kind != "T":
        keys.append("npy")
    elif _is_json(value):
        keys.append("json")
    return [key for key in [*keys, "joblib", "cloudpickle"] if FORMATS[key].is_available()]


def _is_json(value: Any) -> bool:
    """Whether JSON carries a value exactly, and a person could read it."""
    seen: set[int] = set()
    waiting = [value]
    size = 0
    while waiting:
        item = waiting.pop()
        kind = type(item)
        size += len(item) + 1 if kind in (str, list, dict) else 1
        if kind is list or kind is dict:
            # A list that occurs twice would come back as two lists.
            if id(item) in seen or (kind is dict and not all(type(key) is str for key in item)):
                return False
            seen.add(id(item))
            waiting.extend(item if kind is list else item.values())
        elif kind is float:
            if not math.isfinite(item):
                return False
        elif kind is int:
            if item.bit_length() > 1000:
                return False
        elif kind not in (bool, str, type(None)):
            return False
        if size > _SMALL:
            return False
    return True


def choose(
    values: Mapping[str, Any], directory: Any, forbidden: Mapping[str, str] | None = None, *, keep: Any = None
) -> Choice:
    """Find the format that carries variables exactly, by doing it.

    Args:
        values: name → value; more than one makes a bundle, in which shared objects must stay shared.
        directory: an existing folder in which a scratch folder is made and removed again.
        forbidden: texts that no file may hold → what they are.
        keep: where the file of the chosen format goes, without suffix; it is removed when None.

    Returns:
        The first candidate whose loaded values have the fingerprints of the saved ones.

    Raises:
        NotTransportable: none of them does, and why.
    """
    names = list(values)
    try:
        before = {name: fingerprint(value) for name, value in values.items()}
    except Unfingerprintable as error:
        raise NotTransportable(_sentence(names, "is, or holds, " + error.reason)) from None
    keys = [key for key in ("joblib", "cloudpickle") if FORMATS[key].is_available()]
    if len(names) == 1:
        keys = candidates(values[names[0]])
    rejected = []
    for key in keys:
        with tempfile.TemporaryDirectory(dir=str(directory), prefix=".hand-over-") as scratch:
            path = pathlib.Path(scratch) / ("value" + FORMATS[key].suffix)
            started = time.perf_counter()
            try:
                loaded = _round_trip(FORMATS[key], values, path)
            except Exception as error:  # noqa: BLE001 - whatever a format raises, the next one is tried
                rejected.append((key, _one_line(error)))
                continue
            seconds = time.perf_counter() - started
            size = path.stat().st_size
            for text, what in (forbidden or {}).items():
                if size and _holds(path, text.encode()):
                    raise NotTransportable(_sentence(names, "holds " + what))
            problem = _problem(values, before, loaded)
            if not problem and keep is not None:
                path.replace(pathlib.Path(keep).with_suffix(path.suffix))
        if not problem:
            return Choice(key, _why(key, names, rejected), size, seconds)
        rejected.append((key, problem))
    if not rejected:
        raise NotTransportable(_sentence(names, "needs joblib or cloudpickle, and neither is installed"))
    key, problem = rejected[-1] if rejected[-1][0] != "cloudpickle" or len(rejected) == 1 else rejected[-2]
    raise NotTransportable(_sentence(names, f"does not survive being saved with {key}: {problem}"))


def _holds(path: pathlib.Path, text: bytes) -> bool:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(text) >= 0


def _round_trip(chosen: Format, values: Mapping[str, Any], path: pathlib.Path) -> dict[str, Any]:
    """Run exactly the code that stages will have, under names that cannot clash with the variables."""
    alias = {module: "_module_" + module for module in chosen.modules}
    modules = {alias[module]: __import__(module) for module in chosen.modules}
    exec(chosen.save(list(values), "_path", alias), {**values, **modules, "_path": path})  # noqa: S102
    loaded: dict[str, Any] = {**modules, "_path": path}
    with new_classes():
        exec(chosen.load(list(values), "_path", alias), loaded)  # noqa: S102
    return {name: loaded[name] for name in values}


@contextlib.contextmanager
def new_classes() -> Iterator[None]:
    """While it lasts, cloudpickle makes classes anew.

    It knows a class that was saved in this process again, and would write the loaded state over the notebook's own.
    """
    module = sys.modules.get("cloudpickle.cloudpickle")
    known = getattr(module, "_DYNAMIC_CLASS_TRACKER_BY_ID", None)
    if known is None:
        yield
        return
    module._DYNAMIC_CLASS_TRACKER_BY_ID = type(known)()  # type: ignore[union-attr]  # noqa: SLF001
    try:
        yield
    finally:
        module._DYNAMIC_CLASS_TRACKER_BY_ID = known  # type: ignore[union-attr]  # noqa: SLF001


def _problem(values: Mapping[str, Any], before: Mapping[str, str], loaded: Mapping[str, Any]) -> str:
    """What was lost on the way; empty when nothing was."""
    try:
        for name, value in values.items():
            if fingerprint(loaded[name]) != before[name]:
                return compare(value, loaded[name], name=name).detail or f"{name} changes"
    except Unfingerprintable as error:
        return error.reason
    names = list(values)
    if len(names) == 1:
        return ""
    for one, other in sorted(set(sharing(values)) - set(sharing(loaded))):
        return f"{one} and {other} share memory, and would no longer"
    return ""


_WHY = {
    "parquet": "a table that parquet keeps exactly",
    "npy": "a plain array",
    "json": "a small plain value",
    "joblib": "an object that joblib keeps exactly",
    "cloudpickle": "holds functions or classes that only cloudpickle keeps",
}


def _why(key: str, names: Sequence[str], rejected: Sequence[tuple[str, str]]) -> str:
    if len(names) > 1:
        return "{} share objects and stay one bundle".format(" and ".join([", ".join(names[:-1]), names[-1]]))
    if rejected and rejected[0][0] in DATA_ONLY:
        return "{} would not keep it: {}".format(*rejected[0])
    return _WHY[key]


def _sentence(names: Sequence[str], rest: str) -> str:
    return "{} {}".format(names[0] if len(names) == 1 else "one of " + ", ".join(names), rest)


def _one_line(error: BaseException) -> str:
    text = str(error).strip() if type(error).__module__.split(".")[0] in _TRUSTED else ""
    return (text.splitlines()[0][:200] if text else "") or type(error).__name__


_TRUSTED = ("builtins", "pyarrow", "pickle", "_pickle", "numpy", "pandas", "joblib", "cloudpickle")
