"""Runs inside the notebook's kernel and reports what every cell really did.

The text of this module is sent to the kernel, whose environment need not have this package: only the standard library is
imported here. The package `values` arrives the same way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import pathlib
import pickle
import re
import sys
import time
import types
from typing import Any

_HIDDEN = re.compile(r"^(_+|_i+|_i?\d+|_ih|_oh|_dh|In|Out|get_ipython|exit|quit|open|__\w+__)$")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT
AGENT: Any = None


class Agent:
    """Watches one kernel.

    Args:
        values: the package `values`.
        settings: "root" (the scratch copy), "protected" (the user's real project: never written), "reference" (folder
            for saved values), "spool" (file that reports are appended to), "secrets" (texts that no hand-over may hold).
    """

    def __init__(self, values: Any, settings: Any) -> None:
        self.values = values
        self.root = os.path.realpath(settings["root"])
        self.protected = os.path.realpath(settings["protected"]) if settings.get("protected") else None
        self.reference = settings["reference"]
        self.spool = settings["spool"]
        self.forbidden = dict.fromkeys(settings.get("secrets", ()), "a secret, which must not be written to a file")
        # A path is pickled in parts, so what is looked for is the one part that no other place has.
        unique = os.path.basename(os.path.dirname(self.root)) or self.root
        self.forbidden[unique] = "the path of the project's folder, which is another one elsewhere"
        self.ids: dict[str, int] = {}
        self.prints: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        self.choices: dict[str, Any] = {}
        self.events: list[tuple[str, str]] = []
        self.active = False
        self.shown: dict[str, int] = {}
        self.rc: Any = None
        self.own: dict[str, bool] = {}
        self.kept: dict[str, dict[str, Any]] = {}
        self.peak, self.high = 0, 0
        self.loaded, self.queued = 0, 0.0
        # What was there before the notebook; `%pylab` hides what it brings, but cells use it.
        self.hidden = dict(getattr(_shell(), "user_ns_hidden", {}))
        self.environ = dict(os.environ)
        self.path = list(sys.path)
        sys.addaudithook(self._audit)
        self._note_names()

    # --- what the host calls

    def before(self) -> None:
        """Start watching; called right before a user's cell."""
        self._pause()
        self.events = []
        self.high = _memory()[0]
        self.loaded, self.queued = len(sys.modules), _queued()
        self.active = True

    def _pause(self) -> None:
        """Stop watching files, and note the memory that cells needed: what is done for the comparison must not count."""
        if self.active:
            high, now = _memory()
            self.peak = max(self.peak, high if high > self.high else now)
        self.active = False

    def memory(self) -> None:
        """Report the most bytes that cells needed."""
        self._pause()
        self._write({"peak": self.peak})

    def opened(self) -> None:
        """Report the files that were opened since `before`."""
        self._pause()
        self._write(self._files(self.events))

    def after(self, request: Any) -> None:
        """Report on the cell that has just run.

        Args:
            request: JSON: "cell", "names" (that the cell may have changed), "live" (needed by later cells), "shown"
                (name → number of the cell whose value in `Out` it stands for), "choose" (whether stages may be cut
                here, so that hand-over formats are tried).
        """
        self._pause()
        loaded, queued = len(sys.modules), _queued()
        asked = json.loads(request)
        self.shown = asked.get("shown", {})
        events, self.events = self.events, []
        report = {"cell": asked["cell"], "names": self._changes(set(asked["names"]))}
        report["removed"] = self.removed
        report["imported"], report["queued"] = loaded - self.loaded, queued - self.queued
        report["files"] = self._files(events)
        report["random"] = self._random_states()
        report["ambient"] = self._ambient()
        report.update(self._modules())
        values = self._values()
        live = [name for name in asked["live"] if name in values]
        report["shared"] = self._shared(live)
        if asked.get("choose"):
            report["choices"] = self._choose(asked["cell"], live, report["shared"])
            report["states"] = self._keep_states(asked["cell"])
        self._write(report)

    def check(self, request: Any) -> None:
        """Report the fingerprints of names, for the proof.

        Args:
            request: JSON: "label", "expected" (name → {"fingerprint", "reference": file or None, "format"}), "file" (None
                to look at the variables; else what holds them: "path", "key" of the format, "variables").
        """
        self._pause()
        asked = json.loads(request)
        namespace = self._namespace()
        if asked.get("file"):
            try:
                namespace = self._load(**asked["file"])
            except Exception as error:
                self._write({"results": dict.fromkeys(asked["expected"], _unread(error))})
                return
        results = {}
        for name, expected in asked["expected"].items():
            if name.startswith("<"):
                found = self._random_states().get(name)
                results[name] = {
                    "verdict": "identical" if found == expected["fingerprint"] else "differs",
                    "detail": "",
                }
            elif name not in namespace:
                results[name] = {"verdict": "differs", "detail": "the name is not there"}
            else:
                results[name] = self._checked(name, namespace[name], expected)
        self._write({"label": asked["label"], "results": results})

    def set_random(self, request: Any) -> None:
        """Put random generators into a known state.

        Two runs of a notebook that draws without a seed can be compared only when both draw the same.

        Args:
            request: JSON: "states" (generator → file that `after` kept; None for a fixed state of our own).
        """
        self._pause()
        import random

        states = json.loads(request)["states"]
        for name, path in states.items():
            state = _load_pickle(path) if path else None
            if name == "<random>":
                random.setstate(state) if state else random.seed(20260101)
            elif name == "<numpy.random>":
                try:
                    import numpy as np
                except ImportError:
                    continue
                np.random.set_state(state) if state else np.random.seed(20260101)

    def _keep_states(self, cell: Any) -> Any:
        """Save the states of the generators; returns generator → file."""
        kept = {}
        for name, get in (("<random>", ("random", "getstate")), ("<numpy.random>", ("numpy.random", "get_state"))):
            module = sys.modules.get(get[0])
            if module is not None:
                os.makedirs(self.reference, exist_ok=True)
                kept[name] = os.path.join(self.reference, "%s-%s.pkl" % (cell, name.strip("<>")))
                with open(kept[name], "wb") as stream:
                    __import__("pickle").dump(getattr(module, get[1])(), stream)
        return kept

    def environment(self, request: Any) -> None:
        """Report what the notebook's imports come from.

        Args:
            request: JSON: "modules" (top-level names).
        """
        from importlib import metadata

        asked = json.loads(request)
        owners = metadata.packages_distributions()
        found = {}
        for module in asked["modules"]:
            for distribution in owners.get(module, ())[:1]:
                found[distribution] = metadata.version(distribution)
        self._write({"distributions": found, "python": "%d.%d" % sys.version_info[:2]})

    def installed(self, request: Any) -> None:
        """Report which distributions are there.

        Args:
            request: JSON: "names".
        """
        from importlib import metadata

        found = {}
        for name in json.loads(request)["names"]:
            with contextlib.suppress(metadata.PackageNotFoundError):
                distribution = metadata.distribution(name)
                found[name] = [distribution.metadata["Name"], distribution.version]
        self._write({"found": found})

    def pip_install(self, request: Any) -> None:
        """Install packages into the kernel's environment, and report what pip said.

        Args:
            request: JSON: "requirements".
        """
        import importlib
        import subprocess

        command = [sys.executable, "-m", "pip", "install", *json.loads(request)["requirements"]]
        said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        done: Any = subprocess.run(command, check=False, **said)  # type: ignore[call-overload]
        importlib.invalidate_caches()
        self._write({"said": done.stdout.decode("utf-8", "replace")})

    def compare_files(self, request: Any) -> None:
        """Compare two pickle or joblib files by the value in them: equal values may have different bytes.

        Args:
            request: JSON: "expected" and "actual", files that the notebook and the pipeline have written.
        """
        self._pause()
        asked = json.loads(request)
        report: dict[str, Any] = {"loaded": False}
        for load in (_load_joblib, _load_pickle):
            try:
                expected, actual = load(asked["expected"]), load(asked["actual"])
                same = self.values.fingerprint(expected) == self.values.fingerprint(actual)
                comparison = self.values.compare(expected, actual, rtol=1e-9)
            except Exception:
                continue
            verdict = "identical" if same else comparison.verdict
            report = {"loaded": True, "verdict": verdict, "detail": "" if same else comparison.detail}
            break
        self._write(report)

    # --- names

    def _namespace(self) -> Any:
        return sys.modules["__main__"].__dict__

    def _visible(self) -> Any:
        hidden = self.hidden
        found = {
            name: value
            for name, value in list(self._namespace().items())
            if not _HIDDEN.match(name) and not (name in hidden and hidden[name] is value)
        }
        return {**found, **self._shown_values()}

    def _values(self) -> Any:
        return {**self._namespace(), **self._shown_values()}

    def _shown_values(self) -> Any:
        """What cells have shown, where a later one looks it up by the cell's number."""
        kept = self._namespace().get("_oh") or {}
        return {name: kept[count] for name, count in self.shown.items() if count in kept}

    def _note_names(self) -> None:
        self.ids = {name: id(value) for name, value in self._visible().items()}

    def _changes(self, asked: Any) -> Any:
        now = self._visible()
        bound = {name for name, value in now.items() if self.ids.get(name) != id(value)}
        self.removed = sorted(set(self.ids) - set(now))
        for name in self.removed:
            self.prints.pop(name, None)
            self.parts.pop(name, None)
        self.ids = {name: id(value) for name, value in now.items()}
        suspects = bound | (asked & set(now))
        touched = set()
        for name in suspects:
            touched |= self.parts.get(name, frozenset())
        suspects |= {name for name, parts in self.parts.items() if name in now and parts & touched}
        report = {}
        for name in sorted(suspects):
            entry = self._entry(name, now[name], name in bound)
            if entry is not None:
                report[name] = entry
        return report

    def _entry(self, name: Any, value: Any, bound: Any) -> Any:
        kind = _kind(value)
        before = self.prints.get(name)
        entry = {"bound": bound, "kind": kind, "type": _type_name(value), "home": _home(value)}
        entry["importable"] = kind not in ("function", "class") or _is_importable(value)
        if kind == "module":
            entry.update(changed=bound, fingerprint=None)
            return entry if bound else None
        try:
            self.prints[name] = self.values.fingerprint(value)
            entry["fingerprint"] = self.prints[name]
            entry["changed"] = before != self.prints[name]
        except Exception as error:
            self.prints[name] = None
            entry.update(fingerprint=None, changed=None, reason=str(error)[:300])
        try:
            self.parts[name] = self.values.mutable_parts(value)
        except Exception:
            self.parts[name] = frozenset()
        if bound or entry["changed"] is not False:
            try:
                entry["about"] = self.values.describe(value)
            except Exception:
                entry["about"] = {"type": entry["type"]}
            entry["model"] = _model(value)
            entry["number"] = float(value) if _is_number(value) else None
        return entry

    def _shared(self, live: Any) -> Any:
        namespace = self._values()
        groups: list[set[str]] = []
        for pair in self.values.sharing({name: namespace[name] for name in live if self.parts.get(name)}):
            together = [group for group in groups if group & set(pair)]
            groups = [group for group in groups if group not in together] + [set(pair).union(*together)]
        return sorted(sorted(group) for group in groups)

    def _choose(self, cell: Any, live: Any, shared: Any) -> Any:
        chosen = {}
        namespace = self._values()
        for names in [[name] for name in live] + shared:
            key = ",".join(names)
            prints = tuple(self.prints.get(name) for name in names)
            if len(names) == 1 and (_kind(namespace[names[0]]) != "value" or _is_drawing(namespace[names[0]])):
                continue
            if key in self.choices and self.choices[key][0] == prints and None not in prints:
                chosen[key] = self.choices[key][1]
                continue
            folder = os.path.join(self.reference, str(cell), "-".join(names)[:80])
            os.makedirs(folder, exist_ok=True)
            try:
                live_values = {name: namespace[name] for name in names}
                # The file of a single value is kept, so that a difference found later can be told in words.
                keep = os.path.join(folder, "value") if len(names) == 1 else None
                choice = self.values.choose(live_values, folder, self.forbidden, keep=keep)
                entry = {"format": choice.format, "why": choice.why, "bytes": choice.bytes}
                entry["needs"] = _main_names(live_values) if choice.format in ("joblib", "cloudpickle") else []
                entry["tables"] = {n: c for n, value in live_values.items() if (c := _columns(value))}
                if keep is not None:
                    entry["file"] = keep + self.values.FORMATS[choice.format].suffix
            except Exception as error:
                entry = {"format": None, "why": str(error)[:300]}
            self.choices[key] = (prints, entry)
            chosen[key] = entry
        return chosen

    def _checked(self, name: Any, value: Any, expected: Any) -> Any:
        try:
            if self.values.fingerprint(value) == expected["fingerprint"]:
                return {"verdict": "identical", "detail": ""}
        except Exception as error:
            return {"verdict": "differs", "detail": str(error)[:300]}
        reference = expected.get("reference")
        if not reference or not os.path.exists(reference):
            return {"verdict": "differs", "detail": "the value is another one"}
        try:
            loaded = self._load(reference, expected["format"], [name])
            comparison = self.values.compare(loaded[name], value, rtol=1e-9)
            return {"verdict": comparison.verdict, "detail": comparison.detail}
        except Exception as error:
            return {"verdict": "differs", "detail": "the value is another one (%s)" % error}

    def _load(self, path: Any, key: Any, variables: Any) -> dict[str, Any]:
        """The variables in a file of a hand-over."""
        chosen = self.values.FORMATS[key]
        alias = {module: "_module_" + module for module in chosen.modules}
        scope: dict[str, Any] = {alias[module]: __import__(module) for module in chosen.modules}
        scope["_path"] = pathlib.Path(path)
        with self.values.new_classes():
            exec(chosen.load(variables, "_path", alias), scope)
        return scope

    # --- ambient state

    def _random_states(self) -> Any:
        states = {}
        random = sys.modules.get("random")
        if random is not None:
            states["<random>"] = _digest(repr(random.getstate()))
        numpy_random = sys.modules.get("numpy.random")
        if numpy_random is not None:
            state = numpy_random.get_state()
            states["<numpy.random>"] = _digest(repr((state[0], state[1].tobytes(), state[2:])))
        torch = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "get_rng_state"):
            states["<torch>"] = _digest(torch.get_rng_state().numpy().tobytes())
        return states

    def _ambient(self) -> Any:
        report: dict[str, Any] = {"cwd": _folder()}
        environ = dict(os.environ)
        report["environment"] = {
            key: value for key, value in environ.items() if self.environ.get(key) != value and _interesting(key)
        }
        self.environ = environ
        report["path"] = [entry for entry in sys.path if entry not in self.path]
        self.path = list(sys.path)
        matplotlib = sys.modules.get("matplotlib")
        if matplotlib is not None and hasattr(matplotlib, "rcParams"):
            now = {key: repr(value) for key, value in dict.items(matplotlib.rcParams) if "backend" not in key}
            before = self.rc
            if before is None:
                before = {key: repr(value) for key, value in dict.items(matplotlib.rcParamsOrig)}
            report["plotting"] = sorted(key for key, value in now.items() if before.get(key) != value)
            self.rc = now
        return report

    # --- modules of the project

    def _modules(self) -> Any:
        """New modules of the project with those that they refer to, and the older ones that keep something else now."""
        new, changed = {}, []
        for name, module in list(sys.modules.items()):
            if name not in self.own:
                self.own[name] = name != "__main__" and self._is_own(module)
            if not self.own[name]:
                continue
            before = self.kept.get(name)
            self.kept[name] = self._kept(module, before or {})
            if before is None:
                new[name] = [v.__name__ if _kind(v) == "module" else _home(v) for v in list(vars(module).values())]
            elif before != self.kept[name]:
                changed.append(name)
        refers = {name: sorted({home for home in homes if self.own.get(home)}) for name, homes in new.items()}
        return {"modules": refers, "modules_changed": changed}

    def _is_own(self, module: Any) -> bool:
        # What stands in for a module may load it when it is asked for anything.
        file = vars(module).get("__file__") if isinstance(module, types.ModuleType) else None
        if not isinstance(file, str) or "site-packages" in file:
            return False
        return _inside(os.path.realpath(file), self.root)

    def _kept(self, module: Any, before: Any) -> dict[str, Any]:
        """Fingerprints of what a module and its classes hold; None of what cannot be told, or not in a short time."""
        holders = {"": vars(module)}
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == module.__name__:
                holders[name + "."] = vars(value)
        found: dict[str, Any] = {}
        for prefix, holder in holders.items():
            for name, value in list(holder.items()):
                if name.startswith("__") or callable(value) or isinstance(value, _NO_STATE):
                    continue
                key = prefix + name
                if key in before and before[key] is None:
                    found[key] = None
                    continue
                started = time.monotonic()
                try:
                    found[key] = self.values.fingerprint(value)
                except Exception:
                    found[key] = None
                if time.monotonic() - started > 0.2:
                    found[key] = None
        return found

    # --- files

    def _audit(self, event: Any, args: Any) -> None:
        if not self.active:
            return
        if event == "open":
            path, mode, flags = args
            if not isinstance(path, (str, bytes)):
                return
            writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITE_FLAGS)
            self._record("write" if writes else "read", path)
        elif event in ("os.remove", "os.rename", "os.rmdir", "shutil.rmtree", "os.mkdir"):
            self._record("write" if event != "os.mkdir" else "folder", args[0])
            if event == "os.rename":
                self._record("write", args[1])
        elif event in ("os.listdir", "os.scandir"):
            # Importing a module lists the folders of `sys.path`, which says nothing about the cell.
            if not sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
                self._record("listing", args[0] if isinstance(args[0], (str, bytes)) else ".")
        elif event == "sqlite3.connect":
            self._record("read", args[0])
        elif event in ("socket.connect", "socket.getaddrinfo"):
            self.events.append(("network", str(args[1] if event == "socket.connect" else args[0])))
        elif event == "builtins.input":
            self.events.append(("input", ""))

    def _record(self, what: Any, path: Any) -> None:
        try:
            full = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError):
            return
        if (
            what not in ("read", "listing")
            and self.protected
            and _inside(full, self.protected)
            and not _inside(full, self.root)
        ):
            raise PermissionError(
                "jupyter-mlops tries the notebook on a copy of the project, and this cell writes to the project by an "
                "absolute path: %s. Use a path relative to the notebook." % full
            )
        self.events.append((what, full))

    def _files(self, events: Any) -> Any:
        reads: list[str] = []
        writes: list[str] = []
        outside: list[str] = []
        network: list[str] = []
        listed: list[str] = []
        for what, path in events:
            if what == "network":
                network.append(path)
                continue
            if what == "folder":
                continue
            real = os.path.realpath(path)
            if _inside(path, self.root) or _inside(real, self.root):
                relative = os.path.relpath(path if _inside(path, self.root) else real, self.root).replace(os.sep, "/")
                if what == "write":
                    writes.append(relative)
                elif what == "listing":
                    listed.append(relative)
                elif relative not in writes:
                    # What the cell reads of its own writing, it does not need.
                    reads.append(relative)
            elif what == "read" and _is_data(real):
                outside.append(real)
        unique = {"reads": reads, "writes": writes, "outside": outside, "network": network, "listed": listed}
        return {key: list(dict.fromkeys(paths)) for key, paths in unique.items()}

    def _write(self, report: Any) -> None:
        with open(self.spool, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(report, default=str) + "\n")


