"""Reads from stores that keep every state of what they hold, where the call says which state it wants."""

from __future__ import annotations

import ast

from jupyter_mlops.assessment.checksums import is_checksum
from jupyter_mlops.assessment.pinned_settings import setting_of
from jupyter_mlops.assessment.sites import Site
from jupyter_mlops.assessment.unit import Unit
from jupyter_mlops.project.patterns import lazy

#: How a store of objects is asked for one, and the argument that can name its version.
_OBJECTS = {"get_object": "VersionId", "download_file": "ExtraArgs", "download_fileobj": "ExtraArgs"}
_S3 = lazy(r"^(boto3|aioboto3|botocore)\b")
_ICEBERG = lazy(r"^pyiceberg\b")

_VERSION = lazy(r":(v\d+)$")
#: Last parts of the names of calls that `versioned_read` knows.
METHODS = frozenset({*_OBJECTS, "scan", "fetch", "artifact"})
#: What a source has to mention to read so.
WORDS = ("get_object", "download_file", "pyiceberg", "pooch", "wandb.Api", "clearml", "version_id")


def versioned_read(unit: Unit, site: Site) -> tuple[str, str, str | None] | None:
    """Kind of the source, what is read, and why it is one state of it; None where the call is of no such store.

    What is only copied from a bucket is a source where its version is given.

    Args:
        unit: the unit.
        site: a call of one of `METHODS`.
    """
    call = site.call
    if call.attribute in _OBJECTS and _S3.search(site.name):
        name = call.text(None, "Key") or "An object of a bucket"
        return ("url", name, "the call gives the version of the object") if _gives_version(site) else None
    if call.attribute == "scan" and _ICEBERG.search(site.name):
        given = call.argument(None, "snapshot_id")
        return "database", "A table of Iceberg", None if given is None else f"snapshot {ast.unparse(given)}"
    if call.attribute == "artifact" and site.name.startswith("wandb.Api") and call.text(None, "type") != "model":
        named = call.text(0, "name") or setting_of(unit, call.argument(0, "name")) or ""
        version = _VERSION.search(named)
        return ("database", named, f"version {version[1]}") if version else None
    if call.attribute == "fetch" and site.name.startswith(("pooch.create", "pooch.Pooch", "pooch.core.Pooch")):
        checked = _all_have_checksums(unit, site)
        return ("url", call.text(0) or "A file", "its checksum is checked") if checked else None
    return None


def versioned_open(site: Site) -> tuple[str, str, str] | None:
    """As `versioned_read`, of a file that s3fs opens: `fs.open(path, version_id=…)`.

    Args:
        site: a call of a method `open`.
    """
    given = site.call.argument(None, "version_id") if site.name.startswith(("s3fs.", "fsspec.")) else None
    if given is None or (isinstance(given, ast.Constant) and not given.value):
        return None
    return "url", site.call.text(0) or "An object of a bucket", "the call gives the version of the object"


def dataset_of_clearml(site: Site) -> tuple[str, str, str | None]:
    """As `versioned_read`, of `clearml.Dataset.get`: by its version or id, or by an alias, which the task records.

    Args:
        site: the call.
    """
    call = site.call
    name = call.text(2, "dataset_name") or call.text(0, "dataset_id") or "A data set of ClearML"
    told = [key for key in ("dataset_version", "dataset_id", "alias") if call.argument(None, key) is not None]
    told += ["dataset_id"] if call.node.args else []
    return "database", name, f"the call gives its {told[0].removeprefix('dataset_')}" if told else None


def _gives_version(site: Site) -> bool:
    given = site.call.argument(None, _OBJECTS[site.call.attribute])
    if given is None or (isinstance(given, ast.Constant) and not given.value):
        return False
    return site.call.attribute == "get_object" or "VersionId" in ast.unparse(given)


def _all_have_checksums(unit: Unit, site: Site) -> bool:
    """Whether the registries that a source lists have a digest for each file: `pooch.create(registry={"a.csv": "md5:…"})`."""
    source = unit.project.python(site.path)
    calls = source.calls if source is not None else []
    made = [call for call in calls if call.name.startswith("pooch.") and call.attribute in ("create", "Pooch")]
    listed = [call.argument(None, "registry") for call in made]
    return bool(listed) and all(
        isinstance(registry, ast.Dict) and bool(registry.values) and all(map(is_checksum, registry.values))
        for registry in listed
    )
