"""Installs leave the notebook's text before anything is run; what only looks like one stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.source.installs import without_installs
from jupyter_mlops_converters.source.notebook import SourceNotebook, read_notebook
from notebooks import write_notebook


def left(tmp_path: Path, *cells: str) -> SourceNotebook:
    return without_installs(read_notebook(write_notebook(tmp_path / "n.ipynb", cells)))


@pytest.mark.parametrize(
    ("source", "expected", "asked"),
    [
        ("!pip install --quiet a", "# !pip install --quiet a", ["a"]),
        ('%pip install -q "a>=1.20" b', '# %pip install -q "a>=1.20" b', ["a>=1.20", "b"]),
        ("!pip3 -q install 'a[x]==1' -i https://host/simple b", "# !pip3 -q install 'a[x]==1' -i https://host/simple b", ["a[x]==1", "b"]),
        ("!{sys.executable} -m pip install a>=1.2 2>/dev/null", "# !{sys.executable} -m pip install a>=1.2 2>/dev/null", ["a>=1.2"]),
        ("!python3 -m pip install -U pip a", "# !python3 -m pip install -U pip a", ["a"]),
        ("!uv pip install a", "# !uv pip install a", ["a"]),
        ("%conda install -y -c conda-forge a=1.2", "# %conda install -y -c conda-forge a=1.2", ["a==1.2.*"]),
        ("!sudo apt-get update && apt-get install -y a", "# !sudo apt-get update && apt-get install -y a", []),
        ("!pip uninstall -y a", "# !pip uninstall -y a", []),
        ("!pip install a | grep -v already", "# !pip install a | grep -v already", ["a"]),
        ("!conda env update -f environment.yml", "# !conda env update -f environment.yml", []),
        ("!pip install a-1.0-py3-none-any.whl b", "# !pip install a-1.0-py3-none-any.whl b", ["b"]),
        ("!yes | pip uninstall a", "# !yes | pip uninstall a", []),
        ("!$sys.executable -m pip install a", "# !$sys.executable -m pip install a", ["a"]),
        ("!cd a && python setup.py install", "!cd a", []),
        ("!pip install a || echo failed", "# !pip install a || echo failed", ["a"]),
        ("!pip install a && echo done; ls", "!echo done; ls", ["a"]),
        ("!pip install -r wanted.txt", "# !pip install -r wanted.txt", ["a==1", "b"]),
        ("!pip install a @ https://host/a.whl b", "# !pip install a @ https://host/a.whl b", ["a", "b"]),
        ("!pip install {name} git+https://host/a.git", "# !pip install {name} git+https://host/a.git", []),
        ("!pip install a \\\n  b\nx = 1", "# !pip install a \\\n# b\nx = 1", ["a", "b"]),
        ("pip install a\nconda install b\nx = 1", "# pip install a\n# conda install b\nx = 1", ["a", "b"]),
        ("%%capture\n!pip install a", "%%capture\n# !pip install a", ["a"]),
        ("%%bash\ncd x && pip install a\nif true; then\n  pip install b\nfi", "%%bash\ncd x\nif true; then\n  :  # pip install b\nfi", ["a", "b"]),
        ("try:\n    import a\nexcept ImportError:\n    !pip install a", "try:\n    import a\nexcept ImportError:\n    pass  # !pip install a", ["a"]),
        ("said = !pip install a", "said = []  # !pip install a", ["a"]),
        ("import os\nos.system('pip install a')", "import os\n# os.system('pip install a')", ["a"]),
        (
            "import subprocess, sys\nsubprocess.check_call(\n    [sys.executable, '-m', 'pip', 'install', 'a==1']\n)\nx = 1",
            "import subprocess, sys\n# subprocess.check_call(\n# [sys.executable, '-m', 'pip', 'install', 'a==1']\n# )\nx = 1",
            ["a==1"],
        ),
        ("def need(name):\n    subprocess.run(['pip', 'install', name])", "def need(name):\n    pass  # subprocess.run(['pip', 'install', name])", []),
        ("os.system(f'{sys.executable} -m pip install a {more}')", "# os.system(f'{sys.executable} -m pip install a {more}')", ["a"]),
        ("!pip install b\npip.main(['install', 'a'])", "# !pip install b\n# pip.main(['install', 'a'])", ["b", "a"]),
        ("subprocess.run('pip install a'.split());", "# subprocess.run('pip install a'.split());", ["a"]),
    ],
)  # fmt: skip
def test_what_is_left_out(tmp_path: Path, source: str, expected: str, asked: list[str]) -> None:
    (tmp_path / "wanted.txt").write_text("# what it needs\na==1  # not 2\n\nb\n", "utf-8")
    notebook = left(tmp_path, "import sys", source)
    assert notebook.cells[1].source == expected
    assert [line for install in notebook.installs for line in install.requirements] == asked
    assert {install.cell for install in notebook.installs} == {1}


@pytest.mark.parametrize(
    "source",
    [
        "!pip list\n!pip show a\n!conda env list",
        "text = '''\n!pip install a\n'''",
        "%%writefile setup.sh\n!pip install a\npip install b",
        "# !pip install a",
        "print('!pip install a')",
        "!echo pip install a",
        "!python train.py install",
        "!pip freeze | grep pip",
        "!apt-cache policy a",
        "os.system('pip list')",
        "subprocess.run(['echo', 'pip install a'])",
        "status = os.system('pip install a')\nprint(status)",
        "x = 1; os.system('pip install a')",
        "db.run('pip install a')",
    ],
)
def test_what_installs_nothing_stays(tmp_path: Path, source: str) -> None:
    notebook = left(tmp_path, source)
    assert notebook.cells[0].source == source
    assert not notebook.installs


def test_it_is_known_what_is_sure_to_be_asked_for(tmp_path: Path) -> None:
    notebook = left(
        tmp_path, "!pip install a", "!pip install {a} b", "%conda install a", "if colab:\n    !pip install a"
    )
    assert [(each.known, each.surely) for each in notebook.installs] == [
        (True, True),
        (False, True),
        (False, True),
        (True, False),
    ]
