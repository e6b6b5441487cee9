"""Functions and classes: globals, closures, late binding, state that hides in them."""

from fuzz.scope import Scope, block

_PLAIN = ("number", "text", "list", "dict", "tuple", "nested")


@block(_PLAIN, weight=2)
def reads_global(s: Scope) -> str:
    used = s.pick(*_PLAIN)
    name = s.fresh("function", new=True, needs={used})
    return f"def {name}():\n    return repr({used})"


@block("list", weight=2)
def changes_global(s: Scope) -> str:
    used = s.pick("list")
    name = s.fresh("function", new=True, needs={used})
    return f"def {name}(extra=1):\n    {used}.append(extra)\n    return len({used})"


@block("number")
def rebinds_global(s: Scope) -> str:
    used = s.pick("number")
    name = s.fresh("function", new=True, needs={used})
    return f"def {name}():\n    global {used}\n    {used} = ({used}, 1)\n    return repr({used})"


@block(weight=2)
def closure(s: Scope) -> str:
    maker = s.fresh("maker", new=True)
    name = s.fresh("function", new=True)
    body = s.rng.choice(
        (
            "    count = {n}\n    def step():\n        nonlocal count\n        count += 1\n        return count\n    return step",
            "    seen = [{n}]\n    def step():\n        seen.append(len(seen))\n        return list(seen)\n    return step",
            "    return lambda: {n}",
        )
    ).format(n=s.number())
    return f"def {maker}():\n{body}\n\n\n{name} = {maker}()"


@block("function", weight=3)
def call(s: Scope) -> str:
    name = s.pick("function")
    target = s.fresh("number") if s.rng.random() < 0.5 else None
    return f"{target} = {name}()" if target else f"print({name}())"


@block("function")
def calls_another(s: Scope) -> str:
    other = s.pick("function")
    name = s.fresh("function", new=True, needs={other, *s.needs.get(other, ())})
    return f"def {name}():\n    return [{other}(), 'and']"


@block("number")
def lambda_(s: Scope) -> str:
    used = s.pick("number")
    name = s.fresh("function", new=True, needs={used})
    return s.rng.choice((f"{name} = lambda: ({used}, 2)", f"{name} = lambda value={used}: value"))


@block(("list", "number"))
def late_binding(s: Scope) -> str:
    name = s.fresh("function", new=True)
    return f"_made = [lambda: i * 10 for i in range(3)]\n{name} = _made[{s.rng.choice((0, 1))}]"


@block()
def default_that_grows(s: Scope) -> str:
    name = s.fresh("function", new=True)
    return f"def {name}(kept=[]):\n    kept.append(len(kept))\n    return list(kept)"


@block()
def attribute_of_function(s: Scope) -> str:
    name = s.fresh("function", new=True)
    return f"def {name}():\n    {name}.calls += 1\n    return {name}.calls\n\n\n{name}.calls = {s.number()}"


@block()
def cached(s: Scope) -> str:
    name = s.fresh("function", new=True)
    lead = s.module("import functools")
    return f"{lead}_hits = []\n\n\n@functools.lru_cache(maxsize=None)\ndef {name}():\n    _hits.append(1)\n    return len(_hits)"


@block()
def partial(s: Scope) -> str:
    name = s.fresh("function", new=True)
    lead = s.module("from functools import partial")
    return f"{lead}{name} = partial(max, {s.number()}, {s.number()})"


@block(weight=2)
def class_(s: Scope) -> str:
    name = s.fresh("class", new=True)
    return (
        f"class {name}:\n    made = 0\n\n    def __init__(self, n):\n        self.n = n\n        self.log = []\n"
        f"        {name}.made += 1\n\n    def step(self):\n        self.n += 1\n        self.log.append(self.n)\n        return self\n\n"
        f"    def __repr__(self):\n        return f'{name}({{self.n}}, made={{type(self).made}})'"
    )


@block("class", weight=2)
def instance(s: Scope) -> str:
    cls = s.pick("class")
    return f"{s.fresh('object')} = {cls}({s.number()})"


@block("object", weight=3)
def change_object(s: Scope) -> str:
    name = s.pick("object")
    return s.rng.choice(
        (
            f"{name}.step()",
            f"{name}.n = {s.number()}",
            f"{name}.step().step()",
            f"{name}.extra = {s.numbers()}",
            f"print({name})",
        )
    )


@block("class")
def change_class(s: Scope) -> str:
    cls = s.pick("class")
    return s.rng.choice((f"{cls}.made += 10", f"print({cls}.made)", f"{cls}.shout = lambda self: 'hey'"))


@block("class")
def subclass(s: Scope) -> str:
    base = s.pick("class")
    name = s.fresh("class", new=True, needs={base})
    return (
        f"class {name}({base}):\n    def step(self):\n        super().step()\n        self.n *= 2\n        return self"
    )


@block("object", "object")
def object_in_object(s: Scope) -> str:
    names = s.has("object")
    one, two = s.rng.choice(names), s.rng.choice(names)
    return f"{one}.friend = {two}.log\n{two}.log.append('hi')"


@block()
def dataclass_(s: Scope) -> str:
    cls = s.fresh("dataclass", new=True)
    name = s.fresh("number")
    lead = s.module("from dataclasses import dataclass, field")
    return f"{lead}@dataclass\nclass {cls}:\n    n: int\n    tags: list = field(default_factory=list)\n\n\n{name} = {cls}({s.number()})"


@block()
def generator(s: Scope) -> str:
    name = s.fresh("generator")
    return s.rng.choice(
        (f"{name} = (i * i for i in range(9))", f"def _count():\n    yield from range(7)\n\n\n{name} = _count()")
    )


@block("list")
def iterator(s: Scope) -> str:
    name = s.pick("list")
    return f"{s.fresh('iterator')} = {s.rng.choice((f'iter(list({name}))', f'map(str, list({name}))', f'enumerate(list({name}))', f'zip(list({name}), range(9))'))}"
