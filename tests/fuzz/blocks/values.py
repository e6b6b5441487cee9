"""New values of many types, under names that were perhaps something else."""

from fuzz.scope import Scope, block

_TEXTS = ("'red'", "'007'", "'1e3'", "'true'", '"it\'s"', "'ü'", "'a\\nb'", "''")


@block(weight=3)
def number(s: Scope) -> str:
    value = s.rng.choice(
        (str(s.number()), f"{s.number()}.5", "1e-5", "-3", "True", "None", f"{s.number()} * 2", "0.1 + 0.2")
    )
    return f"{s.fresh('number')} = {value}"


@block()
def text(s: Scope) -> str:
    return f"{s.fresh('text')} = {s.rng.choice(_TEXTS)}"


@block()
def constant(s: Scope) -> str:
    s.counter += 1
    name = f"{s.rng.choice(('RATE', 'SIZE', 'SEED', 'LIMIT'))}_{s.counter}"
    s.bind(name, "number")
    return f"{name} = {s.rng.choice((s.number(), 0.25, '1e-4', (1, 2), [3, 4]))}"


@block(weight=3)
def list_(s: Scope) -> str:
    return f"{s.fresh('list')} = {s.numbers()}"


@block()
def nested(s: Scope) -> str:
    return f"{s.fresh('nested')} = [{s.numbers()}, {s.numbers()}]"


@block()
def repeated(s: Scope) -> str:
    return f"{s.fresh('nested')} = [{s.numbers()}] * 2"


@block(weight=2)
def dictionary(s: Scope) -> str:
    value = s.rng.choice(
        (f"{{'k': {s.numbers()}, 'n': {s.number()}}}", f"{{1: {s.number()}, 2: (3, 4)}}", "{(1, 2): 'pair', None: 0}")
    )
    return f"{s.fresh('dict')} = {value}"


@block()
def set_(s: Scope) -> str:
    return f"{s.fresh('set')} = set({s.numbers()})"


@block()
def tuple_(s: Scope) -> str:
    return f"{s.fresh('tuple')} = ({s.number()}, [{s.number()}], '{s.number()}')"


@block()
def array(s: Scope) -> str:
    made = s.rng.choice(
        ("np.array({0}, dtype=float)", "np.arange({1})", "np.array({0}, dtype='int8')", "np.array([1.0, np.nan])")
    )
    lead = s.module("import numpy as np")
    return f"{lead}{s.fresh('array')} = {made.format(s.numbers(3, 3), s.number() + 2)}"


@block()
def numpy_scalar(s: Scope) -> str:
    lead = s.module("import numpy as np")
    return f"{lead}{s.fresh('number')} = np.{s.rng.choice(('float32', 'int64', 'float64', 'uint8'))}({s.number()})"


@block()
def collections_(s: Scope) -> str:
    kind, made = s.rng.choice(
        (
            ("deque", "collections.deque({0}, maxlen=5)"),
            ("counter", "collections.Counter({0})"),
            ("default", "collections.defaultdict(list, {{1: {0}}})"),
            ("dict", "collections.OrderedDict(zip('ba', {0}))"),
        )
    )
    lead = s.module("import collections")
    return f"{lead}{s.fresh(kind)} = {made.format(s.numbers())}"


@block()
def odd(s: Scope) -> str:
    lead, made = s.rng.choice(
        (
            ("from decimal import Decimal", "Decimal('1.10')"),
            ("from fractions import Fraction", "Fraction(1, 3)"),
            ("import datetime", "datetime.date(2024, 2, 29)"),
            ("from pathlib import Path", "Path('data') / 'x.csv'"),
            ("import enum", "enum.Enum('Colour', 'RED BLUE').RED.value"),
            ("import sys", "sys.maxsize"),
            ("import functools", "functools.reduce(lambda p, q: p * q, [1, 2, 3])"),
        )
    )
    return f"{s.module(lead)}{s.fresh('number')} = {made}"


@block()
def frozen(s: Scope) -> str:
    value = s.rng.choice(("b'bytes'", "range(3)", "frozenset([1, 2])", "3 + 4j", "slice(1, 2)", "..."))
    return f"{s.fresh('number')} = {value}"
