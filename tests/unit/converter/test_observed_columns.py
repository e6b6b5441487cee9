"""What is observed of the columns of a table."""

from __future__ import annotations

import pandas as pd
from jupyter_mlops_converters.observe import agent


def test_numbers_that_took_the_place_of_texts_are_numbers() -> None:
    table = pd.DataFrame({"sex": pd.Series(["male", "female"], dtype=object).replace({"male": 0, "female": 1})})
    table["sex"] = table["sex"].astype(object)
    table["name"] = ["a", "b"]
    assert agent._columns(table) == [["sex", "integer", 0.0, 0.0, 1.0], ["name", "text", 0.0, None, None]]
