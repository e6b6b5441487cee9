"""What goes under DVC, and how."""

from __future__ import annotations

import shlex
from importlib.util import find_spec

from jupyter_mlops.changes import Wanted
from jupyter_mlops.changes.effects import Effect
from jupyter_mlops.changes.effects.dvc_objects import DvcObjects, size_text
from jupyter_mlops.changes.effects.git_untracked import GitUntracked
from jupyter_mlops.lifts.dvc_init.candidates import Candidates, candidates
from jupyter_mlops.lifts.dvc_init.ignored import Ignores
from jupyter_mlops.lifts.dvc_init.objects import Tracked, is_cached, tracked_of
from jupyter_mlops.lifts.dvc_init.settings import NAME, Settings, other_cache, settings
from jupyter_mlops.lifts.lift import Act, Plan, Refusal, done, not_here
from jupyter_mlops.lifts.scene import Scene


def plan(scene: Scene) -> Plan:
    """The plan of the lift.

    Args:
        scene: the project.
    """
    if scene.git is None:
        return not_here(
            scene,
            "DVC keeps its notes in git, and the project is not under git.",
            left=(Act("Put the project under git first.", "jupyter mlops lift git-init"),),
        )
    data = scene.result("data-versioned")
    found = candidates(scene)
    if not found.paths:
        return _without(scene, found)
    dvc = settings(scene)
    elsewhere = other_cache(scene, dvc.folder)
    if elsewhere is not None:
        paths = " ".join(shlex.quote(path) for path in found.paths)
        why = f"DVC's cache is set to {elsewhere}, outside of the project, where this tool writes nothing."
        return not_here(scene, why, left=(Act("Let DVC do it.", f"dvc add {paths}"),))
    if not scene.thorough:
        return Plan("applies", f"{data.message} {_listed(found)}", scene.changes({}, "Put data under DVC"))
    ignores = Ignores(scene)
    things: list[Tracked] = []
    refused = list(found.refused)
    for path in sorted(found.paths):
        refusal = _unsafe(scene, path) or ignores.leave_to_dvc(path)
        if refusal is not None:
            refused.append(refusal)
            continue
        things.append(tracked_of(scene.root, path, lambda name: scene.tell(f"Hashing {name}")))
    if not things:
        return not_here(scene, "Nothing of it can go under DVC as it is.", cannot=tuple(refused))
    files: dict[str, Wanted] = {**dvc.files, **ignores.files}
    files |= {thing.dvc_file: thing.text for thing in things}
    changes = scene.changes(files, f"Put {_short(things)} under DVC", _effects(scene, dvc, things))
    return Plan(
        "applies",
        f"{_listed(found)} DVC gets {_short(things)}: {size_text(sum(thing.size for thing in things))}.",
        changes,
        found=_told(scene, dvc, things, found),
        left=_left(dvc, things, files, found),
        cannot=tuple(refused),
    )


def _without(scene: Scene, found: Candidates) -> Plan:
    data, large = scene.result("data-versioned"), scene.result("no-large-blobs")
    if data.state == "not-applicable" and large.state in ("pass", "not-applicable"):
        return not_here(scene, f"{data.message} There is nothing to put under DVC.", cannot=tuple(found.refused))
    if data.state == "pass":
        return done(scene, data.message)
    if data.evidence and any(finding.probe == "dvc" for finding in data.evidence):
        return done(scene, data.message, left=(Act(data.raise_by or "Commit it."),))
    if found.refused:
        return not_here(scene, "What is read or kept cannot go under DVC as it is.", cannot=tuple(found.refused))
    why = f"{data.message} No file here is for DVC."
    return not_here(scene, why, left=(Act(data.raise_by),) if data.raise_by else ())


def _index(scene: Scene, path: str) -> list[tuple[str, str, str]]:
    """What git's index has of a file or a folder: path, mode and object."""
    assert scene.git is not None
    return [
        (name, blob.mode, blob.oid)
        for name, blob in sorted(scene.git.index.items())
        if name == path or name.startswith(f"{path}/")
    ]


