"""What emitters give back: files by path, never written by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from jupyter_mlops_converters.plan.pipeline import Finding, Pipeline


@dataclass(frozen=True)
class Link:
    """A symbolic link; where links do not exist, a copy of the target stands in for it.

    Attributes:
        target: posix path relative to the link's own folder.
    """

    target: str


Content: TypeAlias = "bytes | Link"


@dataclass(frozen=True)
class Part:
    """What one target contributes.

    Attributes:
        files: path relative to the pipeline's folder → content.
        project_files: path relative to the project root → content; only files that do not exist yet.
        ignore: lines that the project's `.gitignore` should have.
        requirements: packages that running it under this target needs, as in requirements.txt.
        usage: Markdown for the pipeline's README: how to run it with this target.
        findings: what the user should know about this target.
    """

    files: Mapping[str, Content] = field(default_factory=dict)
    project_files: Mapping[str, bytes] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    usage: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Emission:
    """All files of a pipeline.

    Attributes:
        pipeline: the pipeline with the stages that targets added (`track`).
        files: path relative to the pipeline's folder → content, sorted by path.
        project_files: path relative to the project root → content, sorted by path.
        ignore: lines that the project's `.gitignore` should have.
        findings: what targets found, beyond the pipeline's own findings.
    """

    pipeline: Pipeline
    files: Mapping[str, Content]
    project_files: Mapping[str, bytes]
    ignore: tuple[str, ...]
    findings: tuple[Finding, ...]
