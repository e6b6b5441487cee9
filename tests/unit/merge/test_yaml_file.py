"""YAML merged key by key: values, comments and the user's own writing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from jupyter_mlops.lifts.pipeline.merge.data import MISSING, KeyClash, merge_data, same
from jupyter_mlops.lifts.pipeline.merge.yaml_file import NotMergeableError, merge_yaml

BASE = """\
# Parameters of churn.
depth: 3  # cell 2: train
features: ["age", "plan"]  # cell 1: load
rate: 1.0e-5  # cell 2: train
"""


def merged(ours: str, theirs: str, side: str = "keep", base: str = BASE, lists: bool = False) -> str:
    text, clashes = merge_yaml(base, ours, theirs, side, lists=lists)  # type: ignore[arg-type]
    assert clashes == []
    return text


def test_a_changed_value_stays_and_a_new_parameter_arrives() -> None:
    ours = BASE.replace("depth: 3", "depth: 5").replace(
        "# Parameters", "# Ask Kim before changing these.\n# Parameters"
    )
    theirs = BASE.replace("cell 2", "cell 3") + "trees: 100  # cell 3: train\n"
    assert merged(ours, theirs) == (
        "# Ask Kim before changing these.\n"
        "# Parameters of churn.\n"
        "depth: 5  # cell 3: train\n"
        'features: ["age", "plan"]  # cell 1: load\n'
        "rate: 1.0e-5  # cell 3: train\n"
        "trees: 100  # cell 3: train\n"
    )


def test_a_parameter_that_went_leaves_the_users_comments() -> None:
    ours = BASE.replace("features:", "# as agreed with sales\nfeatures:").replace("# cell 1: load", "# not `age` alone")
    text = merged(ours, BASE.replace('features: ["age", "plan"]  # cell 1: load\n', ""))
    assert "features:" not in text
    assert "# as agreed with sales\n" in text
    assert "# not `age` alone\n" in text


def test_both_changed_a_value() -> None:
    ours, theirs = BASE.replace("depth: 3", "depth: 5"), BASE.replace("depth: 3", "depth: 4")
    for side, value in (("keep", 5), ("replace", 4)):
        text, clashes = merge_yaml(BASE, ours, theirs, side, lists=False)  # type: ignore[arg-type]
        assert clashes == [KeyClash(("depth",), 3, 5, 4)]
        assert YAML(typ="safe").load(text)["depth"] == value


def test_changed_and_gone_clash() -> None:
    ours, theirs = BASE.replace("depth: 3", "depth: 5"), BASE.replace("depth: 3  # cell 2: train\n", "")
    assert merge_yaml(BASE, ours, theirs, "keep", lists=False)[1] == [KeyClash(("depth",), 3, 5, MISSING)]
    assert merge_yaml(BASE, theirs, ours, "keep", lists=False)[1] == [KeyClash(("depth",), 3, MISSING, 5)]


def test_a_value_of_another_type_is_a_change() -> None:
    assert "depth: 3.0" in merged(BASE.replace("depth: 3", "depth: 3.0"), BASE + "more: 1\n")


GRAPH = """\
# The stages of churn.
stages:
  load:
    cmd: papermill load
    deps:
      - stages/load.ipynb
      - ../data.csv
    outs:
      - products/df.parquet
  train:
    cmd: papermill train
    params:
      - depth
"""


def test_a_graph_in_the_users_own_writing() -> None:
    ours = """\
# The stages of churn.
stages:
    load:
        cmd: papermill load
        deps: [stages/load.ipynb, ../data.csv, ../more.csv]
        outs:
        - products/df.parquet:
            cache: false  # too large
    # the expensive one
    train:
        cmd: nice papermill train
        params:
        - depth
    mine:
        cmd: ./mine.sh
"""
    theirs = (
        GRAPH.replace("../data.csv", "../data2.csv").replace("- depth", "- depth\n      - trees")
        + "plots:\n  - a.png\n"
    )
    assert (
        merged(ours, theirs, base=GRAPH, lists=True)
        == """\
# The stages of churn.
stages:
    load:
        cmd: papermill load
        deps:
          - stages/load.ipynb
          - ../data2.csv
          - ../more.csv
        outs:
        - products/df.parquet:
            cache: false  # too large
    # the expensive one
    train:
        cmd: nice papermill train
        params:
        - depth
        - trees
    mine:
        cmd: ./mine.sh