def _unsafe(scene: Scene, path: str) -> Refusal | None:
    """A version that only git's index has would be lost from sight."""
    git = scene.git
    assert git is not None
    if (scene.root / f"{path}.dvc").exists():
        return Refusal(path, f"{path}.dvc is there, and says nothing of it", f"{path}.dvc")
    for name, _mode, oid in _index(scene, path):
        committed = git.committed.get(name)
        if committed is None or committed.oid != oid:
            here = (git.run("hash-object", "--", name) or b"").decode().strip()
            if here != oid:
                return Refusal(
                    path, f"{name} is staged in a version that is neither committed nor here; commit it", name
                )
    return None


def _effects(scene: Scene, dvc: Settings, things: list[Tracked]) -> list[Effect]:
    entries: dict[str, str] = {}
    listings: dict[str, str] = {}
    for thing in things:
        for path, md5 in thing.files:
            if not is_cached(scene.root, dvc.folder, md5) and md5 not in entries.values():
                entries[path] = md5
        if thing.listing is not None and not is_cached(scene.root, dvc.folder, thing.md5):
            listings[thing.md5] = thing.listing
    effects: list[Effect] = []
    if entries or listings:
        size = sum((scene.root / path).stat().st_size for path in entries)
        effects.append(DvcObjects(dvc.folder, tuple(entries.items()), size, tuple(listings.items())))
    indexed = [entry for thing in things for entry in _index(scene, thing.path)]
    if indexed:
        effects.append(GitUntracked(tuple(indexed)))
    return effects


def _told(scene: Scene, dvc: Settings, things: list[Tracked], found: Candidates) -> tuple[str, ...]:
    told = [f"{thing.path}: {found.paths[thing.path]}; {size_text(thing.size)}, MD5 {thing.md5}." for thing in things]
    if dvc.local:
        told.append(
            f"No remote was named (`-O remote=s3://…`), so DVC gets the folder {scene.root.parent.name}/"
            f"{scene.root.name}-dvc-storage beside the project: a second copy on this machine, that nobody else can reach."
        )
    elif scene.options["remote"] and dvc.remote != scene.options["remote"].strip():
        told.append(f"DVC has the remote {dvc.remote} already; it stays.")
    committed = scene.git.committed if scene.git is not None else {}
    names = [name for thing in things for name, _mode, _oid in _index(scene, thing.path) if name in committed]
    heavy = sum(committed[name].size or 0 for name in names)
    if heavy > 1_000_000:
        told.append(
            f"Git's history keeps its versions of what it had ({heavy / 1e6:.0f} MB); clones stay that large unless everybody "
            "agrees to rewrite it (git filter-repo)."
        )
    return tuple(told)


def _left(dvc: Settings, things: list[Tracked], files: dict[str, Wanted], found: Candidates) -> tuple[Act, ...]:
    acts = []
    if find_spec("dvc") is None or dvc.package != "dvc":
        acts.append(Act("Install DVC, with what the remote needs.", f'pip install "{dvc.package}"'))
    if dvc.local:
        acts.append(
            Act(
                f"Choose a remote that others can reach: `dvc remote modify {NAME} url s3://…` (or gs://, azure://, ssh://)."
            )
        )
    paths = " ".join(shlex.quote(path) for path in sorted(files))
    acts.append(
        Act(
            "Commit what stands for the data.",
            f"git add {paths} && git commit -m {shlex.quote(f'Put {_short(things)} under DVC')}",
        )
    )
    acts.append(Act("Send the data to the remote; `dvc pull` gets it back anywhere.", "dvc push"))
    models = [path for path in found.paths if path in found.models]
    if models:
        acts.append(
            Act(
                f"After each training, take the new model in with `dvc add {shlex.quote(models[0])}`; the lift `pipeline` does "
                "that by itself."
            )
        )
    return tuple(acts)


def _short(things: list[Tracked]) -> str:
    return things[0].path if len(things) == 1 else f"{things[0].path} and {len(things) - 1} more"


def _listed(found: Candidates) -> str:
    first = next(iter(sorted(found.paths)))
    more = f" and {len(found.paths) - 1} more" if len(found.paths) > 1 else ""
    return f"{first}{more}: {found.paths[first]}."
