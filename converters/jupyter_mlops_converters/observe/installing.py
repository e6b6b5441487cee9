"""What a notebook installs may be lacking, since its own installs are left out: that counts only where it does not run without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.observe.session import Session
from jupyter_mlops_converters.source.notebook import Install, SourceNotebook


@dataclass(frozen=True)
class Installed:
    """What is there of what a notebook installs.

    Attributes:
        versions: distribution → version, of what is there.
        lacking: what is missing, or there in another version: who asks for it, its line of a requirements file, and what
            is there instead.
    """

    versions: dict[str, str]
    lacking: tuple[tuple[Install, str, str], ...] = ()


async def look_for_installed(session: Session, notebook: SourceNotebook, *, allowed: bool) -> Installed:
    """See what is there of what a notebook installs.

    Args:
        session: a kernel with the agent.
        notebook: what was read.
        allowed: whether packages may be installed.

    Returns:
        What is there.

    Raises:
        MlopsError: ``install-needed``: something could not be installed, although that is allowed.
    """
    if not notebook.installs:
        return Installed({})
    found = await _found(session, notebook)
    lacking = _lacking(notebook, found)
    if lacking and allowed:
        wanted = list(dict.fromkeys(line for _, line, _ in lacking))
        said = (await session.ask("pip_install", {"requirements": wanted}) or {}).get("said", "")
        found = await _found(session, notebook)
        lacking = _lacking(notebook, found)
        if lacking:
            raise MlopsError(
                "install-needed",
                f"The notebook installs {_listed(lacking)}. pip could not install it.",
                exit_status=3,
                cell=lacking[0][0].cell,
                line=lacking[0][0].line,
                path=str(notebook.path),
                detail=said or None,
            )
    return Installed(dict(found.values()), tuple(lacking))


def without_installs(error: MlopsError, installed: Installed) -> MlopsError:
    """The error of a notebook that does not run where something is lacking that it installs; else the error as it is.

    Args:
        error: what the run ended with.
        installed: what is there.
    """
    # A name that is not there yet is a matter of the order in which cells run.
    raises = error.code == "notebook-raises" and "NameError" not in error.message
    if not installed.lacking or not (raises or error.code == "missing-package"):
        return error
    wanted = " ".join(dict.fromkeys(f'"{line}"' for _, line, _ in installed.lacking))
    return MlopsError(
        "install-needed",
        f"{error.message} The notebook installs {_listed(installed.lacking)}. A conversion does not change your "
        f"environment: install it with `pip install {wanted}`, or convert with --allow-install.",
        exit_status=3,
        cell=error.cell,
        line=error.line,
        path=error.path,
        detail=error.detail,
    )


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


def _listed(lacking: Sequence[tuple[Install, str, str]]) -> str:
    return "; ".join(dict.fromkeys(f"`{line}`, {instead}" for _, line, instead in lacking))
