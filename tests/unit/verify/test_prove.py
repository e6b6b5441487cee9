"""What the proof excuses, and what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.observe.observation import Change, Observation, ObservedCell
from jupyter_mlops_converters.verify.contents import same_content
from jupyter_mlops_converters.verify.excuse import TwoRuns
from jupyter_mlops_converters.verify.proof import Compared, StageProof

PDF = b"%PDF-1.4 1 0 obj << /CreationDate (D:20260101{0}) /Title (x) >> stream {1} endstream"
SVG = "<svg><metadata>{0}</metadata><text>{1}</text></svg>"


def pdf(when: bytes, what: bytes) -> bytes:
    return PDF.replace(b"{0}", when).replace(b"{1}", what)


@pytest.mark.parametrize(
    ("suffix", "before", "after", "verdict"),
    [
        (".pdf", pdf(b"0101", b"a"), pdf(b"0202", b"a"), "identical"),
        (".pdf", pdf(b"0101", b"a"), pdf(b"0101", b"b"), "differs"),
        (".svg", SVG.format("1", "a").encode(), SVG.format("2", "a").encode(), "identical"),
        (".svg", SVG.format("1", "a").encode(), SVG.format("1", "b").encode(), "differs"),
        (".csv", b"a\n1\n", b"a\n1\n", "identical"),
        (".csv", b"a\n1\n", b"a\n2\n", "differs"),
    ],
)
def test_files_are_compared_by_what_they_hold(
    tmp_path: Path, suffix: str, before: bytes, after: bytes, verdict: str
) -> None:
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    one.write_bytes(before)
    two.write_bytes(after)
    assert same_content(one, two)[0] == verdict


def run_with(*prints: str) -> Observation:
    """A run whose cell n binds `x` to the value with that fingerprint."""
    change = {"bound": True, "changed": True, "kind": "value", "type": "int", "home": "builtins"}
    return Observation(
        tuple(ObservedCell(n, 0.0, (), {"x": Change(fingerprint=text, **change)}) for n, text in enumerate(prints))
    )


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (("random", "fixed"), "differs"),  # an earlier version of the name is no excuse for the one that is loaded
        (("once", "other"), "not-deterministic"),
        (("once", "fixed"), "differs"),
    ],
)
def test_a_value_is_excused_by_its_own_version_only(tmp_path: Path, second: tuple[str, str], verdict: str) -> None:
    stage = StageProof("train", hand_overs=(Compared("differs", "", "train", 1, "x"),))
    found = TwoRuns(run_with("once", "fixed"), run_with(*second), tmp_path, tmp_path, {}).excuse(stage)
    assert found.hand_overs[0].verdict == verdict


def printed(*pieces: str) -> tuple[dict[str, str], ...]:
    """Streams, each written as its name, a colon, and the text."""
    pairs = [piece.split(":", 1) for piece in pieces]
    return tuple({"output_type": "stream", "name": name, "text": text} for name, text in pairs)


@pytest.mark.parametrize(
    ("outputs", "verdict"),
    [
        (printed("stdout:14:31\n"), "not-deterministic"),
        (printed("stdout:14:", "stderr:warned", "stdout:32\n"), "not-deterministic"),
        ((*printed("stdout:14:31\n"), {"output_type": "display_data", "data": {"text/plain": "1"}}), "differs"),
        ((), "differs"),
    ],
)
def test_a_cell_is_excused_only_where_it_shows_the_same_kinds(tmp_path: Path, outputs, verdict: str) -> None:
    runs = [Observation((ObservedCell(0, 0.0, printed(text), {}),)) for text in ("stdout:14:29\n", "stdout:14:30\n")]
    stage = StageProof("show", cells=(Compared("differs", "", "show", 0, outputs=outputs),))
    assert TwoRuns(*runs, tmp_path, tmp_path, {}).excuse(stage).cells[0].verdict == verdict


@pytest.mark.parametrize(("again", "verdict"), [(b"1", "differs"), (b"3", "not-deterministic")])
def test_a_file_is_excused_only_where_the_notebook_itself_writes_another(
    tmp_path: Path, again: bytes, verdict: str
) -> None:
    for folder, content in (("original", b"1"), ("second", again)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "out.csv").write_bytes(content)
    stage = StageProof("report", files=(Compared("differs", "", "report", name="out.csv"),))
    found = TwoRuns(run_with("a"), run_with("a"), tmp_path / "original", tmp_path / "second", {}).excuse(stage)
    assert found.files[0].verdict == verdict
