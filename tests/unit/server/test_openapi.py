from __future__ import annotations

import importlib.util
from pathlib import Path

from described import PATHS, VERBS, operations
from openapi_spec_validator import OpenAPIV31SpecValidator

from jupyter_mlops.server.commands import _ARGUMENTS as KINDS
from jupyter_mlops.server.description import description
from jupyter_mlops.server.handlers import API

LABEXTENSION = Path(__file__).parents[3] / "labextension"


def test_the_description_is_openapi():
    assert [error.message for error in OpenAPIV31SpecValidator(description()).iter_errors()] == []
    assert description()["info"]["version"] == str(API)


def test_no_handler_is_missing_and_none_is_made_up():
    there = {(path, verb) for handler, path in PATHS.items() for verb in VERBS if verb in vars(handler)}
    assert set(operations()) == there


def test_every_kind_of_job_is_described():
    assert set(description()["components"]["schemas"]["JobKind"]["enum"]) == set(KINDS)


def test_every_name_is_used_once_and_said_in_words():
    said = [operation["operationId"] for operation in operations().values()]
    assert len(said) == len(set(said))
    assert all(operation["summary"].endswith(".") for operation in operations().values())


async def test_it_is_served(jp_fetch, services):
    response = await jp_fetch("jupyter-mlops", "openapi.json")
    assert response.headers["Content-Type"].startswith("application/json")


def test_the_front_end_has_its_types_from_it():
    spec = importlib.util.spec_from_file_location("contract", LABEXTENSION / "contract.py")
    contract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contract)
    assert contract.TARGET.read_text(encoding="utf-8") == contract.contract(description()), "run `make pages`"