def _unread(error: Any) -> dict[str, str]:
    return {"verdict": "differs", "detail": ("what the stage saved cannot be loaded: %s" % error)[:300]}


def _load_joblib(path: Any) -> Any:
    return __import__("joblib").load(path)


def _load_pickle(path: Any) -> Any:
    with open(path, "rb") as stream:
        return __import__("pickle").load(stream)


def _queued() -> float:
    """Seconds that this thread could have run and had no processor; zero where that cannot be known."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as stream:
            return int(stream.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _memory() -> tuple[int, int]:
    """Bytes of memory in use: the most so far, and now. Zero where that cannot be known."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as stream:
            found = dict(line.split(":", 1) for line in stream if line.startswith("Vm"))
        return int(found["VmHWM"].split()[0]) * 1024, int(found["VmRSS"].split()[0]) * 1024
    except (OSError, KeyError):
        pass
    try:
        import resource
    except ImportError:
        return 0, 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024), 0


def _folder() -> str:
    """The working directory; empty when the notebook has removed it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return ""


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython()


def _digest(state: Any) -> str:
    return hashlib.blake2b(state if isinstance(state, bytes) else state.encode(), digest_size=16).hexdigest()


_NO_STATE = (
    types.ModuleType,
    classmethod,
    staticmethod,
    property,
    types.MemberDescriptorType,
    types.GetSetDescriptorType,
)
_NUMPY_FUNCTIONS = ("numpy.ufunc", "numpy._ArrayFunctionDispatcher")


def _kind(value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)) or _type_name(value) in _NUMPY_FUNCTIONS:
        return "function"
    return "value"


def _home(value: Any) -> str:
    """The module that an imported function or class can be found in; of other values, the module of their class."""
    holder = value if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)) else type(value)
    return str(getattr(holder, "__module__", "") or "")


def _is_importable(value: Any) -> bool:
    """Whether a function or class is what its module holds under its name, so that another process can import it."""
    found = sys.modules.get(getattr(value, "__module__", None) or "")
    for part in str(getattr(value, "__qualname__", "")).split("."):
        found = getattr(found, part, None)
    return found is value


def _type_name(value: Any) -> str:
    kind = type(value)
    return "%s.%s" % (kind.__module__, kind.__qualname__)


class _Nowhere:
    def write(self, data: bytes) -> int:
        return len(data)


class _Finder(pickle.Pickler):
    """Pickles to nowhere and notes which functions and classes of the notebook are referred to by name."""

    def __init__(self) -> None:
        super().__init__(_Nowhere(), 4)
        self.found: set[str] = set()

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, (type, types.FunctionType)) and getattr(value, "__module__", "") == "__main__":
            self.found.add(value.__qualname__.split(".")[0])
        return NotImplemented


def _main_names(value: Any) -> list[str]:
    """Names of the notebook that must be defined where a pickle of the value is loaded."""
    finder = _Finder()
    with contextlib.suppress(Exception):
        finder.dump(value)
    return sorted(finder.found)


def _columns(value: Any, limit: int = 200) -> Any:
    """Of a table: name, kind, share of missing values, lowest and highest number of each column. Nothing of others."""
    pandas = sys.modules.get("pandas")
    if type(value) is not getattr(pandas, "DataFrame", None) or not len(value):
        return []
    labels = list(value.columns)
    if len(labels) > limit or len(set(labels)) < len(labels) or not all(type(label) is str for label in labels):
        return []
    found = []
    for label in labels:
        # Numbers that took the place of texts are still objects.
        column = value[label].infer_objects()
        kind = _KINDS.get(column.dtype.kind, "text")
        ends: list[Any] = [None, None]
        if kind in ("integer", "number") and column.notna().any():
            numbers = [float(column.min()), float(column.max())]
            ends = numbers if all(map(math.isfinite, numbers)) else ends
        found.append([label, kind, float(column.isna().mean()), *ends])
    return found


_KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "M": "date"}


def _is_drawing(value: Any) -> bool:
    """Figures and the like: a stage finishes what it draws, and trying to save them takes seconds."""
    return _type_name(value).startswith(("matplotlib.", "mpl_toolkits.", "seaborn.axisgrid"))


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or _type_name(value).startswith(("numpy.float", "numpy.int", "numpy.uint"))


def _model(value: Any) -> Any:
    """What the host must know of a fitted model: its library and the features it saw."""
    if isinstance(value, type) or not (hasattr(value, "predict") and hasattr(value, "fit")):
        return None
    home = type(value).__module__.split(".")[0]
    try:
        fitted = any(name.endswith("_") and not name.startswith("_") for name in vars(value))
    except TypeError:
        fitted = False
    names = getattr(value, "feature_names_in_", None) if fitted else None
    count = getattr(value, "n_features_in_", None) if fitted else None
    return {
        "library": home,
        "fitted": fitted,
        "estimator": hasattr(value, "get_params"),
        "transformer": hasattr(value, "transform") and not hasattr(value, "predict"),
        "feature_names": [str(name) for name in names] if names is not None else None,
        "feature_count": int(count) if isinstance(count, int) else None,
    }


def _interesting(key: str) -> bool:
    return not key.startswith(("JPY_", "JUPYTER", "IPY", "MPL", "PYDEVD", "KMP_", "COLUMNS", "LINES", "__"))


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_data(path: str) -> bool:
    """Whether a file outside the project is the user's data and no part of Python, the system or a cache."""
    home = os.path.expanduser("~")
    system = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        "/usr",
        "/proc",
        "/sys",
        "/dev",
        "/etc",
        "/lib",
        "/opt",
        "/bin",
        "/tmp",  # noqa: S108 - the system's own; this kernel has another
        "/var/tmp",  # noqa: S108
    }
    if any(_inside(path, os.path.realpath(folder)) for folder in system):
        return False
    if any(_inside(path, entry) for entry in sys.path if entry and "site-packages" in entry):
        return False
    if path.endswith((".py", ".pyc", ".so", ".pth")):
        return False
    import tempfile

    if _inside(path, os.path.realpath(tempfile.gettempdir())):
        return False
    relative = os.path.relpath(path, home)
    return not (relative.startswith(".") and not relative.startswith(".."))


def install(values: Any, settings: Any) -> None:
    """Create the kernel's agent. Arguments as of `Agent`."""
    global AGENT
    AGENT = Agent(values, settings)
