"""What tests with real engines share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Files that take minutes: they begin first, so that no process is left alone with one of them at the end.
_LONG = ("test_engines.py", "test_prefect.py", "test_several_notebooks.py", "test_tutorials.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> tuple[bool, bool]:
        # Hazards are dealt out one by one: they fill the gaps.
        return item.path.name not in _LONG, item.path.name == "test_hazards.py"

    items.sort(key=place)


@pytest.fixture(scope="session")
def migrated_mlflow_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty `mlflow.db` whose tables are there: copy it to where a store is wanted, since making one takes long."""
    store = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    code = "import sys, mlflow; mlflow.MlflowClient(sys.argv[1]).search_experiments()"
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{store.as_posix()}"],
        cwd=store.parent,
        env=environment,
        check=True,
        capture_output=True,
    )
    return store