plots:
  - a.png
"""
    )


TASKS = """\
meta:
  extract_upstream: false
tasks:
  - name: load
    source: stages/load.ipynb
    params:
      n: '{{n}}'
  - name: train
    source: stages/train.ipynb
"""


def test_tasks_are_known_by_their_names() -> None:
    ours = TASKS.replace("  - name: train\n", "  # slow\n  - name: train\n    grid: 3\n")
    theirs = TASKS.replace("      n: '{{n}}'\n", "      n: '{{n}}'\n      m: '{{m}}'\n").replace(
        "  - name: train\n", "  - name: split\n    source: stages/split.ipynb\n  - name: train\n"
    )
    text = merged(ours, theirs, base=TASKS, lists=True)
    assert [task["name"] for task in YAML(typ="safe").load(text)["tasks"]] == ["load", "split", "train"]
    assert "      m: '{{m}}'\n" in text
    assert "  # slow\n  - name: train\n    grid: 3\n" in text
    gone = TASKS[: TASKS.index("  - name: train")]
    assert merged(TASKS.replace("name: load", "name: load\n    grid: 1"), gone, base=TASKS, lists=True).endswith(
        "  - name: load\n    grid: 1\n    source: stages/load.ipynb\n    params:\n      n: '{{n}}'\n"
    )


@pytest.mark.parametrize("broken", ["a: [1\n", "- 1\n", "a: 1\na: 2\n", "a: &x 1\nb: *x\n", "{a: 1}\n"])
def test_what_cannot_be_merged_is_refused(broken: str) -> None:
    with pytest.raises(NotMergeableError):
        merge_yaml("a: 1\n", broken, "a: 2\n", "keep", lists=True)


def test_from_and_to_no_parameters() -> None:
    empty = "# Parameters of churn.\n"
    assert merged(empty + "# mine\n", BASE, base=empty) == BASE.replace("churn.\n", "churn.\n# mine\n")
    assert merged(BASE + "# mine\n", empty) == empty + "# mine\n"


VALUES = st.one_of(st.integers(0, 9), st.booleans(), st.floats(0, 1).map(lambda x: round(x, 2)), st.just("x"), st.lists(st.integers(0, 3), max_size=2))  # fmt: skip
KEYS = st.sampled_from("abcdef")


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    return dict(sorted(draw(st.dictionaries(KEYS, VALUES, max_size=5)).items()))


@st.composite
def texts(draw: st.DrawFn, values: dict[str, object], mark: str) -> str:
    """A flat document in which comments of the user stand anywhere, if there is a mark."""
    lines = ["# Parameters."]
    for number, (key, value) in enumerate(values.items()):
        if mark and draw(st.booleans()):
            lines.append(f"# {mark} above {number}")
        shown = str(value).lower() if isinstance(value, bool) else repr(value)
        end = f"# {mark} beside {number}" if mark and draw(st.booleans()) else f"# cell {draw(st.integers(0, 2))}"
        lines.append(f"{key}: {shown}  {end}")
    if mark and draw(st.booleans()):
        lines.append(f"# {mark} below")
    return "\n".join(lines) + "\n"


@given(st.data(), documents(), documents(), documents(), st.sampled_from(["keep", "replace"]))
@settings(deadline=None, max_examples=200)
def test_no_comment_and_no_value_of_the_users_is_lost(data, base, ours, theirs, side) -> None:
    versions = [data.draw(texts(base, "")), data.draw(texts(ours, "mine")), data.draw(texts(theirs, ""))]
    text, clashes = merge_yaml(*versions, side, lists=False)
    found = dict(YAML(typ="safe").load(text) or {})
    assert {line.partition("#")[2] for line in versions[1].splitlines() if "mine" in line} <= {
        line.partition("#")[2] for line in text.splitlines()
    }
    clashing = {clash.path[0] for clash in clashes}
    for key in {*base, *ours, *theirs} - clashing:
        if not same(ours.get(key, MISSING), base.get(key, MISSING)):
            assert same(found.get(key, MISSING), ours.get(key, MISSING))
        else:
            assert same(found.get(key, MISSING), theirs.get(key, MISSING))
    assert merge_data(base, ours, theirs, side, lists=False)[1] == clashes
