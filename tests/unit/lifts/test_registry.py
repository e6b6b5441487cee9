"""Lifts find their place: built-in ones by their folder, others by their entry point."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from jupyter_mlops.assessment.criteria import all_criteria
from jupyter_mlops.errors import MissingDependencyError, MlopsError
from jupyter_mlops.lifts import registry
from jupyter_mlops.lifts.api import lift, lifts
from jupyter_mlops.lifts.lift import Lift, Need, Plan
from jupyter_mlops.lifts.registry import all_lifts

ROOT = Path(__file__).parents[3]


def test_lifts_and_criteria_name_each_other() -> None:
    raised = {each.name: set(each.raises) for each in all_lifts()}
    named = {criterion.id: criterion.lift for criterion in all_criteria() if criterion.lift is not None}
    # A criterion names the lift that most projects need for it; others may raise it, too.
    assert [id_ for id_, name in named.items() if id_ not in raised[name]] == []
    assert {id_ for ids in raised.values() for id_ in ids} == set(named)


def test_each_comes_after_those_it_builds_on() -> None:
    names = [each.name for each in all_lifts()]
    assert len(names) == len(set(names))
    for each in all_lifts():
        assert all(names.index(earlier) < names.index(each.name) for earlier in each.after)
    assert [each["lift"] for each in lifts()] == names


def test_the_page_lists_every_lift_and_option() -> None:
    page = (ROOT / "docs/lifts.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \| (\d) \| (.*?) \|", page, re.MULTILINE)
    assert [(name, int(level), re.findall(r"`([a-z-]+)`", raises)) for name, level, raises in listed] == [
        (each.name, each.level, list(each.raises)) for each in all_lifts()
    ]
    for each in all_lifts():
        for option in each.options if each.name != "pipeline" else ():
            values = [value for value in option.values if value != option.default] or [""]
            assert all(f"{option.name}={value}" in page for value in values), f"{each.name} {option.name}"


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch):
    """Makes a lift of another package known."""

    def known(found: object) -> None:
        class Entry(EntryPoint):
            def load(self) -> object:
                return found

        entries = EntryPoints([Entry("acme", "acme:LIFT", registry.GROUP)])
        monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: entries)
        registry.all_lifts.cache_clear()

    yield known
    registry.all_lifts.cache_clear()


def own(name: str = "acme-owner", **more: object) -> Lift:
    def plan(scene) -> Plan:
        changes = scene.changes({"OWNER": "the team\n"}, "Name the owner")
        return Plan("applies", "Nobody is named.", changes)

    return Lift(name=name, title="Name the owner", level=1, raises=(), plan=plan, **more)


def test_a_lift_of_another_package_is_planned_and_applied(other, tmp_path: Path) -> None:
    other(own())
    assert "acme-owner" in [each["lift"] for each in lifts(tmp_path)]
    assert lift("acme-owner", tmp_path).applied is not None
    assert (tmp_path / "OWNER").read_text() == "the team\n"


@pytest.mark.parametrize("found", [own("git-init"), "no lift"])
def test_one_that_is_none_or_takes_a_name_is_refused(other, found: object) -> None:
    other(found)
    with pytest.raises(MlopsError) as raised:
        all_lifts()
    assert raised.value.code == "invalid-plugin"


def test_what_a_lift_needs_is_named_with_the_command(other, tmp_path: Path) -> None:
    other(own(needs=(Need("no_such_module", "pip install no-such"),)))
    with pytest.raises(MissingDependencyError, match="pip install no-such"):
        lift("acme-owner", tmp_path)
    listed = {each["lift"]: each for each in lifts(tmp_path)}
    assert listed["acme-owner"]["state"] == "not-here"
