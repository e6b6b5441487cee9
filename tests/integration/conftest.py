"""What tests with real engines share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


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
