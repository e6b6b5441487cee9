"""Projects are read in another process: failures come back as they are, and the server's loop stays free."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial

import pytest

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.server.apart import Apart
from jupyter_mlops.server.documents import plan_project, scan_project
from jupyter_mlops.server.scans import Scans


@pytest.fixture
def apart():
    apart = Apart()
    yield apart
    apart.close()


def test_calls_are_made_by_one_other_process(apart):
    first = apart.call(os.getpid)
    assert first != os.getpid()
    assert apart.call(os.getpid) == first


def test_what_a_function_prints_does_not_come_between(apart):
    assert apart.call(print, "hello") is None
    assert apart.call(os.write, 1, b"hello") == 5
    assert apart.call(abs, -1) == 1


def test_failures_come_back_as_they_are(apart, tmp_path):
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    with pytest.raises(MlopsError) as caught:
        apart.call(plan_project, tmp_path, 9, None)
    assert caught.value.code == "invalid-target"
    assert caught.value.exit_status == 2
    with pytest.raises(ValueError, match="invalid literal"):
        apart.call(int, "x")


def test_a_process_that_ends_is_said_and_another_one_is_started(apart):
    with pytest.raises(MlopsError) as caught:
        apart.call(os._exit, 7)
    assert caught.value.code == "process-ended"
    assert apart.call(abs, -1) == 1


def test_closing_ends_the_process(apart):
    assert apart.call(abs, -1) == 1
    process = apart._process
    apart.close()
    assert process.poll() is not None


def lay(folder, files):
    """So many files: 300 Python, 50 notebooks, 100 settings, the rest data."""
    code = "import pandas as pd\n\n\ndef load(path):\n    return pd.read_csv(path)\n" * 20
    notebook = '{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": []}], "metadata": {}, "nbformat": 4}'
    kinds = [("py", code, 300), ("ipynb", notebook, 50), ("yaml", "a: 1\n", 100), ("csv", "a\n1\n", files - 450)]
    for suffix, text, count in kinds:
        for number in range(count):
            place = folder / suffix / str(number // 500)
            place.mkdir(parents=True, exist_ok=True)
            (place / f"f{number}.{suffix}").write_text(text, encoding="utf-8")


async def test_a_scan_of_twenty_thousand_files_holds_the_loop_for_no_50_ms(apart, tmp_path):
    """In seconds of this process between two turns of the loop, which other work on the machine does not lengthen."""
    lay(tmp_path, 20_000)
    scans = Scans(partial(apart.call, scan_project))
    longest = 0.0
    turns = 0
    for _ in range(2):  # the second finds what the first kept
        scan = asyncio.ensure_future(scans.get(tmp_path, 0))
        while not scan.done():
            before = time.process_time()
            await asyncio.sleep(0.001)
            longest = max(longest, time.process_time() - before)
            turns += 1
        assert (await scan)["level"] == 0
    scans.close()
    assert turns > 20
    assert longest < 0.05
