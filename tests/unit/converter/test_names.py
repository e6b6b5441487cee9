"""What a piece of code does to names."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_mlops_converters.analysis.names import BUILTINS, free_names, name_facts


def facts(code: str):
    return name_facts(ast.parse(code).body)


@pytest.mark.parametrize(
    ("code", "binds", "maybe", "uses"),
    [
        ("df = pd.read_csv(path)", {"df"}, set(), {"pd", "path"}),
        ("df['x'] = df['y']", set(), set(), {"df"}),
        ("x += 1", {"x"}, set(), {"x"}),
        ("if a:\n  x = 1\nelse:\n  x = 2\n  y = 3", {"x"}, {"y"}, {"a"}),
        ("if a:\n  x = 1", set(), {"x"}, {"a"}),
        ("for i in xs:\n  total = i\nprint(total)", set(), {"i", "total"}, {"xs", "total"}),
        ("while go():\n  n = 1", set(), {"n"}, {"go"}),
        ("try:\n  import a\nexcept ImportError:\n  a = None", {"a"}, set(), set()),
        ("try:\n  x = f()\nexcept ValueError as error:\n  print(error)", set(), {"x"}, {"f"}),
        ("try:\n  x = f()\nexcept ValueError:\n  raise", {"x"}, set(), {"f"}),
        ("with open(p) as s:\n  t = s.read()", {"s", "t"}, set(), {"p"}),
        ("[c for c in cols if c != skip]", set(), set(), {"cols", "skip"}),
        ("rows = [(last := r) for r in source]", {"rows"}, {"last"}, {"source"}),
        ("del x", set(), set(), {"x"}),
        ("import a.b.c, d as e", {"a", "e"}, set(), set()),
        ("from m import f as g", {"g"}, set(), set()),
        ("def f(a, b=K):\n  return a + b + G", {"f"}, set(), {"K"}),
        ("class A(Base):\n  k = Z\n  def m(self):\n    return W", {"A"}, set(), {"Base", "Z"}),
        ("a, (b, *c) = t", {"a", "b", "c"}, set(), {"t"}),
        ("match p:\n  case [x, *rest]:\n    y = x", set(), {"x", "rest", "y"}, {"p"}),
        ("if __name__ == '__main__':\n  x = 1", {"x"}, set(), set()),
        ("f = lambda r: r * scale", {"f"}, set(), {"scale"}),
        ("x = 1\nprint(x)", {"x"}, set(), set()),
        ("print(x)\nx = 1", {"x"}, set(), {"x"}),
        ("df.query('age > @limit and name in @names')", set(), set(), {"df", "limit", "names"}),
        ("df.eval('z = x * @k', inplace=True)", set(), set(), {"df", "k"}),
        ("smf.ols('np.log(y) ~ center(x) + C(z)', data=df)", set(), set(), {"smf", "df", "np", "center", "C"}),
        ("cProfile.run('f(a)')", set(), set(), {"cProfile", "f", "a"}),
        ("timeit.timeit('g(b)', setup='import math')", set(), set(), {"timeit", "g", "b"}),
        ("print('a ~ b', 'x @y')", set(), set(), set()),
    ],
)
def test_binds_and_uses(code: str, binds: set[str], maybe: set[str], uses: set[str]) -> None:
    found = facts(code)
    assert found.binds == binds
    assert found.maybe_binds == maybe
    assert found.uses - BUILTINS == uses


def test_functions_look_names_up_later() -> None:
    found = facts("def f(a):\n    global count\n    count = a\n    return [g(x, k) for x in a]")
    assert found.deferred["f"] - BUILTINS == {"g", "k", "count"}
    assert found.deferred_writes == {"f": {"count"}}
    assert found.uses == set()


def test_functions_look_names_in_texts_up_later() -> None:
    found = facts("def f(df, low):\n    return df.query('x > @low and x < @high')")
    assert found.deferred["f"] - BUILTINS == {"high"}


def test_decorated_functions_may_run_at_once() -> None:
    assert facts("@cache\ndef f():\n    return G").uses == {"cache", "G"}


@pytest.mark.parametrize(
    ("code", "touched"),
    [
        ("df['x'] = 1", {"df"}),
        ("model.fit(X, y)", {"model", "X", "y"}),
        ("shuffle(rows)", {"rows"}),
        ("train([a, b], c=d)", {"a", "b", "d"}),
        ("print(df)", set()),
        ("obj.part.value = 3", {"obj"}),
        ("x = [f.fit(v) for f in models]", {"f", "v"}),
    ],
)
def test_what_may_be_changed_in_place(code: str, touched: set[str]) -> None:
    assert facts(code).touches == touched


def test_code_that_reaches_any_name_is_said_to() -> None:
    assert facts("exec(text)").opaque
    assert facts("x = globals()['y']").opaque
    assert facts("x = 1").opaque is None


NAMES = st.sampled_from("abcdef")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Straight-line programs with branches and loops over six names."""
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        target, one, two = draw(NAMES), draw(NAMES), draw(NAMES)
        form = draw(
            st.sampled_from(
                [
                    "{t} = {o}",
                    "{t} = [{o}, {w}]",
                    "if {o}:\n    {t} = {w}",
                    "for {t} in [1]:\n    {o} = 2",
                    "{t} = 0",
                    "del {t}",
                ]
            )
        )
        lines.append(form.format(t=target, o=one, w=two))
    return "\n".join(lines)


class Recorder(dict):
    """A namespace that notes what is looked up before it is bound here."""

    def __init__(self) -> None:
        super().__init__()
        self.needed: set[str] = set()

    def __missing__(self, name: str) -> int:
        if name in "abcdef":
            self.needed.add(name)
            return 0
        raise KeyError(name)


@given(programs())
def test_agrees_with_what_python_does(code: str) -> None:
    """What a run needs from before is among the uses; what is certainly bound is there afterwards."""
    namespace = Recorder()
    try:
        exec(compile(code, "<test>", "exec"), {}, namespace)
    except (NameError, KeyError):
        return
    found = facts(code)
    assert namespace.needed <= found.uses
    assert found.binds <= set(namespace)
    assert {name for name in namespace if len(name) == 1} <= found.all_binds


def test_free_names_of_nested_functions() -> None:
    node = ast.parse("def f(a):\n    def g(b):\n        return a + b + c\n    return g(d)").body[0]
    assert free_names(node) == {"c", "d"}
