"""What a notebook that draws without a seed, or measures time, changes from run to run although nothing was changed.

Converting twice shall write nothing the second time. So what a first run found stands as long as a second does not
contradict it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jupyter_mlops_converters.emit import Emission
from jupyter_mlops_converters.emit.emission import Content

_BOUNDS = "tests/metric_bounds.yaml"
#: Verdicts that say alike: the pipeline does what the notebook does.
_GOOD = frozenset({"identical", "within-tolerance", "not-deterministic"})
#: Findings about how the plan was found: one that is gone on with is not searched for again.
_SEARCH = frozenset({"planned-again", "kept-together"})
_EQUIVALENT = frozenset({"equivalent", "equivalent-within-tolerance"})


def with_steady_bounds(emission: Emission, base: Mapping[str, Content], document: Mapping[str, Any]) -> Emission:
    """What is generated, with the bounds of metrics as they were, where the same notebook's metrics are within them.

    Args:
        emission: what is generated.
        base: what was generated before.
        document: the `conversion.json` of that time.

    Returns:
        The emission.
    """
    old, new = base.get(_BOUNDS), emission.files.get(_BOUNDS)
    if not isinstance(old, bytes) or not isinstance(new, bytes) or old == new:
        return emission
    if document.get("notebook_sha256") != emission.pipeline.notebook_sha256 or not _hold(old, new):
        return emission
    return replace(emission, files={**emission.files, _BOUNDS: old})


def _hold(old: bytes, new: bytes) -> bool:
    import yaml

    before, now = yaml.safe_load(old) or {}, yaml.safe_load(new) or {}
    return before.keys() == now.keys() and all(
        before[name][0] <= (low + high) / 2 <= before[name][1] for name, (low, high) in now.items()
    )


def essence(document: Mapping[str, Any]) -> Any:
    """A `conversion.json` without what differs from run to run."""
    found = json.loads(json.dumps(document))
    verification = found.get("verification", {})
    verification.pop("memory", None)
    if verification.get("verdict") in _EQUIVALENT:
        verification["verdict"] = "equivalent"
    for kind in ("cells", "hand_overs", "files"):
        for compared in verification.get(kind, ()):
            compared.pop("detail", None)
            if compared.get("verdict") in _GOOD:
                compared["verdict"] = "good"
    found["findings"] = [each for each in found.get("findings", ()) if each.get("code") not in _SEARCH]
    return found
