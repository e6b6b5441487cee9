"""Random generators, configuration, files, magics: what is around the names."""

from fuzz.scope import Scope, block

_RANDOM = ("import random", "random.seed(4)")
_NUMPY = ("import numpy as np", "np.random.seed(4)")


def _seeded(s: Scope, lines: tuple[str, str]) -> str:
    """The import and a first seed: what is drawn without one is another thing in every process."""
    return "".join(s.module(line) for line in lines)


@block(weight=2)
def seed(s: Scope) -> str:
    return s.rng.choice(
        (
            f"{s.module('import random')}random.seed({s.number()})",
            f"{s.module('import numpy as np')}np.random.seed({s.number()})",
        )
    )


@block(weight=2)
def draw(s: Scope) -> str:
    lead, made = s.rng.choice(
        (
            (_RANDOM, "random.random()"),
            (_RANDOM, "random.sample(range(50), 3)"),
            (_NUMPY, "np.random.rand(2).tolist()"),
            (_NUMPY, "np.random.normal(size=3).sum()"),
            (_NUMPY, "np.random.permutation(5).tolist()"),
        )
    )
    return f"{_seeded(s, lead)}{s.fresh('number')} = {made}"


@block("list")
def shuffle(s: Scope) -> str:
    name = s.pick("list")
    return s.rng.choice(
        (f"{_seeded(s, _RANDOM)}random.shuffle({name})", f"{_seeded(s, _NUMPY)}np.random.shuffle({name})")
    )


@block(weight=2)
def generator_object(s: Scope) -> str:
    lead, kind, made = s.rng.choice(
        (
            ("import numpy as np", "rng", "np.random.default_rng({0})"),
            ("import numpy as np", "legacy", "np.random.RandomState({0})"),
            ("import random", "random", "random.Random({0})"),
        )
    )
    return f"{s.module(lead)}{s.fresh(kind)} = {made.format(s.number())}"


@block(("rng", "legacy", "random"), weight=2)
def draw_from_object(s: Scope) -> str:
    name = s.pick("rng", "legacy", "random")
    return f"print({s.show(name)})"


@block()
def state_saved_and_set(s: Scope) -> str:
    return f"{_seeded(s, _RANDOM)}_state = random.getstate()\nprint(random.random())\nrandom.setstate(_state)"


@block()
def configure(s: Scope) -> str:
    lead, line = s.rng.choice(
        (
            ("import numpy as np", "np.set_printoptions(precision={0}, suppress=True)"),
            ("import numpy as np", "np.seterr(all='ignore')"),
            ("import warnings", "warnings.filterwarnings('ignore')"),
            ("import os", "os.environ['FUZZ_LEVEL'] = '{0}'"),
            ("import decimal", "decimal.getcontext().prec = {0}"),
            ("import sys", "sys.path.append('extra{0}')"),
            ("import sys", "sys.setrecursionlimit(20{0}00)"),
            ("import locale", "locale.setlocale(locale.LC_ALL, 'C')"),
            ("import logging", "logging.basicConfig(level=logging.INFO)"),
            ("import json", "json.encoder.FLOAT_REPR = repr"),
        )
    )
    return f"{s.module(lead)}{line.format(s.number())}"


@block(weight=2)
def depends_on_configuration(s: Scope) -> str:
    lead, line = s.rng.choice(
        (
            ("import numpy as np", "print(np.array([1.23456789, 1e-9]))"),
            ("import os", "print(os.environ.get('FUZZ_LEVEL'))"),
            ("import decimal", "print(decimal.Decimal(1) / 3)"),
            ("import sys", "print([p for p in sys.path if p.startswith('extra')], sys.getrecursionlimit())"),
            ("import numpy as np", "print(np.geterr()['divide'])"),
            ("import os", "print(os.path.basename(os.getcwd()), sorted(os.listdir('.')))"),
            ("import logging", "print(logging.getLogger().level)"),
            ("import warnings", "print(sum(1 for f in warnings.filters if f[0] == 'ignore' and f[2] is Warning) > 0)"),
        )
    )
    return f"{s.module(lead)}{line}"


@block(weight=2)
def write_file(s: Scope) -> str:
    name = s.rng.choice(("out.txt", "notes.csv", "data.json"))
    if name not in s.files:
        s.files.append(name)
    return s.rng.choice(
        (
            f"with open('{name}', 'w') as stream:\n    stream.write('line {s.number()}\\n')",
            f"{s.module('from pathlib import Path')}Path('{name}').write_text('{s.numbers()}')",
        )
    )


@block(weight=2)
def read_or_append(s: Scope) -> str:
    if not s.files:
        return "print('no file yet')"
    name = s.rng.choice(s.files)
    return s.rng.choice(
        (
            f"print(open('{name}').read())",
            f"with open('{name}', 'a') as stream:\n    stream.write('more {s.number()}')",
            f"{s.fresh('text')} = open('{name}').read()",
            f"{s.module('import os')}print(os.path.exists('{name}'))",
        )
    )


@block()
def append_only(s: Scope) -> str:
    if "log.txt" not in s.files:
        s.files.append("log.txt")
    return f"with open('log.txt', 'a') as stream:\n    print('entry', {s.number()}, file=stream)"


@block("number", weight=2)
def magic(s: Scope) -> str:
    name = s.fresh("number")
    return s.rng.choice(
        (
            f"%time {name} = {s.number()}",
            f"!echo {s.number()}",
            f"{name} = !echo one; echo two\n{name} = list({name})",
            f"%env FUZZ_LEVEL={s.number()}",
            f"{name} = %pwd\n{name} = {name}[-4:]",
            "%precision 3",
        )
    )


@block()
def unpicklable(s: Scope) -> str:
    lead, kind, made = s.rng.choice(
        (
            ("import threading", "lock", "threading.Lock()"),
            ("import re", "regex", "re.compile('[0-9]+')"),
            ("import io", "handle", "io.StringIO('a long text to read from')"),
            ("import sqlite3", "connection", "sqlite3.connect(':memory:')"),
        )
    )
    name = s.fresh(kind)
    more = f"\n_ = {name}.execute('create table t (n)')" if kind == "connection" else ""
    return f"{s.module(lead)}{name} = {made}{more}"


@block("connection")
def insert(s: Scope) -> str:
    return f"_ = {s.pick('connection')}.execute('insert into t values ({s.number()})')"


@block("lock")
def acquire(s: Scope) -> str:
    return f"{s.pick('lock')}.acquire(blocking=False)"
