"""What can run, and from where: the graph from entry points to functions.

Nodes are pairs: ``(file, scope)`` for code (scope "" is the module, "__main__" its guarded block) and ``(id, LAUNCH)`` for
launches. A node is reached when a launch, a script, a notebook or a scheduled thing leads to it.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from jupyter_mlops.project.commands import Target, targets
from jupyter_mlops.project.handed_scripts import (
    CALLED_BY_NAME,
    PYTHON_WORD,
    SHELL_CALLS,
    commands_in,
    handed_files,
    handed_modules,
    handed_scripts,
    shelled,
)
from jupyter_mlops.project.launch import Launch
from jupyter_mlops.project.modules import ModuleIndex
from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.project import Project
from jupyter_mlops.project.python_source import Call, PythonSource, Scope
from jupyter_mlops.project.shell import Command, join, read_script

Node = tuple[str, str]
LAUNCH = "<launch>"

#: Decorators that do not hand the function to anyone: it runs only when it is called.
_INERT = frozenset(
    [
        "staticmethod",
        "classmethod",
        "property",
        "cached_property",
        "lru_cache",
        "cache",
        "wraps",
        "contextmanager",
        "task",
        "step",
        "component",
        "jit",
        "njit",
        "no_grad",
        "inference_mode",
        "dataclass",
        "overload",
        "abstractmethod",
        "setter",
        "typechecked",
        "timer",
        "retry",
        "node",
        "function",
        "op",
        "validate",
        "check_types",
        "check_input",
        "check_output",
        "check_io",
        "trace",
        "start_as_current_span",
        "override",
        "cell",
    ]
)
_FROM_SETTINGS = frozenset({"hydra.utils.instantiate", "hydra.utils.call"})
_TARGET = lazy(r"^\s*_target_:\s*[\"']?([A-Za-z_][\w.]*)", re.MULTILINE)


class Link(NamedTuple):
    """Where one node leads to the next."""

    path: str
    line: int | None
    cell: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.path
        return f"{self.path}:{self.line}" if self.cell is None else f"{self.path}#{self.cell}:{self.line}"


class Root(NamedTuple):
    """An entry point.

    Attributes:
        node: where it enters.
        group: what it belongs to; roots of one pipeline share it.
    """

    node: Node
    group: str


#: What a flow of Metaflow is asked that runs none of its steps.
_SHOWS = (("show",), ("check",), ("output-raw",), ("output-dot",), ("help",), ("--help",))


class Reach:
    """Reachability in a project.

    Args:
        project: the project.
        sources: Python files and notebooks that count as entry points or can be reached.
        launches: everything that starts commands, the most telling first (CI before make before stages).
        not_roots: sources that are no entry points by themselves (tests).
        modules: which file an import means, where that is known already.
    """

    def __init__(
        self,
        project: Project,
        sources: Iterable[str],
        launches: Iterable[Launch],
        not_roots: frozenset[str] = frozenset(),
        modules: ModuleIndex | None = None,
    ) -> None:
        self.project = project
        self.sources = tuple(sources)
        self.launches = {launch.id: launch for launch in launches}
        self.modules = modules or ModuleIndex(self.sources)
        self._not_roots = not_roots
        self._known = frozenset({*self.sources, *self.launches})
        self._tails: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._known):
            parts = name.split("/")
            for start in range(len(parts)):
                self._tails["/".join(parts[start:])].append(name)
        self._parents: dict[Node, tuple[Node, Link] | None] = {}
        self._groups: dict[Node, set[str]] = defaultdict(set)
        self._edges: dict[Node, list[tuple[Node, Link]]] = {}
        self._behind: dict[tuple[Node, ...], frozenset[Node]] = {}
        self._placers: dict[str, _Placer] = {}
        self._scopes: dict[Node, Scope | None] = {}
        self._starts_python: dict[str, bool] = {}
        for root in self._roots():
            self._visit(root)

    def reached(self, path: str, scope: str = "") -> bool:
        """Whether a scope can run."""
        return (path, scope) in self._parents

    def launched(self, launch: Launch) -> bool:
        """Whether another launch leads to this one, or it is one that starts by itself."""
        return (launch.id, LAUNCH) in self._parents

    def groups(self, path: str, scope: str = "") -> frozenset[str]:
        """What leads to a scope."""
        return frozenset(self._groups.get((path, scope), ()))

    def chain(self, path: str, scope: str = "") -> tuple[str, ...]:
        """The links from the entry point to a scope, first one first."""
        links: list[str] = []
        node: Node = (path, scope)
        seen = {node}
        while (parent := self._parents.get(node)) is not None:
            node, link = parent
            if not links or links[-1] != str(link):
                links.append(str(link))
            if node in seen:
                break
            seen.add(node)
        return tuple(reversed(links))

    def behind_target(self, target: Target) -> frozenset[Node]:
        """All nodes that a target leads to."""
        return self.behind(*self._nodes(target))

    def behind(self, *nodes: Node) -> frozenset[Node]:
        """All nodes that these lead to, themselves included."""
        if nodes not in self._behind:
            self._behind[nodes] = frozenset(self._walk(nodes))
        return self._behind[nodes]

    def targets(self, launch: Launch) -> Iterator[tuple[Target, Command]]:
        """What the commands of a launch run."""
        for command in launch.commands:
            for target in targets(command, launch.folder):
                yield target, command

    def _roots(self) -> Iterator[Root]:
        for launch in self.launches.values():
            if launch.neutralised is None:
                yield Root((launch.id, LAUNCH), launch.group or launch.id)
        for path in self.sources:
            if path in self._not_roots:
                continue
            if path.endswith(".ipynb"):
                yield Root((path, ""), path)
                continue
            source = self.project.python(path)
            if source is not None and source.has_main_guard:
                yield Root((path, "__main__"), path)
                yield Root((path, ""), path)
            elif source is not None and source.acts and not path.endswith("__init__.py"):
                yield Root((path, ""), path)

    def _visit(self, root: Root) -> None:
        for node, parent in self._walk((root.node,)).items():
            self._parents.setdefault(node, parent)
            self._groups[node].add(root.group)

    def _walk(self, roots: tuple[Node, ...]) -> dict[Node, tuple[Node, Link] | None]:
        """All nodes that some lead to, nearest first, each with the node before it.

        What `thing.method()` calls is not known where `thing` is a parameter; it is taken for the methods of that name of
        the classes that the walk has met.
        """
        parents: dict[Node, tuple[Node, Link] | None] = dict.fromkeys(roots)
        pending = deque(roots)
        # Names that are read → where first, as a place in a file; a link of it only where one is needed.
        methods: dict[str, tuple[str, int]] = {}
        classes: dict[str, list[Node]] = defaultdict(list)
        while pending:
            node = pending.popleft()
            follow = list(self._successors(node))
            scope = self._scope(node)
            if scope is not None:
                if scope.kind == "class":
                    for name, method in scope.children.items():
                        classes[name].append((node[0], method.name))
                        if name in methods:
                            follow.append(((node[0], method.name), self._link(methods[name])))
                for name, line in scope.names.items():
                    if name not in methods:
                        methods[name] = (node[0], line)
                        if name in classes:
                            follow += [(target, self._link(methods[name])) for target in classes[name]]
            for target, link in follow:
                if target not in parents:
                    parents[target] = (node, link)
                    pending.append(target)
        return parents

    def _scope(self, node: Node) -> Scope | None:
        if node not in self._scopes:
            source = self.project.python(node[0]) if node[1] != LAUNCH else None
            self._scopes[node] = None if source is None else scope_named(source, node[1])
        return self._scopes[node]

    def _link(self, place: tuple[str, int]) -> Link:
        return self._place(place[0])(place[1])

    def _place(self, path: str) -> _Placer:
        if path not in self._placers:
            self._placers[path] = _Placer(self.project, path)
        return self._placers[path]

    def _successors(self, node: Node) -> list[tuple[Node, Link]]:
        if node not in self._edges:
            if node[1] == LAUNCH:
                self._edges[node] = []  # what it leads to may lead back to it
                launch = self.launches.get(node[0])
                self._edges[node] = list(self._from_launch(launch)) if launch else []
            else:
                self._edges[node] = list(self._from_scope(node))
        return self._edges[node]

    def _from_launch(self, launch: Launch) -> Iterator[tuple[Node, Link]]:
        for need in launch.needs:
            yield (need, LAUNCH), Link(launch.path, launch.line)
        for command in launch.commands:
            if command.neutralised and launch.kind == "ci":
                continue
            link = Link(launch.path, launch.line_of(command))
            meant = [one for one in targets(command, launch.folder) if not (one.problem and launch.kind == "ci")]
            run = [node for target in meant for node in self._nodes(target)]
            yield from ((node, link) for node in run)
            yield from ((node, link) for node in self._loaded(command, run))

    def _loaded(self, command: Command, run: list[Node]) -> Iterator[Node]:
        """Functions of a module that a program is handed by name and loads: `run-pipeline --module-name pipelines.churn`."""
        modules = [self.modules.find(word, "_") for word in command.words[1:] if run and _DOTTED.match(word)]
        for path in filter(None, modules):
            source = self.project.python(path)
            read = {name for node in self.behind(*run) if (scope := self._scope(node)) for name in scope.names}
            for name, child in source.module.children.items() if source is not None else ():
                if child.kind == "function" and name in read:
                    yield path, child.name

    def _in_project(self, path: str) -> str:
        """The project's file that a path of a container means: the one whose path ends most like it."""
        if not path.startswith("/"):
            return path
        parts = path.strip("/").split("/")
        for start in range(len(parts)):
            hits = self._tails.get("/".join(parts[start:]))
            if hits:
                return hits[0] if len(hits) == 1 else path
        return path

    def _nodes(self, target: Target) -> Iterator[Node]:
        if target.kind == "script":
            script = self._in_project(target.value)
            if target.arguments[:1] in _SHOWS and "metaflow" in (self.project.text(script) or ""):
                return  # the flow is looked at, and not run
            yield script, ""
            yield script, "__main__"
        elif target.kind == "notebook":
            yield target.value, ""
        elif target.kind == "module":
            found = self.modules.find(target.value, f"{target.folder}/_" if target.folder != "." else "_")
            if found is None and target.arguments[:1] == ("served",):
                found = self.modules.find_served(target.value)
            if found and target.arguments[:1] == ("served",) and not self._says(found, target.arguments[1:2]):
                return  # the server stops at once: the file has no such application
            if found and found.endswith("__init__.py") and target.arguments[:1] != ("served",):
                found = self.modules.find(f"{target.value}.__main__", "_") or found
            if found:
                yield found, ""
                yield found, "__main__"
            if found and target.arguments[:1] == ("celery",):
                source = self.project.python(found)
                for child in source.module.children.values() if source is not None else ():
                    if any(
                        decorator.replace("()", "").endswith((".task", "shared_task")) for decorator in child.decorators
                    ):
                        yield found, child.name
            if found and target.arguments[:1] == ("luigi",):
                for task in target.arguments[1:2]:
                    yield found, task
            if found and target.arguments[:1] == ("served",):
                for made in target.arguments[1:2]:  # `gunicorn "app:create_app()"`
                    yield found, made
        elif target.kind == "code":
            try:
                source = PythonSource(target.value)
            except ValueError:
                return
            yield from self._imported(source, "_")
        else:
            for name in self.launch_ids(target):
                yield name, LAUNCH

    def _says(self, path: str, names: tuple[str, ...]) -> bool:
        """Whether a file has all of some names somewhere, or takes all that another one has."""
        text = self.project.text(path) or ""
        return "import *" in text or all(re.search(rf"\b{re.escape(name)}\b", text) for name in names)

    def launch_ids(self, target: Target) -> Iterator[str]:
        """The launches that a target means: stages, make targets, environments, shell scripts, console scripts."""
        if target.kind == "stages":
            names = [name.rpartition(":")[2] for name in target.arguments if not name.endswith((".yaml", ".dvc"))]
            files = [join(target.folder, name) for name in target.arguments if name.endswith("dvc.yaml")]
            wanted = files or [join(target.folder, "dvc.yaml")]
            for launch in self.launches.values():
                if launch.kind == "stage" and launch.path in wanted and (not names or launch.name in names):
                    yield launch.id
        elif target.kind == "make":
            names = list(target.arguments) or ["<default>"]
            candidates = [join(target.folder, name) for name in ([target.value] if target.value else MAKEFILES)]
            for path in candidates:
                yield from (f"{path}#{name}" for name in names if f"{path}#{name}" in self.launches)
        elif target.kind == "environment" and target.value == "invoke":
            for launch in self.launches.values():
                if launch.id.startswith("invoke:") and launch.name in [
                    name.rpartition(".")[2] for name in target.arguments
                ]:
                    yield launch.id
        elif target.kind == "environment":
            folder = target.folder.removeprefix(".")
            for launch in self.launches.values():
                fits = (
                    launch.kind == "environment"
                    and posixpath.dirname(launch.path) == folder
                    and not launch.id.startswith("invoke:")
                )
                asked = launch.name in target.arguments or _generated(launch, target)
                if fits and (asked or (not target.arguments and launch.by_default)):
                    yield launch.id
        elif target.kind == "project":
            words = target.arguments
            named = [words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-e", "--entry-point")]
            files = [f"{join(target.value, 'MLproject')}#{entry}" for entry in named or ["main"]]
            yield from (name for name in files if name in self.launches)
        elif target.kind == "shell" and self._in_project(target.value) in self.launches:
            yield self._in_project(target.value)
        elif target.kind == "tool" and f"console:{target.value}" in self.launches:
            yield f"console:{target.value}"
        elif target.kind == "tool" and target.value == "dagster" and target.arguments[:2] == ("job", "execute"):
            words = target.arguments
            names = [words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-j", "--job")]
            yield from (
                launch
                for launch in self.launches
                if launch.startswith("dagster:") and launch.rpartition("#")[2] in names
            )
        elif target.kind == "tool" and target.value == "kedro" and target.arguments[:1] == ("run",):
            file = f"kedro:{join(target.folder, 'pyproject.toml')}"
            yield from (launch.id for launch in self.launches.values() if launch.group == file)
        elif target.kind == "tool" and target.value == "dagster" and target.arguments[:2] == ("asset", "materialize"):
            yield from self._materialized(target)
        elif target.kind == "tool" and target.value == "ploomber":
            yield from self._in_folder(target, "pipeline.yaml")
        elif target.kind == "tool" and target.value == "snakemake":
            yield from self._in_folder(target, "Snakefile")

    def _materialized(self, target: Target) -> Iterator[str]:
        """The definitions whose assets `dagster asset materialize -m package.definitions` makes; those of `-f` likewise."""
        words = target.arguments
        named = [words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-m", "-f", "--module-name")]
        wanted = {self._in_project(join(target.folder, name)) for name in named if name.endswith(".py")}
        wanted |= {self.modules.find(name, "_") or "" for name in named if not name.endswith(".py")}
        for launch in self.launches.values():
            if launch.id.startswith("dagster:") and "#" not in launch.id and (not named or launch.path in wanted):
                yield launch.id

    def _in_folder(self, target: Target, name: str) -> Iterator[str]:
        path = join(target.folder, name)
        yield from (launch.id for launch in self.launches.values() if launch.path == path)

    def _imported(self, source: PythonSource, importer: str) -> Iterator[Node]:
        for item in source.imports:
            for dotted in {item.module, item.dotted}:
                found = self.modules.resolve(dotted, importer)
                if found:
                    yield found[0], ""
                    if found[1]:
                        yield found

    def _from_scope(self, node: Node) -> Iterator[tuple[Node, Link]]:
        path, name = node
        source = self.project.python(path)
        scope = scope_named(source, name) if source else None
        if source is None or scope is None:
            return
        place = self._place(path)
        if scope.kind == "module":
            yield from self._from_module(path, source, place)
        if scope.kind == "class":
            outside = any(not base.startswith(":") and base != "object" for base in scope.bases)
            for child in scope.children.values():
                if outside or child.name.rpartition(".")[2].startswith("__"):
                    yield (path, child.name), place(child.line)
            for base in scope.bases:
                yield from self._dotted(path, base, place(scope.line))
        for read, line in scope.names.items():
            known = scope.lookup(read)
            if known:
                yield from self._dotted(path, known, place(line))
        yield from self._handed_on(path, scope, place)
        for call in scope.calls:
            yield from self._dotted(path, call.name, place(call.line))
            yield from self._named(path, call, place(call.line))
            if call.name in _FROM_SETTINGS:
                for dotted in self._targets_of_settings:
                    yield from self._dotted(path, dotted, place(call.line))
            yield from self._handed_scripts(path, call, place(call.line))
        for reached, line in self._listed_scripts(path, scope):
            yield reached, place(line)
        for call in scope.calls:
            if call.name in SHELL_CALLS or call.name.endswith("execute_notebook"):
                for target in shelled(call, posixpath.dirname(path) or "."):
                    for reached in self._nodes(target):
                        yield reached, place(call.line)

    def _handed_on(self, path: str, scope: Scope, place: _Placer) -> Iterator[tuple[Node, Link]]:
        """Functions of own modules that are handed on instead of called: `PythonOperator(python_callable=steps.train)`."""
        called = {call.attribute for call in scope.calls}
        for read in scope.names:
            known = scope.lookup(read) or ""
            found = self.modules.resolve(known, path) if known and known[0] not in ":?(" else None
            source = self.project.python(found[0]) if found and not found[1] else None
            if source is None or found is None or not (source.module.children.keys() & scope.names.keys()) - called:
                continue
            for node in (inner for statement in scope.body for inner in ast.walk(statement)):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == read:
                    yield from self._prefixes(found[0], [node.attr], place(node.lineno))

    @cached_property
    def _targets_of_settings(self) -> tuple[str, ...]:
        """What settings name for Hydra to make: `_target_: pkg.data.Rows`."""
        return tuple(
            dict.fromkeys(
                dotted
                for file in self.project.walk.files.suffixed(".yaml", ".yml")
                for dotted in _TARGET.findall(self.project.text(file.path) or "")
            )
        )

    def _listed_scripts(self, path: str, scope: Scope) -> Iterator[tuple[Node, int]]:
        """Scripts and modules in commands that a function makes for something else to run: ``["python", "jobs/train.py"]``."""
        if scope.kind != "function" or path.endswith(".ipynb"):
            return
        if path not in self._starts_python:
            self._starts_python[path] = bool(PYTHON_WORD.search(self.project.text(path) or ""))
        if not self._starts_python[path]:
            return
        pending: list[ast.AST] = list(scope.body)
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            pending += ast.iter_child_nodes(node)
            for words in commands_in(scope, node):
                if words[1] == "-m":
                    for reached in self._nodes(Target("module", words[2])):
                        yield reached, getattr(node, "lineno", scope.line)
                    continue
                script = self._in_project(f"/{words[1].lstrip('./')}")
                if script in self._known:
                    yield (script, ""), getattr(node, "lineno", scope.line)
                    yield (script, "__main__"), getattr(node, "lineno", scope.line)

    def _named(self, path: str, call: Call, link: Link) -> Iterator[tuple[Node, Link]]:
        """Modules and scripts of the project that a call is handed by name, to run: ``run("pkg.train")``."""
        if call.attribute in _MENTIONS:
            return
        for argument in call.node.args[:2]:
            text = call.scope.string(argument)
            if text is None or " " in text:
                continue
            found = None
            if text.endswith((".py", ".ipynb")):
                tail = text.rpartition("{}")[2].strip("/")
                found = self._in_project(f"/{tail}") if tail and not tail.startswith(".") else None
                found = found if found in self._known else None
            elif "." in text and _DOTTED.match(text):
                found = self.modules.find(text, path)
            if found and found != path:
                yield (found, ""), link
                yield (found, "__main__"), link

    def _handed_scripts(self, path: str, call: Call, link: Link) -> Iterator[tuple[Node, Link]]:
        """Scripts that a platform is handed to run elsewhere: `SKLearn(entry_point="fit.py", source_dir="steps")`."""
        for text in handed_scripts(call):
            script = self._script(path, text)
            if script:
                yield (script, ""), link
                yield (script, "__main__"), link
                for name in CALLED_BY_NAME if call.argument(None, "module_file") is not None else ():
                    yield (script, name), link
        for text in handed_files(call):
            for name in self._launches_of(join(posixpath.dirname(path) or ".", text), text):
                yield (name, LAUNCH), link
        for module in handed_modules(call):
            yield from self._dotted(path, module, link)
            found = self.modules.find(module, path)
            if found:
                yield (found, "__main__"), link

    def _launches_of(self, *files: str) -> list[str]:
        """The launches that the first of some files has."""
        found = ([launch.id for launch in self.launches.values() if launch.path == file] for file in files)
        return next(filter(None, found), [])

    def _script(self, path: str, text: str) -> str:
        """The project's script that code means by a path: from its own folder, from where it starts, or by the end of the path."""
        tail = posixpath.normpath(text.rpartition("{}")[2].strip("/"))
        beside = join(posixpath.dirname(path) or ".", tail)
        found = (beside, tail, self._in_project(f"/{tail.lstrip('./')}"))
        return next((script for script in found if script in self._known and script != path), "")

    def _from_module(self, path: str, source: PythonSource, place: _Placer) -> Iterator[tuple[Node, Link]]:
        for item in source.imports:
            for dotted in (item.module, item.dotted):
                found = self.modules.resolve(dotted, path)
                if found:
                    yield (found[0], ""), place(item.line)
        for scope in source.scopes:
            if scope.kind == "function" and any(not _inert(decorator) for decorator in scope.decorators):
                yield (path, scope.name), place(scope.line)
        if any(call.name in ("luigi.run", "luigi.build") for call in source.calls):
            # The command line names the task.
            for scope in source.scopes:
                if scope.kind == "class" and any(base.startswith("luigi.") for base in scope.bases):
                    yield (path, scope.name), place(scope.line)
        if path.endswith(".ipynb"):
            notebook = self.project.notebook(path)
            folder = posixpath.dirname(path) or "."
            for escape in notebook.escapes if notebook else ():
                link = Link(path, escape.line, escape.cell)
                text = (
                    f"python {escape.text[4:]}"
                    if escape.text.startswith("run ") and escape.kind == "%"
                    else escape.text
                )
                if escape.kind == "!" or text is not escape.text:
                    for command in read_script(text):
                        for target in targets(command, folder):
                            for reached in self._nodes(target):
                                yield reached, link

    def _dotted(self, path: str, dotted: str, link: Link) -> Iterator[tuple[Node, Link]]:
        if dotted.startswith(":"):
            parts = dotted[1:].replace("()", "").replace("[]", "").split(".")
            yield from self._prefixes(path, parts, link)
        elif dotted and dotted[0] not in "?(":
            plain = dotted.replace("()", "").replace("[]", "")
            found = self.modules.resolve(plain, path) or self.stand_in(plain, path)
            if found and found[1]:
                yield from self._prefixes(found[0], found[1].split("."), link)
            elif found:
                yield (found[0], ""), link

    def stand_in(self, dotted: str, path: str) -> Node | None:
        """What a source defines itself where an import fails: `except ImportError: class Trainer: …`.

        Args:
            dotted: a resolved name that is no module's of the project.
            path: the source that it is used in.
        """
        source = self.project.python(path)
        if source is None:
            return None
        if "stand-ins" not in source.kept:
            children = source.module.children
            source.kept["stand-ins"] = [item for item in source.imports if item.name and item.bound in children]
        for item in source.kept["stand-ins"]:
            if f"{dotted}.".startswith(f"{item.dotted}."):
                return path, f"{item.bound}{dotted[len(item.dotted) :]}"
        return None

    def _prefixes(self, path: str, parts: list[str], link: Link, depth: int = 0) -> Iterator[tuple[Node, Link]]:
        """The scopes that ``Class.method`` means: the class, and the method."""
        source = self.project.python(path)
        if source is None:
            return
        scope = source.module
        for part in parts:
            if part not in scope.children:
                passed_on = scope.bound.get(part) if scope is source.module else None
                if passed_on and passed_on[0] not in ":?" and depth < 5:
                    found = self.modules.resolve(passed_on, path)
                    if found:
                        rest = [*(found[1].split(".") if found[1] else []), *parts[1:]]
                        yield from self._prefixes(found[0], rest, link, depth + 1)
                return
            scope = scope.children[part]
            yield (path, scope.name), link


def _generated(launch: Launch, target: Target) -> bool:
    """Whether tox makes the environment from the section that all share: `tox -e py311`."""
    return (
        target.value == "tox" and launch.name == "testenv" and any(_FACTOR.fullmatch(name) for name in target.arguments)
    )


_FACTOR = lazy(r"(py(py)?\d*|\d\.\d+)(-[\w.]+)*")


#: Calls that name a file without running it.
_MENTIONS = frozenset(
    {
        "print",
        "info",
        "debug",
        "warning",
        "error",
        "open",
        "exists",
        "read_text",
        "endswith",
        "join",
        "append",
        "Path",
        "get",
    }
)
_DOTTED = lazy(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z")
TASKFILES = ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml")
MAKEFILES = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", *TASKFILES)


class _Placer:
    """Turns lines of a source into links: those of a notebook name the cell."""

    def __init__(self, project: Project, path: str) -> None:
        self._notebook = project.notebook(path) if path.endswith(".ipynb") else None
        self._path = path

    def __call__(self, line: int) -> Link:
        if self._notebook is None or not self._notebook.parsed_cells:
            return Link(self._path, line)
        cell, inner = self._notebook.place(line)
        return Link(self._path, inner, cell)


def scope_named(source: PythonSource, name: str) -> Scope | None:
    """The scope of that qualified name; None when there is none."""
    scope = source.module
    for part in name.split(".") if name else ():
        child = scope.children.get(part)
        if child is None:
            return None
        scope = child
    return scope


def _inert(decorator: str) -> bool:
    return decorator.replace("()", "").rpartition(".")[2] in _INERT
