"""How tests are dealt out to processes: a file stays together, unless its tests say which of them do."""

from __future__ import annotations

import pytest


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
