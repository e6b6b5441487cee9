"""What a widget shows: its view in an output is a made-up id, and its state is told to the front end in messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"
_REFERENCE = "IPY_MODEL_"
#: How often it is shown, and by which message its outputs are caught.
_PASSING = frozenset({"_view_count", "msg_id"})


def with_states(
    outputs: list[dict[str, Any]], states: Mapping[str, Mapping[str, Any]], buffers: Mapping[str, Mapping[Any, Any]]
) -> list[dict[str, Any]]:
    """Outputs in which the view of a widget holds its state and those of the widgets in it.

    Args:
        outputs: of a cell; changed in place.
        states: model id → state, as the kernel has told it so far.
        buffers: model id → path in the state → binary content, encoded.

    Returns:
        The outputs.
    """
    for output in outputs:
        view = output.get("data", {}).get(VIEW)
        if isinstance(view, dict) and view.get("model_id") in states:
            view["state"] = _resolved(_REFERENCE + view["model_id"], states, buffers, {})
    return outputs


def _resolved(
    value: Any, states: Mapping[str, Mapping[str, Any]], buffers: Mapping[str, Mapping[Any, Any]], seen: dict[str, int]
) -> Any:
    if isinstance(value, list | tuple):
        return [_resolved(item, states, buffers, seen) for item in value]
    if isinstance(value, Mapping):
        return {key: _resolved(item, states, buffers, seen) for key, item in value.items() if key not in _PASSING}
    if not isinstance(value, str) or not value.startswith(_REFERENCE):
        return value
    model = value.removeprefix(_REFERENCE)
    if model in seen or model not in states:
        return f"widget {seen.get(model, 'elsewhere')}"
    seen[model] = len(seen) + 1
    state = _resolved(states[model], states, buffers, seen)
    if model in buffers:
        state["buffers"] = [[list(path), content["data"]] for path, content in sorted(buffers[model].items())]
    return state
