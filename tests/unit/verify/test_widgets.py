"""The states that views of widgets get."""

from __future__ import annotations

from jupyter_mlops_converters.observe.widgets import VIEW, with_states


def test_a_view_gets_the_state_of_its_widget_and_of_those_in_it() -> None:
    states = {
        "a": {"_model_name": "HBoxModel", "children": ["IPY_MODEL_b", "IPY_MODEL_c"], "_view_count": 1},
        "b": {"_model_name": "IntSliderModel", "value": 5, "partner": ["IPY_MODEL_a", "value"]},
        "c": {"_model_name": "ImageModel", "layout": "IPY_MODEL_gone"},
    }
    buffers = {"c": {("value",): {"path": ["value"], "data": "iVBO", "encoding": "base64"}}}
    output = {"output_type": "display_data", "data": {VIEW: {"model_id": "a"}, "text/plain": "HBox()"}}
    (shown,) = with_states([output], states, buffers)
    assert shown["data"][VIEW]["state"] == {
        "_model_name": "HBoxModel",
        "children": [
            {"_model_name": "IntSliderModel", "value": 5, "partner": ["widget 1", "value"]},
            {"_model_name": "ImageModel", "layout": "widget elsewhere", "buffers": [[["value"], "iVBO"]]},
        ],
    }


def test_other_outputs_stay_as_they_are() -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x"}, {"data": {VIEW: {"model_id": "unknown"}}}]
    assert with_states([dict(output) for output in outputs], {}, {}) == outputs
