"""Every kind of file in the place of every format, and every kind of repository: an answer, with a note, and nothing touched."""

from __future__ import annotations

import pytest
from fuzz.assess import DATE, judged
from fuzz.hostile import FORMATS, KINDS, REPOSITORIES, commit, lay_all

from jupyter_mlops.assessment.api import assess

#: Kinds that hold no text of their format, whatever the format.
UNREADABLE = ("binary", "not-utf-8", "nul", "30-mb")
#: Formats that are read wherever they are, so that something is said about them.
READ = ("src/train.py", "explore.ipynb", "dvc.yaml", "requirements.txt", ".github/workflows/ci.yml")
#: What is wrong in them is an error of the user, and no answer.
SETTINGS = ".mlops/config.toml"


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_file_in_the_place_of_any_format(tmp_path, kind, half):
    root = tmp_path / "project"
    lay_all(root)
    for name in sorted(set(FORMATS) - {SETTINGS})[half::2]:
        KINDS[kind](root / name, FORMATS[name][1])
    commit(root)
    assert judged(root) is None


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_named(tmp_path, kind):
    root = tmp_path / "project"
    lay_all(root)
    for name in READ:
        KINDS[kind](root / name, FORMATS[name][1])
    commit(root)
    assert set(READ) <= {note.path for note in assess(root, date=DATE).notes}


#: Repositories that nothing can be told from, or not all.
BROKEN = (
    *(
        "head-empty",
        "head-binary",
        "head-is-a-pipe",
        "index-empty",
        "index-binary",
        "index-is-a-folder",
        "config-binary",
    ),
    *(
        "objects-garbled",
        "objects-gone",
        "pack-cut",
        "git-is-a-pipe",
        "pointer-to-nothing",
        "pointer-elsewhere",
        "bare",
    ),
)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_repository_that_cannot_be_read_is_named_and_its_files_are_looked_at(tmp_path, kind):
    root = tmp_path / "project"
    lay_all(root)
    REPOSITORIES[kind](root)
    assessment = assess(root, date=DATE)
    assert [note for note in assessment.notes if note.path in (".", ".git")]
    assert kind == "bare" or "src/train.py" in assessment.headline.unit.files.by_path
    assert assessment.level == 0


@pytest.mark.parametrize("kind", REPOSITORIES)
def test_a_kind_of_repository(tmp_path, kind):
    root = tmp_path / "project"
    lay_all(root)
    REPOSITORIES[kind](root)
    assert judged(root) is None
    assert not (tmp_path / "ran").exists()
