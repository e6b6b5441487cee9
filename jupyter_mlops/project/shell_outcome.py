"""What becomes of a script when one of its commands fails: is it seen, or does the script end well all the same?

Every command is let fail in turn, all in one pass: a state of the shell goes with the commands whose failure leads to it. What a
command answers is taken for unknown in a condition, and for success elsewhere; conditions over constants are worked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from jupyter_mlops.project.patterns import lazy
from jupyter_mlops.project.shell_syntax import (
    AndOr,
    Block,
    Case,
    If,
    Loop,
    Node,
    Pipeline,
    Simple,
    commands_in,
)

#: The origin of states in which nothing has failed.
_NOBODY = None
_SUCCEEDS = frozenset(
    {"true", ":", "echo", "printf", "set", "export", "local", "declare", "typeset", "readonly", "shift"}
)
_TESTS = frozenset({"test", "[", "[["})
_NAME = lazy(r"[A-Za-z_]\w*")
_LAST = lazy(r"\$\{?\?")
#: A function that calls itself, and scripts with more states or commands than anyone writes, are given up.
_DEEPEST, _MOST_STATES, _MOST_COMMANDS = 6, 200, 3000


class State(NamedTuple):
    """Where the shell stands.

    Attributes:
        status: of the last command: True, False, or None where it is not known.
        derived: the status follows from the failure.
        stops: `set -e` is in force.
        pipefail: a failure on the left of a pipe counts.
        names: variables that hold something of the failure.
        handling: what runs now runs because of the failure.
        hidden: a trap lets the script end well.
    """

    status: bool | None = True
    derived: bool = False
    stops: bool = True
    pipefail: bool = True
    names: frozenset[str] = frozenset()
    handling: bool = False
    hidden: bool = False

    @property
    def failed(self) -> bool:
        return self.derived and self.status is False


#: Whose failure leads to a state.
_Origins = frozenset["Simple | None"]
_Table = dict[State, _Origins]


class Outcome:
    """What hides the failure of each command of a script.

    Args:
        script: its tree.
        stops: whether it starts with `-e`.
        pipefail: whether a failure on the left of a pipe counts at the start.
    """

    def __init__(self, script: Block, *, stops: bool, pipefail: bool) -> None:
        self._functions: dict[str, Node] = {}
        self._called: list[str] = []
        self._seen: set[Simple | None] = set()
        self._reached: set[Simple] = set()
        self._why: dict[Simple, str] = {}
        self._left: list[_Table] = [{}]
        self._returned: list[_Table] = []
        self._given_up = sum(1 for _command in commands_in(script)) > _MOST_COMMANDS
        if self._given_up:
            return
        well = ends_well(script)
        self._goes_on = f"`{well}` after it hides its failure" if well else "the script goes on after errors"
        start: _Table = {State(stops=stops and not well, pipefail=pipefail): frozenset({_NOBODY})}
        end = self._block(script, start, False)
        if not self._reached:  # a file of functions, for others
            for name in list(self._functions):
                end = _merged([end, self._call(name, start, False)])
        for state, origins in end.items():
            self._ended(state, origins)

    def hides(self, command: Simple) -> str | None:
        """Why nobody would see that the command failed; None when it would be seen."""
        if command in self._seen or self._given_up:
            return None
        return self._why.get(
            command, "what follows hides its failure" if command in self._reached else "it is never reached"
        )

    # What runs

    def _run(self, node: Node, table: _Table, asked: bool) -> _Table:
        """The states after a node. `asked`: its status is asked for, so that `set -e` does not stop at it."""
        if len(table) > _MOST_STATES:
            self._given_up = True
            return {State(): frozenset({_NOBODY})}
        if isinstance(node, Simple):
            return self._simple(node, table, asked)
        if isinstance(node, Block):
            return self._block(node, table, asked)
        if isinstance(node, If):
            return self._if(node, table, asked)
        if isinstance(node, Loop):
            return self._loop(node, table, asked)
        if isinstance(node, Case):
            return _merged([table, *(self._run(body, table, asked) for body in node.bodies)])
        self._functions[node.name] = node.body
        return table

    def _block(self, block: Block, table: _Table, asked: bool) -> _Table:
        if not block.own_shell:
            for item in block.items:
                table = self._and_or(item, table, asked)
            return table
        after: _Table = {}
        for state, origins in table.items():
            self._left.append({})
            end = self._block(Block(block.items), {state: origins}, asked)
            for inner, reaching in [*end.items(), *self._left.pop().items()]:
                status = True if inner.hidden and not state.hidden else inner.status
                _add(after, state._replace(status=status, derived=inner.derived), reaching)
        return self._stopped(after, asked)

    def _and_or(self, item: AndOr, table: _Table, asked: bool) -> _Table:
        if item.background:
            return self._background(item, table)
        if len(item.parts) == 1:
            return self._pipeline(item.parts[0][1], table, asked)
        handling = {state.handling for state in table}
        after: _Table = {}
        for was in sorted(handling):
            start = {state: origins for state, origins in table.items() if state.handling is was}
            for state, origins in self._joined(item, start, asked).items():
                _add(after, state._replace(handling=was), origins)
        return after

    def _joined(self, item: AndOr, table: _Table, asked: bool) -> _Table:
        for position, (operator, pipeline) in enumerate(item.parts):
            last = position == len(item.parts) - 1
            goes: _Table = {}
            stays: _Table = {}
            for state, origins in table.items():
                if operator == "" or state.status is None or state.status is (operator == "&&"):
                    taken = state._replace(handling=state.handling or (operator == "||" and state.failed))
                    _add(goes, taken, origins)
                if operator and (state.status is None or state.status is not (operator == "&&")):
                    _add(stays, state, origins)
            if operator == "||":
                words = _first_words(pipeline)
                for state, origins in goes.items():
                    if state.failed:
                        self._note(origins, f"`|| {words}` hides its failure")
            reached = self._pipeline(pipeline, goes, asked or not last) if goes else {}
            table = _merged([stays, reached])
        return table

    def _background(self, item: AndOr, table: _Table) -> _Table:
        self._left.append({})
        inner = self._joined(replace(item, background=False), table, True)
        after: _Table = {}
        for state, origins in table.items():
            _add(after, state._replace(status=True, derived=False), origins)
        for state, origins in [*inner.items(), *self._left.pop().items()]:
            new = frozenset(origin for origin in origins if not any(origin in known for known in table.values()))
            if state.failed and new:
                self._note(new, "it runs in the background")
                # `$!` is what it is waited for by.
                _add(after, state._replace(status=True, derived=False, names=state.names | {"!"}), new)
        return after

    def _pipeline(self, pipeline: Pipeline, table: _Table, asked: bool) -> _Table:
        parts = pipeline.parts
        after = self._run(parts[0], table, asked or pipeline.negated) if len(parts) == 1 else self._piped(parts, table)
        if pipeline.negated:
            self._note(
                (origin for state, at in after.items() if state.failed for origin in at), "`!` hides its failure"
            )
            turned = [
                (state._replace(status=None if state.status is None else not state.status), at)
                for state, at in after.items()
            ]
            return _merged([{state: at} for state, at in turned])
        return self._stopped(after, asked) if len(parts) > 1 else after

    def _piped(self, parts: tuple[Node, ...], table: _Table) -> _Table:
        after = self._run(parts[-1], table, True)
        known = {origin for origins in table.values() for origin in origins}
        words = _first_words(Pipeline(parts[1:2]))
        for part in parts[:-1]:
            self._left.append({})
            ended = self._run(part, table, True)
            for state, origins in [*ended.items(), *self._left.pop().items()]:
                new = origins - known
                if state.failed and new:
                    self._note(new, f"`| {words}` hides its failure (no `pipefail`)")
                    _add(after, state if state.pipefail else state._replace(status=True, derived=False), new)
        return after

    def _if(self, node: If, table: _Table, asked: bool) -> _Table:
        ends: list[_Table] = []
        for was in sorted({state.handling for state in table}):
            left = {state: origins for state, origins in table.items() if state.handling is was}
            found: list[_Table] = []
            for condition, body in node.branches:
                after = self._run(condition, left, True)
                left = {}
                goes: _Table = {}
                for state, origins in after.items():
                    inner = state._replace(handling=state.handling or state.derived)
                    if state.derived:
                        self._note(origins, "`if` takes its failure for an answer")
                    if state.status is not False:
                        _add(goes, inner, origins)
                    if state.status is not True:
                        _add(left, inner, origins)
                if goes:
                    found.append(self._run(body, goes, asked))
                self._dead(body, goes, "it is under `if false`")
            if node.otherwise is not None:
                self._dead(node.otherwise, left, "it is never reached")
                left = self._run(node.otherwise, left, asked) if left else {}
            else:
                left = _each(left, status=True, derived=False)
            ends.append(_each(_merged([*found, left]), handling=was))
        return _merged(ends)

    def _loop(self, node: Loop, table: _Table, asked: bool) -> _Table:
        if node.kind == "for":
            listed = node.words.partition(" in")
            if listed[1] and not listed[2].strip():
                self._dead(node.body, {}, "it is never reached")
                return table
            return self._run(node.body, table, asked) if node.body.items else table
        after = self._run(node.condition, table, True)
        goes: _Table = {}
        out: _Table = {}
        for state, origins in after.items():
            if state.derived:
                self._note(origins, f"`{node.kind}` takes its failure for an answer")
            if state.status is None or state.status is (node.kind == "while"):
                _add(goes, state, origins)
            if state.status is None or state.status is not (node.kind == "while"):
                _add(out, state._replace(status=True, derived=False), origins)
        self._dead(node.body, goes, "it is never reached")
        return _merged([out, self._run(node.body, goes, asked)]) if goes else out

    def _simple(self, node: Simple, table: _Table, asked: bool) -> _Table:
        after: _Table = {}
        program = node.words[0].rpartition("/")[2] if node.words else ""
        replaces = program == "exec" and len(node.words) > 1 and not node.words[1].startswith(("<", ">", "2>", "&>"))
        for state, origins in table.items():
            if program in ("exit", "return"):
                self._leave(program, node, state, origins)
                continue
            if program.startswith("$") and self._functions and len(self._called) < _DEEPEST:  # `"$@"`
                for name in list(self._functions):
                    for end, reaching in self._call(name, {state: origins}, asked).items():
                        _add(after, end, reaching)
            elif program in self._functions and len(self._called) < _DEEPEST:
                for end, reaching in self._call(program, {state: origins}, asked).items():
                    _add(after, end, reaching)
                self._note([node], f"`{program}` is a function of the script")
                continue
            if _NOBODY in origins and node.words:
                self._reached.add(node)
                if program not in ("true", ":"):
                    _add(after, state._replace(status=False, derived=True), frozenset({node}))
            for end in self._effect(program, node, state):
                _add(after, end, origins)
        if replaces:
            for state, origins in after.items():
                self._ended(state, origins)
            return {}
        if any(not state.stops for state in after):
            self._note([node], self._goes_on)
        return self._stopped(after, asked)

    def _effect(self, program: str, node: Simple, state: State) -> Iterator[State]:
        """The state after a command that did what it should."""
        text = node.text
        mentions = (state.failed and _LAST.search(text)) or any(_mentions(text, name) for name in state.names)
        done = state._replace(status=None, derived=False) if state.status is not None or state.derived else state
        if (
            program == ""
            or program in ("export", "local", "declare", "typeset", "readonly", "let")
            or text.startswith("((")
        ):
            named = {
                found[0] for part in (node.assigned or node.words[-1:]) if (found := _NAME.match(part.lstrip("(")))
            }
            holds = bool(mentions or state.handling or ("!" in state.names and "$!" in text))
            names = state.names | named if holds else state.names
            yield done._replace(status=True, names=names)
            if program == "" and text.startswith("((") and mentions:
                yield done._replace(status=False, derived=True)
        elif program == "set":
            yield self._set(node.words[1:], done)
        elif program == "trap":
            ends_well = bool(re.search(r"\bexit\s+0\b", node.words[1])) if len(node.words) > 2 else False
            yield done._replace(status=True, hidden=state.hidden or ends_well)
        elif program == "wait":
            told = mentions or ("!" in state.names and len(node.words) > 1)
            yield done._replace(status=not told, derived=bool(told))
        elif program == "false":
            yield done._replace(status=False, derived=state.handling)
        elif program in _SUCCEEDS:
            yield done._replace(status=True)
        elif program in _TESTS and mentions:
            yield done._replace(status=False, derived=True)
            yield done._replace(status=True, derived=True)
        elif program in _TESTS:
            yield done._replace(status=_constant(list(node.words)))
        else:
            yield done

    def _set(self, words: tuple[str, ...], state: State) -> State:
        stops, pipefail = state.stops, state.pipefail
        for position, word in enumerate(words):
            on = word.startswith("-")
            if not word.startswith(("-", "+")) or word.startswith("--"):
                continue
            if "e" in word:
                stops = on
            if word.endswith("o") and words[position + 1 : position + 2] == ("pipefail",):
                pipefail = on
            if word.endswith("o") and words[position + 1 : position + 2] == ("errexit",):
                stops = on
        return state._replace(status=True, stops=stops, pipefail=pipefail)

    def _leave(self, program: str, node: Simple, state: State, origins: _Origins) -> None:
        code = node.words[1] if len(node.words) > 1 else "$?"
        if _NOBODY in origins:
            self._reached.add(node)
        if code.strip('"') in ("$?", "${?}"):
            end = state
        elif any(_mentions(code, name) for name in state.names):
            end = state._replace(status=False, derived=True)
        elif code.isdigit():
            end = state._replace(status=int(code) == 0, derived=int(code) != 0 and state.handling)
        else:
            end = state._replace(status=None, derived=False)
        if program == "return" and self._returned:
            _add(self._returned[-1], end, origins)
        else:
            self._ended(end, origins)

    def _call(self, name: str, table: _Table, asked: bool) -> _Table:
        self._called.append(name)
        self._returned.append({})
        own = self._functions.pop(name)  # a function that names a program it calls: `pytest() { command pytest; }`
        end = self._run(own, table, asked)
        self._functions[name] = own
        self._called.pop()
        return self._stopped(_merged([end, self._returned.pop()]), asked)

    # Bookkeeping

    def _stopped(self, table: _Table, asked: bool) -> _Table:
        """The states that go on: `set -e` ends the others."""
        if asked:
            return table
        for state in [state for state in table if state.status is False and state.stops]:
            self._ended(state, table.pop(state))
        return table

    def _ended(self, state: State, origins: _Origins) -> None:
        """The shell ends in that state."""
        if len(self._left) > 1:
            _add(self._left[-1], state, origins)
        elif state.failed and state.hidden:
            self._note(origins, "`trap` hides its failure")
        elif state.failed:
            self._seen |= origins

    def _note(self, commands: Iterable[Simple | None], why: str) -> None:
        for command in commands:
            if command is not None:
                self._why.setdefault(command, why)

    def _dead(self, block: Block, goes: _Table, why: str) -> None:
        if not any(_NOBODY in origins for origins in goes.values()):
            self._note(commands_in(block), why)


def _add(table: _Table, state: State, origins: _Origins) -> None:
    if not (state.derived or state.names or state.handling):
        origins &= {_NOBODY}  # nothing is left of the failure
    if origins:
        table[state] = table.get(state, frozenset()) | origins


def _merged(tables: Iterable[_Table]) -> _Table:
    found: _Table = {}
    for table in tables:
        for state, origins in table.items():
            _add(found, state, origins)
    return found


def _each(table: _Table, **changes: Any) -> _Table:
    return _merged([{state._replace(**changes): origins} for state, origins in table.items()])


def _first_words(pipeline: Pipeline) -> str:
    command = next(commands_in(pipeline), None)
    return " ".join((command.words or command.assigned)[:2])[:40] if command else ""


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None if name != "!" else "$!" in text


def _only(item: AndOr) -> Simple | None:
    """The one simple command that an item is."""
    parts = item.parts[0][1].parts if len(item.parts) == 1 and not item.background else ()
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Simple) else None


def ends_well(script: Block) -> str:
    """By what a script says itself that it ends well: `exit 0`, or `true` behind something on the same line; else nothing.

    Args:
        script: its tree.
    """
    commands = [_only(item) for item in script.items]
    if any(command is not None and command.words == ("exit", "0") for command in commands):
        return "exit 0"
    last = commands[-1] if len(commands) > 1 else None
    before = [command.line for command in commands_in(Block(script.items[-2:-1]))]
    return last.text if last is not None and last.words in (("true",), (":",)) and before[-1:] == [last.line] else ""


def _constant(words: list[str]) -> bool | None:
    """What a test over constants answers; None where it depends on something."""
    words = [word for word in words[1:] if word not in ("]", "]]")]
    if any("$" in word or "`" in word for word in words):
        return None
    if len(words) == 1:
        return bool(words[0])
    if len(words) != 3:
        return None
    left, operator, right = words
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    if left.lstrip("-").isdigit() and right.lstrip("-").isdigit():
        a, b = int(left), int(right)
        return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}.get(operator)
    return None
