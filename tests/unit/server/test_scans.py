from __future__ import annotations

import asyncio
import threading

import pytest

from jupyter_mlops.server.scans import Scans


class Scanner:
    """Counts scans, and holds them until they may end."""

    def __init__(self):
        self.count = 0
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)

    def __call__(self, root, unsaved):
        self.count += 1
        self.unsaved = unsaved
        self.begun.release()
        assert self.may_end.acquire(timeout=30)
        return {"count": self.count, "root": str(root)}

    async def wait_until_begun(self):
        assert await asyncio.to_thread(self.begun.acquire, timeout=30)


@pytest.fixture
def scanner():
    return Scanner()


@pytest.fixture
def scans(scanner):
    scans = Scans(scanner)
    yield scans
    scans.close()


async def test_an_answer_young_enough_is_given_again(scans, scanner, tmp_path):
    scanner.may_end.release()
    first = await scans.get(tmp_path, 0)
    again = await scans.get(tmp_path, 3600)
    assert scanner.count == 1
    assert again["count"] == first["count"] == 1
    assert again["age"] >= 0


async def test_zero_age_scans_again(scans, scanner, tmp_path):
    scanner.may_end.release(2)
    await scans.get(tmp_path, 0)
    assert (await scans.get(tmp_path, 0))["count"] == 2


async def test_one_in_flight_and_the_waiting_share_the_next(scans, scanner, tmp_path):
    first = asyncio.ensure_future(scans.get(tmp_path, 0))
    await scanner.wait_until_begun()
    later = [asyncio.ensure_future(scans.get(tmp_path, 0)) for _ in range(5)]
    scanner.may_end.release(2)
    assert (await first)["count"] == 1
    assert [answer["count"] for answer in await asyncio.gather(*later)] == [2] * 5
    assert scanner.count == 2


async def test_what_is_unsaved_asks_for_a_scan_of_its_own(scans, scanner, tmp_path):
    scanner.may_end.release(3)
    await scans.get(tmp_path, 0)
    held = {"a.py": "x = 1"}
    assert (await scans.get(tmp_path, 3600, held))["count"] == 2
    assert scanner.unsaved == held
    assert (await scans.get(tmp_path, 3600, held))["count"] == 2
    assert (await scans.get(tmp_path, 3600))["count"] == 2
    assert (await scans.get(tmp_path, 3600, {}))["count"] == 3


async def test_the_loop_is_free_while_a_scan_runs(scans, scanner, tmp_path):
    scan = asyncio.ensure_future(scans.get(tmp_path, 0))
    await scanner.wait_until_begun()
    assert not scan.done()
    scanner.may_end.release()
    await scan


async def test_a_failure_is_not_remembered(tmp_path):
    answers = [OSError("gone"), {"level": 0}]

    def scan(*_):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    scans = Scans(scan)
    with pytest.raises(OSError, match="gone"):
        await scans.get(tmp_path, 3600)
    assert (await scans.get(tmp_path, 3600))["level"] == 0
    scans.close()
