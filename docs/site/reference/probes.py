"""Every technology that is recognised, as its probe describes it."""

from __future__ import annotations

_HEAD = """\
# The probes

A probe reads one technology's files and yields findings. What earns which rung is told here; what the rungs mean is in
[how levels are decided](../levels.md#rungs-declared-is-not-done).
"""


def page() -> str:
    """The page."""
    from jupyter_mlops.assessment.probes import all_probes

    lines = [_HEAD]
    for probe in all_probes():
        lines += [f"\n## {probe.id}\n", f"{probe.title}. Reads {probe.reads}.\n", f"Credits: {probe.credits}."]
    return "\n".join(lines) + "\n"
