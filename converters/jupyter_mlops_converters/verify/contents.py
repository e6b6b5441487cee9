"""Do two files hold the same?"""

from __future__ import annotations

import base64
import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.verify.outputs import compare_outputs, is_profile, normalise_text
from jupyter_mlops_converters.verify.proof import DIFFERS, IDENTICAL
from jupyter_mlops_converters.verify.report import ReportVerdict

#: When a PDF was made, and the ids made from that; everything else in it is compared.
_PDF_MADE = re.compile(rb"/(?:CreationDate|ModDate)\s*\([^)]*\)|/ID\s*\[[^\]]*\]")

_GZIP = b"\x1f\x8b"


def same_content(expected: Path, actual: Path) -> tuple[ReportVerdict, str]:
    """Compare by what the files show, where their bytes differ.

    Args:
        expected: a file of the original.
        actual: the pipeline's.

    Returns:
        The verdict, and the difference in words.
    """
    before, after = expected.read_bytes(), actual.read_bytes()
    if before == after:
        return IDENTICAL, ""
    if expected.suffix.lower() in {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tiff", ".webp"}:
        comparison = compare_outputs(_picture(before), _picture(after))
        return comparison.verdict, comparison.detail
    if zipfile.is_zipfile(expected) and zipfile.is_zipfile(actual) and _members(expected) == _members(actual):
        return IDENTICAL, ""
    if before[:2] == after[:2] == _GZIP and _unzipped(before) == _unzipped(after) is not None:
        return IDENTICAL, ""
    if expected.suffix.lower() == ".svg":
        drawings = [content.decode("utf-8", "replace") for content in (before, after)]
        comparison = compare_outputs(_shown("image/svg+xml", drawings[0]), _shown("image/svg+xml", drawings[1]))
        return comparison.verdict, comparison.detail
    if expected.suffix.lower() == ".pdf" and _PDF_MADE.sub(b"", before) == _PDF_MADE.sub(b"", after):
        return IDENTICAL, ""
    texts = [content.decode("utf-8", "replace") for content in (before, after)]
    if all(map(is_profile, texts)) and normalise_text(texts[0]) == normalise_text(texts[1]):
        return IDENTICAL, ""
    return DIFFERS, f"its content differs ({len(before)} → {len(after)} bytes)"


def _picture(content: bytes) -> list[dict[str, Any]]:
    return _shown("image/png", base64.b64encode(content).decode("ascii"))


def _shown(mime: str, content: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": {mime: content}, "metadata": {}}]


def _unzipped(content: bytes) -> bytes | None:
    """What is in a gzip file, whose head says when it was made; None when it is damaged."""
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")}
