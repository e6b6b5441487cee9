"""Changes in place, plain and through other names."""

from fuzz.scope import Scope, block


@block("list", weight=3)
def change_list(s: Scope) -> str:
    name = s.pick("list")
    return s.rng.choice(
        (
            f"{name}.append({s.number()})",
            f"{name}.extend({s.numbers(1, 2)})",
            f"{name}.sort(reverse=True)",
            f"{name}.reverse()",
            f"{name}[0] = {s.number()}",
            f"{name} += [{s.number()}]",
            f"{name}.insert(1, {s.number()})",
            f"{name}[:] = [v + 1 for v in {name}]",
            f"{name} *= 2\ndel {name}[4:]",
            f"del {name}[1:2]",
            f"[{name}.append(i) for i in range(2)]",
        )
    )


@block("list")
def rebind_list(s: Scope) -> str:
    name = s.pick("list")
    return s.rng.choice((f"{name} = {name} + [{s.number()}]", f"{name} = sorted({name})", f"{name} = [*{name}, 0]"))


@block("nested", weight=2)
def change_nested(s: Scope) -> str:
    name = s.pick("nested")
    return s.rng.choice(
        (f"{name}[0].append({s.number()})", f"{name}[1][0] = {s.number()}", f"for row in {name}:\n    row.append(0)")
    )


@block("dict", weight=2)
def change_dict(s: Scope) -> str:
    name = s.pick("dict")
    return s.rng.choice(
        (
            f"{name}['new'] = {s.number()}",
            f"{name}.update(m={s.number()})",
            f"{name}.setdefault('l', []).append({s.number()})",
            f"{name} |= {{'p': {s.number()}}}",
            f"{name}.pop('absent', None)",
        )
    )


@block("set")
def change_set(s: Scope) -> str:
    name = s.pick("set")
    return s.rng.choice((f"{name}.add({s.number()})", f"{name} |= {{{s.number()}}}", f"{name}.discard({s.number()})"))


@block(("deque", "counter", "default"))
def change_collection(s: Scope) -> str:
    name = s.pick("deque", "counter", "default")
    return {
        "deque": f"{name}.appendleft({s.number()})",
        "counter": f"{name}.update([{s.number()}, 1])",
        "default": f"{name}[{s.number()}].append({s.number()})",
    }[s.kinds[name]]


@block("tuple")
def change_inside_tuple(s: Scope) -> str:
    return f"{s.pick('tuple')}[1].append({s.number()})"


@block("array", weight=2)
def change_array(s: Scope) -> str:
    name = s.pick("array")
    return s.rng.choice(
        (f"{name}[0] = {s.number()}", f"{name} *= 2", f"{name}[:1] += 1", f"{name}.sort()", f"{name} = {name}[::-1]")
    )


@block(("list", "dict", "nested", "set", "array", "object", "frame"), weight=3)
def alias(s: Scope) -> str:
    name = s.pick("list", "dict", "nested", "set", "array", "object", "frame")
    kind = s.kinds[name]
    return f"{s.fresh(kind)} = {name}"


@block("list", weight=2)
def alias_inside(s: Scope) -> str:
    name = s.pick("list")
    form, kind = s.rng.choice(
        (
            ("[{0}, {0}]", "nested"),
            ("{{'k': {0}, 'n': 1}}", "dict"),
            ("(1, {0}, '1')", "tuple"),
            ("[{0}, [0]]", "nested"),
        )
    )
    return f"{s.fresh(kind)} = {form.format(name)}"


@block("nested")
def alias_of_part(s: Scope) -> str:
    name = s.pick("nested")
    return f"{s.fresh('list')} = {name}[{s.rng.choice((0, 1))}]"


@block("array")
def view(s: Scope) -> str:
    name = s.pick("array")
    return f"{s.fresh('array')} = {name}[{s.rng.choice((':', '::2', '0:2', '::-1'))}]"


@block("list")
def copy(s: Scope) -> str:
    name = s.pick("list")
    lead = s.module("import copy")
    return f"{lead}{s.fresh('list')} = {s.rng.choice((f'{name}[:]', f'list({name})', f'copy.copy({name})', f'copy.deepcopy({name})'))}"


@block(("list", "dict"), ("list", "dict"))
def swap(s: Scope) -> str:
    names = s.has("list", "dict")
    one, two = s.rng.choice(names), s.rng.choice(names)
    s.kinds[one], s.kinds[two] = s.kinds[two], s.kinds[one]
    return f"{one}, {two} = {two}, {one}"


@block(("list", "dict", "set", "tuple", "nested", "array", "number", "text"))
def delete(s: Scope) -> str:
    free = [
        n
        for n in s.free_to_drop()
        if s.kinds[n] in {"list", "dict", "set", "tuple", "nested", "array", "number", "text"}
    ]
    if not free:
        return "pass"
    name = s.rng.choice(free)
    s.drop(name)
    return f"del {name}"


@block(("list", "dict", "array", "nested"))
def identity(s: Scope) -> str:
    names = s.has("list", "dict", "array", "nested")
    return f"print([{', '.join(f'{s.rng.choice(names)} is {s.rng.choice(names)}' for _ in range(3))}])"
