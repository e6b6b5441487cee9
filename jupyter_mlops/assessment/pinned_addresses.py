"""Addresses that name one version of what lies there."""

from __future__ import annotations

from jupyter_mlops.project.patterns import lazy

#: A commit, a checksum, a version or a date of a release in a URL.
PINNED = lazy(
    r"[0-9a-f]{40}|[0-9a-f]{64}|versionId=|generation=|/v\d+(\.\d+)*/|@v?\d|/\d+\.\d+\.\d+/|/releases/download/|lakefs://[^/]+/(?!main|master)"
)
#: An address that ends in no file is one of an interface, whose version is not that of its answers: `/v1/rows`.
OF_INTERFACE = lazy(r"/v\d+/(?:[^/.]+/?)*(?:\?.*)?$")
