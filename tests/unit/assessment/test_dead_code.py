"""Calls that can never run, in the forms that Python has for it, each beside one that runs."""

from __future__ import annotations

import pytest

from .conftest import results

FIT = "from sklearn.svm import SVC\n\nm = SVC().fit([[0], [1]], [0, 1])\n"
LOG = "mlflow.log_metric('a', 1)"

DEAD = [
    f"if 1 == 2:\n    {LOG}\n",
    f"if 'a' in ():\n    {LOG}\n",
    f"for _ in []:\n    {LOG}\n",
    f"False and {LOG}\n",
    f"True or {LOG}\n",
    f"assert False\n{LOG}\n",
    f"while True:\n    pass\n{LOG}\n",
    f"def f():\n    if True:\n        return\n    {LOG}\n\n\nf()\n",
    f"def f(x):\n    if x:\n        return 1\n    else:\n        return 2\n    {LOG}\n\n\nf(m)\n",
]
ALIVE = [
    f"if 1 == 1:\n    {LOG}\n",
    f"for _ in [1]:\n    {LOG}\n",
    f"print(m)\nm and {LOG}\n",
    f"(lambda: {LOG})()\n",
    f"log = lambda: {LOG}\nlog()\n",
    f"assert m\n{LOG}\n",
    f"while True:\n    break\n{LOG}\n",
    f"def f(x):\n    if x:\n        return 1\n    {LOG}\n\n\nf(m)\n",
    f"def f(x):\n    for y in x:\n        if y:\n            continue\n        else:\n            break\n    {LOG}\n\n\nf(m)\n",
]


@pytest.mark.parametrize("code", DEAD)
def test_a_call_that_never_runs_records_nothing(project, code):
    project.files({"train.py": f"import mlflow\n{FIT}{code}"}).commit()
    assert results(project.assess())["experiments-tracked"].state in ("partial", "fail")


@pytest.mark.parametrize("code", ALIVE)
def test_a_call_that_runs_records(project, code):
    project.files({"train.py": f"import mlflow\n{FIT}{code}"}).commit()
    assert results(project.assess())["experiments-tracked"].state == "pass"
