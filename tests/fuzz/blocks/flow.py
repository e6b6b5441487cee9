"""Names that are bound in odd ways, and control flow at the top."""

from fuzz.scope import Scope, block


@block(("list", "tuple", "nested"), weight=2)
def loop(s: Scope) -> str:
    over = s.pick("list", "tuple", "nested")
    acc = s.fresh("list")
    if acc == over:
        return f"{acc} = [0, 1]"
    s.bind("i", "number")
    return f"{acc} = []\nfor i, _item in enumerate({over}):\n    {acc}.append(repr(_item))"


@block("number")
def uses_loop_variable(s: Scope) -> str:
    if "i" not in s.kinds:
        return "for i in range(2):\n    pass"
    return f"{s.fresh('number')} = (i, 1)"


@block("number")
def conditional(s: Scope) -> str:
    used = s.pick("number")
    name = s.fresh("number")
    if name == used:
        return f"{name} = 0 if {used} is None else 1"
    return f"if repr({used}) > '{s.number()}':\n    {name} = 'big'\nelse:\n    {name} = {s.numbers()}"


@block("number", weight=2)
def maybe_bound(s: Scope) -> str:
    name = s.pick("number")
    return s.rng.choice(
        (
            f"if {s.rng.choice((True, False))}:\n    {name} = {s.number()}",
            f"try:\n    {name} = int('{s.rng.choice(('1', 'x'))}')\nexcept ValueError:\n    pass",
            f"for _ in []:\n    {name} = 99",
            f"while False:\n    {name} = 1",
        )
    )


@block()
def walrus(s: Scope) -> str:
    return f"if ({s.fresh('number')} := {s.number()}) > 3:\n    print('more')"


@block("list")
def unpack(s: Scope) -> str:
    used = s.pick("list")
    first, rest = s.fresh("number"), s.fresh("list")
    if len({first, rest, used}) < 3:
        return f"{s.fresh('number')} = 1"
    return f"{first}, *{rest} = {used} or [0]"


@block()
def with_block(s: Scope) -> str:
    name = s.fresh("text")
    lead = s.module("import contextlib, io")
    return f"{lead}with contextlib.redirect_stdout(io.StringIO()) as _out:\n    print({s.number()})\n{name} = _out.getvalue()"


@block()
def executed(s: Scope) -> str:
    name = s.fresh("number")
    return s.rng.choice((f"exec('{name} = {s.number()}')", f"globals()['{name}'] = {s.number()}"))


@block()
def main_guard(s: Scope) -> str:
    return f"if __name__ == '__main__':\n    {s.fresh('number')} = {s.number()}"


@block()
def awaited(s: Scope) -> str:
    name = s.fresh("number")
    lead = s.module("import asyncio")
    return f"{lead}async def _soon():\n    await asyncio.sleep(0)\n    return {s.number()}\n\n\n{name} = await _soon()"


@block("list")
def comprehension(s: Scope) -> str:
    used = s.pick("list")
    return f"{s.fresh('list')} = [v for v in {used} if (kept := v)]"


@block(("number", "list", "dict"))
def matched(s: Scope) -> str:
    used = s.pick("number", "list", "dict")
    name = s.fresh("number")
    if name == used:
        return f"{name} = 5"
    return f"match {used}:\n    case [first, *_]:\n        {name} = 'sequence'\n    case dict():\n        {name} = 'mapping'\n    case _:\n        {name} = 'other'"


@block("number")
def late_import(s: Scope) -> str:
    name = s.fresh("number")
    return s.rng.choice(
        (
            f"from math import *\n{name} = floor(pi * {s.number()})",
            f"try:\n    import absent_module as m\nexcept ImportError:\n    import math as m\n{name} = m.sqrt({s.number()})",
            f"import os.path as osp, string\n{name} = osp.join('a', string.digits[:2])",
            f"from __future__ import annotations\n{name} = {s.number()}",
            f"import importlib\n{name} = importlib.import_module('math').gcd(12, {s.number()})",
        )
    )


@block("number")
def chained(s: Scope) -> str:
    one, two = s.fresh("list"), s.fresh("list")
    return f"{one} = {two} = []\n{one}.append({s.number()})"


@block("number")
def augmented(s: Scope) -> str:
    return f"{s.fresh('number')} = 1\n{s.fresh('list')} = [1]"


@block("number")
def assertion(s: Scope) -> str:
    return f"assert {s.pick('number')} is not Ellipsis or True"
