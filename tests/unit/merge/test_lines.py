"""Line-wise merges: no edit is lost, whatever both sides did."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.lifts.pipeline.merge.lines import Clash, merge_sequences, merge_text

from .edits import versions

Versions = tuple[list[str], list[str], list[str]]


def parts(versions: Versions, independent: bool) -> tuple[list[str], list[Clash[str]]]:
    pieces = merge_sequences(*versions, independent=independent)
    agreed = [line for piece in pieces if not isinstance(piece, Clash) for line in piece]
    return agreed, [piece for piece in pieces if isinstance(piece, Clash)]


@given(versions(), st.booleans())
def test_every_edit_is_in_the_result_or_in_a_clash(versions: Versions, independent: bool) -> None:
    base, ours, theirs = versions
    agreed, clashes = parts(versions, independent)
    in_clash = {line for clash in clashes for side in (clash.base, clash.ours, clash.theirs) for line in side}
    assert {line for line in ours if line not in base} <= {*agreed, *(x for clash in clashes for x in clash.ours)}
    assert {line for line in theirs if line not in base} <= {*agreed, *(x for clash in clashes for x in clash.theirs)}
    for line in base:
        both_have_it = line in ours and line in theirs
        assert line in in_clash or (line in agreed) is both_have_it
    assert len(agreed) == len(set(agreed))


@given(versions(), st.booleans())
def test_one_side_alone_decides(versions: Versions, independent: bool) -> None:
    base, ours, _ = versions
    for sides in ((base, ours, base), (base, base, ours), (base, ours, ours)):
        assert parts(sides, independent) == (ours, [])


@given(versions())
def test_a_clash_says_where_it_is_in_the_users_version(versions: Versions) -> None:
    for clash in parts(versions, independent=False)[1]:
        assert tuple(versions[1][clash.start : clash.start + len(clash.ours)]) == clash.ours


@given(versions())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")
def test_it_merges_what_git_merges_and_as_git_does(tmp_path: Path, versions: Versions) -> None:
    files = [tmp_path / name for name in ("base", "ours", "theirs")]
    texts = ["".join(f"{line}\n" for line in lines) for lines in versions]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text.encode())
    done = subprocess.run(
        ["git", "merge-file", "-p", files[1], files[0], files[2]], capture_output=True, text=True, check=False
    )
    text, clashes = merge_text(*texts, "keep")
    assert bool(clashes) is (done.returncode != 0)
    if not clashes:
        assert text == done.stdout


def test_lines_apart_are_merged_side_by_side() -> None:
    base = "numpy==1\npandas==2\n"
    text, clashes = merge_text(
        base, "numpy==1.5\npandas==2\nmine\n", "numpy==1\npandas==3\nnew\n", "keep", independent=True
    )
    assert (text, clashes) == ("numpy==1.5\npandas==3\nnew\nmine\n", [])
    assert merge_text(base, "numpy==1.5\npandas==2\n", "numpy==1\npandas==3\n", "keep")[1] != []


def test_the_chosen_side_stands_where_both_changed() -> None:
    sides = ("a\nb\nc\nd\n", "a\nmine\nc\nd2\n", "a\nnew\nc\nd\n")
    assert merge_text(*sides, "keep")[0] == "a\nmine\nc\nd2\n"
    assert merge_text(*sides, "replace")[0] == "a\nnew\nc\nd2\n"
    assert merge_text(*sides, "replace")[1] == [Clash(("b",), ("mine",), ("new",), 1)]
