"""Changes of notebooks as data for nbdime's view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbdime import patch_notebook

from jupyter_mlops.changes import ChangeSet
from jupyter_mlops.lifts import notebook_changes
from jupyter_mlops.lifts.notebook_changes import changes_as_data
from jupyter_mlops.lifts.pipeline.preview import files


def notebook(*sources: str, **more: Any) -> str:
    cells = [
        {
            "cell_type": "code",
            "source": source.splitlines(keepends=True),
            "metadata": {"collapsed": True},
            "execution_count": 7,
            "outputs": [{"output_type": "display_data", "data": {"text/html": ["<script>1</script>"]}, "metadata": {}}],
        }
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **more})


def write(root: Path, before: str, after: str) -> ChangeSet:
    (root / "a.ipynb").write_text(before, "utf-8")
    return ChangeSet.build(root, {"a.ipynb": after})


def sources(document: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in document["cells"]]


@given(
    before=st.lists(st.text("ab\n", max_size=20), max_size=6), after=st.lists(st.text("ab\n", max_size=20), max_size=6)
)
def test_the_difference_leads_from_one_side_to_the_other(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    changes = write(tmp_path_factory.mktemp("project"), notebook(*before), notebook(*after, x=1))
    view = changes_as_data(changes)[0]["notebook"]
    assert sources(view["base"]) == before
    assert sources(patch_notebook(view["base"], view["diff"])) == after


def test_it_holds_no_outputs_and_no_secrets(tmp_path: Path) -> None:
    changes = write(
        tmp_path,
        notebook("key = 'AKIAABCDEFGHIJKLMNOP'\nname = 'Ada L.'", "1"),
        notebook("import os", "name = 'Ada L.'"),
    )
    text = json.dumps(changes_as_data(changes, secrets=["Ada L."])[0]["notebook"])
    assert "AKIA" not in text
    assert "Ada" not in text
    assert "script" not in text
    assert "import os" in text


def test_a_copy_is_compared_with_its_original_and_anything_else_new_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(notebook("a = 1"), "utf-8")
    changes = ChangeSet.build(
        tmp_path, {"copy.ipynb": notebook("a = 2"), "new.ipynb": notebook("b"), "gone.ipynb": "{}", "a.py": "a = 1\n"}
    )
    found = {
        one["path"]: one for one in changes_as_data(changes, {"copy.ipynb": "a.ipynb", "gone.ipynb": "none.ipynb"})
    }
    assert sources(found["copy.ipynb"]["notebook"]["base"]) == ["a = 1"]
    assert [path for path, one in found.items() if "notebook" in one] == ["copy.ipynb"]


def test_it_stays_when_the_change_is_made(tmp_path: Path) -> None:
    changes = write(tmp_path, notebook("a = 1"), notebook("a = 2"))
    before = changes_as_data(changes)
    changes.apply()
    assert changes_as_data(changes) == before
    assert before[0]["notebook"]["diff"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"cells": 1}',
        '{"cells": [1]}',
        '{"cells": [{}]}',
        '{"cells": [{"cell_type": "code", "source": 1}]}',
        '{"cells": [{"cell_type": "evil", "source": "a"}]}',
        '{"cells": [{"cell_type": ["code"], "source": "a"}]}',
        '{"cells": [{"cell_type": "raw", "source": [1]}]}',
        '{"cells": [{"cell_type": "raw", "source": "a", "metadata": []}]}',
        '{"cells": [{"cell_type": "raw", "source": "a", "metadata": {"tags": 1}}]}',
        '{"cells": [], "metadata": {"language_info": 1}}',
        '{"worksheets": [{"cells": []}], "nbformat": 3}',
        "[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_compared_as_text(tmp_path: Path, text: str) -> None:
    data = changes_as_data(write(tmp_path, text, notebook("a = 2")))[0]
    assert "notebook" not in data
    assert "a = 2" in data["diff"]


def test_a_notebook_without_end_is_compared_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_changes, "_LONGEST", 5)
    assert "notebook" not in changes_as_data(write(tmp_path, notebook("a = 1"), notebook("a = 2 + 3")))[0]


def test_without_nbdime_it_is_compared_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_changes, "find_spec", lambda _name: None)
    data = changes_as_data(write(tmp_path, notebook("a = 1"), notebook("a = 2")))[0]
    assert "notebook" not in data
    assert "a = 2" in data["diff"]


def test_a_pipeline_that_changes_shows_its_notebooks_so(tmp_path: Path) -> None:
    shown = files(write(tmp_path, notebook("a = 1"), notebook("a = 2")))[0]
    assert sources(shown["notebook"]["base"]) == ["a = 1"]
