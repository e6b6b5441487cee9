"""Commands of shell scripts: where a failure is seen, and where the script ends well all the same."""

from __future__ import annotations

import time

import pytest

from jupyter_mlops.project.commands import targets
from jupyter_mlops.project.shell import Command, read_script

SEEN = [
    "pytest",
    "pytest || exit 1",
    "pytest || exit $?",
    "pytest || false",
    "pytest || (echo failed && exit 1)",
    "pytest || { code=$?; cat log; exit $code; }",
    "pytest || rc=$?\nexit $rc",
    'pytest || FAILED=1\nother || FAILED=1\nif [ -n "$FAILED" ]; then exit 1; fi',
    "set +e\npytest\nrc=$?\nset -e\nexit $rc",
    "set +e\npytest",
    "pytest\necho done",
    "pytest\ntrue",
    "set -e\npytest\nexit 0",
    "if ! pytest; then\n  echo bad\n  exit 1\nfi",
    "if pytest; then echo ok; else exit 1; fi",
    "if [ -d tests ]; then pytest; fi",
    'if [ "$X" = a ]; then pytest; else pytest -q; fi',
    "for part in a b; do pytest $part; done",
    'case "$1" in\n  test) pytest ;;\n  *) exit 1 ;;\nesac',
    "cd tests && pytest",
    "(cd tests && pytest)",
    "{ pytest; }",
    "test_all() {\n  pytest\n}\ntest_all",
    'test_all() { pytest; }\n"$@"',
    "test_all() { pytest; }\n",
    "pytest &\npid=$!\nwait $pid",
    "trap 'rm -rf tmp' EXIT\npytest",
    "set -o pipefail\npytest | tee log",
    "cat <<EOF\n|| true\nEOF\npytest",
    "pytest # || true",
    "pytest\r\necho done\r\n",
    "echo 'exit 0'\npytest",
    "exec pytest",
    "pytest || [ $? -eq 5 ]",
]
HIDDEN = [
    "pytest || true",
    "pytest || /bin/true",
    "pytest ||\n  true",
    "pytest \\\n  || :",
    "pytest || echo failed",
    "pytest || { echo failed; exit 0; }",
    "pytest || (exit 0)",
    "pytest || cat log",
    "pytest || rc=$?\necho $rc",
    "pytest || false || true",
    "(pytest || true)",
    "{ pytest; } || true",
    "(pytest; echo done) || exit 1",
    "pytest; exit 0",
    "pytest\nexit 0",
    "pytest; echo; exit 0",
    "pytest; true",
    "pytest && echo ok\necho done",
    "pytest &",
    "pytest &\nwait",
    "! pytest",
    "if pytest; then echo ok; fi",
    "if ! pytest; then echo failed; fi",
    "while ! pytest; do sleep 1; done",
    "set +e\npytest\necho done",
    "set +o errexit\npytest\necho done",
    "set +e\npytest\nset -e\necho done",
    "trap 'exit 0' EXIT\npytest",
    "pytest | tee log",
    "exit 0\npytest",
    "exec true\npytest",
    "if false; then\n  pytest\nfi",
    "if [ 1 -eq 0 ]; then pytest; fi",
    "if true; then echo; else pytest; fi",
    "false && pytest",
    "true || pytest",
    "while false; do pytest; done",
    "for i in; do pytest; done",
    "pytest() { true; }\npytest",
    "ignore() { pytest || true; }\nignore",
    "never() { pytest; }\necho done",
    'bash -c "pytest || true"',
    "sh -ec 'pytest; exit 0'",
    'eval "pytest || true"',
]


def runners_of(script: str) -> list[Command]:
    commands = read_script(script, pipefail=False)
    return [one for one in commands if any(target.kind == "tests" for target in targets(one))]


def hidden(command: Command) -> bool:
    return command.neutralised is not None or any(target.problem for target in targets(command))


@pytest.mark.parametrize("script", SEEN)
def test_a_failure_is_seen(script):
    found = runners_of(script)
    assert found
    assert [one.text for one in found if hidden(one)] == []


@pytest.mark.parametrize("script", HIDDEN)
def test_a_failure_is_hidden(script):
    found = runners_of(script)
    assert found
    assert all(hidden(one) for one in found)


def test_commands_stand_where_they_are_written():
    script = "cd a\nif x; then\n  (cd b; y) | z --long \\\n    option\nfi\nfor i in 1; do w; done"
    assert [(one.words, one.line, one.folder) for one in read_script(script)] == [
        (("cd", "a"), 0, "a"),
        (("x",), 1, "a"),
        (("cd", "b"), 2, "a/b"),
        (("y",), 2, "a/b"),
        (("z", "--long", "option"), 2, "a"),
        (("w",), 5, "a"),
    ]


@pytest.mark.parametrize("text", ["(", ")", "{ ", "}", "if ", "fi\n", "case ", "$(", "'", "<<A ", "a | ", "a || x=$?\n", "f() { f; }\nf\n", ";;", "[[ "])  # fmt: skip
def test_what_is_no_script_is_read_in_little_time(text):
    start = time.process_time()
    read_script(text * 4000)
    assert time.process_time() - start < 5
