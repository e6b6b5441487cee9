from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jupyter_mlops.server.errors import RequestError
from jupyter_mlops.server.paths import ServerFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "churn" / "notebooks").mkdir(parents=True)
    (root / "churn" / "notebooks" / "a.ipynb").write_text("{}")
    (tmp_path / "secret.txt").write_text("s")
    return root


@pytest.fixture
def files(root: Path) -> ServerFiles:
    return ServerFiles(root)


@pytest.mark.parametrize("path", ["churn/notebooks/a.ipynb", "/churn/notebooks/a.ipynb", "", "/", "churn/"])
def test_paths_below_the_root(files, root, path):
    local = files.local(path)
    assert local == (root / path.strip("/")).resolve()
    assert files.served(local) == path.strip("/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("../secret.txt", 403),
        ("churn/../../secret.txt", 403),
        ("churn/..", 403),
        ("..\\secret.txt", 400),
        ("C:/Windows", 400),
        ("churn\0", 400),
        ("%2e%2e/secret.txt", 404),
        ("nowhere.ipynb", 404),
        ("a" * 5000, 400),
    ],
)
def test_paths_that_are_refused(files, path, status):
    with pytest.raises(RequestError) as refused:
        files.local(path)
    assert refused.value.status == status
    assert refused.value.message


def test_an_absolute_path_is_taken_below_the_root(files, tmp_path):
    with pytest.raises(RequestError) as refused:
        files.local(str(tmp_path / "secret.txt"))
    assert refused.value.status == 404


def test_links_out_of_the_root_are_refused(files, root, tmp_path):
    (root / "file").symlink_to(tmp_path / "secret.txt")
    (root / "folder").symlink_to(tmp_path)
    for path in ("file", "folder", "folder/secret.txt", "folder/new.txt"):
        with pytest.raises(RequestError) as refused:
            files.place(path)
        assert refused.value.code == "outside-root"


def test_links_that_stay_inside_work(files, root):
    (root / "link").symlink_to(root / "churn")
    assert files.served(files.local("link/notebooks/a.ipynb")) == "churn/notebooks/a.ipynb"


def test_a_link_to_itself_is_refused(files, root):
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(RequestError):
        files.local("loop")


def test_no_local_files():
    with pytest.raises(RequestError) as refused:
        ServerFiles(None).local("a.ipynb")
    assert (refused.value.code, refused.value.status) == ("no-local-files", 501)


def test_only_a_file_manager_has_local_files(tmp_path):
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
    from jupyter_server.services.contents.manager import ContentsManager

    assert ServerFiles.of(AsyncLargeFileManager(root_dir=str(tmp_path))).root == tmp_path.resolve()
    assert not ServerFiles.of(ContentsManager()).available


def test_project_is_the_git_top_level(files, root):
    subprocess.run(["git", "init", "-q", str(root / "churn")], check=True)
    (root / "churn" / "notebooks" / "requirements.txt").write_text("")
    assert files.project_of(root / "churn" / "notebooks" / "a.ipynb") == root / "churn"


def test_project_is_the_nearest_marker_without_git(files, root):
    (root / "churn" / "requirements.txt").write_text("")
    assert files.project_of(root / "churn" / "notebooks" / "a.ipynb") == root / "churn"


def test_project_is_the_folder_without_any(files, root):
    assert files.project_of(root / "churn" / "notebooks" / "a.ipynb") == root / "churn" / "notebooks"


def test_project_is_never_above_the_server_root(root):
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    inner = ServerFiles(root / "churn")
    assert inner.project_of(root / "churn" / "notebooks") == root / "churn" / "notebooks"


def test_a_tutorials_notebook_belongs_to_the_project_of_its_sandbox(files, root):
    from jupyter_mlops.tutorials import lay, tutorial_numbered

    subprocess.run(["git", "init", "-q", str(root)], check=True)
    notebook = lay(tutorial_numbered(1), root / "mlops-tutorials")
    assert files.project_of(notebook) == notebook.parent / "project"
    data = notebook.parent / "project" / "data"
    assert ServerFiles(data).project_of(data) == data  # a server of that folder alone
