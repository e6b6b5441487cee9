"""How tests are dealt out to processes: a file stays together, unless its tests say which of them do."""

from __future__ import annotations

import os

import pytest

# A process that waits for the next run would outlive the project of a test.
os.environ["JUPYTER_MLOPS_KEEP_WARM"] = "0"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fork-kernels",
        action="store_true",
        help="prove hazard notebooks in forked kernels, which is quicker, unless they go through the engines",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    # Without groups every process makes every fixture anew, which costs a lot of time and is easily overlooked.
    if session.config.getoption("loadgroup", False) and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("This pytest-xdist does not keep groups of tests together with this pytest.")
