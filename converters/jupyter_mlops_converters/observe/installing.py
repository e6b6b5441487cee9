"""What a notebook installs has to be there before it runs: its own installs are left out."""

from __future__ import annotations

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.session import Session
from jupyter_mlops_converters.source.notebook import Install, SourceNotebook


async def have_installed(session: Session, notebook: SourceNotebook, *, allowed: bool) -> dict[str, str]:
    """See that what a notebook installs is there.

    Args:
        session: a kernel with the agent.
        notebook: what was read.
        allowed: whether packages may be installed.

    Returns:
        Distribution → version, of what is there.

    Raises:
        MlopsError: ``install-needed``: something is missing, or there in another version.
    """
    if not notebook.installs:
        return {}
    found = await _found(session, notebook)
    lacking = _lacking(notebook, found)
    said = ""
    if lacking and allowed:
        wanted = list(dict.fromkeys(line for _, line, _ in lacking))
        said = (await session.ask("pip_install", {"requirements": wanted}) or {}).get("said", "")
        found = await _found(session, notebook)
        lacking = _lacking(notebook, found)
    if lacking:
        raise _needed(lacking, notebook, said, tried=allowed)
    return dict(found.values())


async def _found(session: Session, notebook: SourceNotebook) -> dict[str, tuple[str, str]]:
    """Name as it was asked for → name and version of what is there."""
    from packaging.requirements import Requirement

    names = sorted({Requirement(line).name for install in notebook.installs for line in install.requirements})
    report = await session.ask("installed", {"names": names}) or {}
    return {asked: (name, version) for asked, (name, version) in report.get("found", {}).items()}


def _lacking(notebook: SourceNotebook, found: dict[str, tuple[str, str]]) -> list[tuple[Install, str, str]]:
    """What is missing: who asks for it, its line of a requirements file, and what is there instead."""
    from packaging.requirements import Requirement

    lacking = []
    for install in notebook.installs:
        for line in install.requirements if install.surely else ():
            requirement = Requirement(line)
            _, version = found.get(requirement.name, ("", ""))
            if requirement.marker is not None and not requirement.marker.evaluate():
                continue
            if not version and install.known:
                lacking.append((install, line, "which is not there"))
            elif version and not requirement.specifier.contains(version, prereleases=True):
                lacking.append((install, line, f"and {version} is there"))
    return lacking


def _needed(lacking: list[tuple[Install, str, str]], notebook: SourceNotebook, said: str, *, tried: bool) -> MlopsError:
    listed = "; ".join(dict.fromkeys(f"`{line}`, {instead}" for _, line, instead in lacking))
    wanted = " ".join(dict.fromkeys(f'"{line}"' for _, line, _ in lacking))
    advice = (
        "pip could not install it."
        if tried
        else f"A conversion does not change your environment: install it with `pip install {wanted}`, or convert with "
        "--allow-install. Where the notebook does without, take the line out, or tag the cell `skip`."
    )
    first = lacking[0][0]
    return MlopsError(
        "install-needed",
        f"The notebook installs {listed}. {advice}",
        exit_status=3,
        cell=first.cell,
        line=first.line,
        path=str(notebook.path),
        detail=said or None,
    )
