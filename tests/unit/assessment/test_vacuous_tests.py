"""Tests that cannot fail, or never run, each kind beside one that counts."""

from __future__ import annotations

import pytest

from .conftest import results

CALL = "double(2)"
GOOD = "assert double(2) == 4"
BODIES_THAT_COUNT = [
    GOOD,
    "result = double(2)\n    assert result",
    "expected = 4\n    assert double(2) == expected",
    "with pytest.raises(TypeError):\n        double(None)",
    "with pytest.raises(Exception):\n        double(None)",
    "for n in [1, 2]:\n        assert double(n) == 2 * n",
    "if double(2) != 4:\n        raise AssertionError('no')",
    "if double(2) != 4:\n        pytest.fail('no')",
    "def check(n):\n        assert double(n) == 2 * n\n\n    check(2)",
    "assert len(str(double(2))) > 0",
    "assert any([double(2) == 4, double(2) == 5])",
    "assert isinstance(double(2), int)",
]
BODIES_THAT_DO_NOT = [
    f"{CALL}\n    assert True",
    f"{CALL}\n    assert 1 == 1",
    f"assert ({CALL}, 'never false')",
    f"assert {CALL} or True",
    f"x = True\n    {CALL}\n    assert x",
    f"r = {CALL}\n    assert r == r",
    f"r = {CALL}\n    assert r is r",
    f"pytest.skip('later')\n    {GOOD}",
    f"pytest.xfail('later')\n    {GOOD}",
    f"with contextlib.suppress(AssertionError):\n        {GOOD}",
    f"with pytest.raises(Exception):\n        {GOOD}",
    f"{CALL}\n\n    def inner():\n        {GOOD}",
    f"for _ in []:\n        {GOOD}",
    f"if 1 == 2:\n        {GOOD}",
    f"{CALL}\n    assert len([1]) == 1",
    f"assert len(str({CALL})) >= 0",
    f"assert isinstance({CALL}, object)",
    f"assert any([{CALL} == 5, True])",
]
MARKS_THAT_RUN = [
    "@pytest.mark.skipif(sys.platform == 'win32', reason='x')",
    "@pytest.mark.skipif(False, reason='x')",
    "@pytest.mark.parametrize('n', [1])",
    "@unittest.skipUnless(sys.platform, 'x')",
]
MARKS_THAT_DO_NOT = [
    "@pytest.mark.skipif(True, reason='x')",
    "@pytest.mark.skipif('True', reason='x')",
    "@unittest.skipIf(True, 'x')",
    "@unittest.skipUnless(False, 'x')",
    "@unittest.expectedFailure",
    "@pytest.mark.parametrize('n', [])",
]
HEADS_THAT_DO_NOT = [
    "pytestmark = [pytest.mark.skip]",
    "pytestmark = pytest.mark.skipif(True, reason='x')",
    "__test__ = False",
]


def state(project, body: str = GOOD, mark: str = "", head: str = "") -> str:
    imports = "import contextlib\nimport sys\nimport unittest\n\nimport pytest\n\nfrom size import double\n\n"
    project.files(
        {
            "size.py": "def double(x):\n    return 2 * x\n",
            "test_size.py": f"{imports}{head}\n\n\n{mark}\ndef test_double():\n    {body}\n",
        }
    ).commit()
    return results(project.assess())["tests"].state


@pytest.mark.parametrize("body", BODIES_THAT_COUNT)
def test_a_test_that_can_fail(project, body):
    assert state(project, body) == "pass"


@pytest.mark.parametrize("body", BODIES_THAT_DO_NOT)
def test_a_test_that_cannot_fail(project, body):
    assert state(project, body) in ("partial", "fail")


@pytest.mark.parametrize("mark", MARKS_THAT_RUN)
def test_a_mark_that_lets_it_run(project, mark):
    assert state(project, mark=mark) == "pass"


@pytest.mark.parametrize("mark", MARKS_THAT_DO_NOT)
def test_a_mark_that_keeps_it_from_running(project, mark):
    assert state(project, mark=mark) in ("partial", "fail")


@pytest.mark.parametrize("head", HEADS_THAT_DO_NOT)
def test_a_module_whose_tests_do_not_run(project, head):
    assert state(project, head=head) in ("partial", "fail")
