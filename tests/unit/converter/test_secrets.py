"""Secrets leave the notebook's text before anything else looks at it; what only looks like one stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.conceal import concealed
from jupyter_mlops_converters.source.notebook import SourceNotebook, read_notebook
from jupyter_mlops_converters.source.secrets import masked
from notebooks import Cell, write_notebook

#: Put together here, so that no scanner takes this file for a leak.
GITHUB = "ghp_" + "a1B2" * 9
KEY = "k-9f2a77c1"
WORD, OTHER = "tr0ub4dor", "c0rrect-h0rse"


def moved(tmp_path: Path, *cells: str | Cell) -> SourceNotebook:
    return concealed(read_notebook(write_notebook(tmp_path / "n.ipynb", cells)))


@pytest.mark.parametrize(
    ("source", "expected", "name"),
    [
        ('api_key = "k-12345"', 'api_key = os.environ["API_KEY"]', "API_KEY"),
        ("apiKey: str = 'k-12345'", 'apiKey: str = os.environ["API_KEY"]', "API_KEY"),
        ('a, password = 1, "tr0ub4dor"', 'a, password = 1, os.environ["PASSWORD"]', "PASSWORD"),
        (f'db["passwd"] = "{WORD}"', 'db["passwd"] = os.environ["PASSWD"]', "PASSWD"),
        ('connect("x", pwd="tr0ub4dor")', 'connect("x", pwd=os.environ["PASSWORD"])', "PASSWORD"),
        ('{"client_secret": "c-77"}', '{"client_secret": os.environ["CLIENT_SECRET"]}', "CLIENT_SECRET"),
        ('def f(x, *, token="tok-9Xy12z"): pass', 'def f(x, *, token=os.environ["TOKEN"]): pass', "TOKEN"),
        ('right = password == "swordfish"', 'right = password == os.environ["PASSWORD"]', "PASSWORD"),
        ('config.set("secret_key", "s-77aB")', 'config.set("secret_key", os.environ["SECRET_KEY"])', "SECRET_KEY"),
        (f'u = "db://ada:{WORD}@host/x"', 'u = ("db://ada:" + os.environ["PASSWORD"] + "@host/x")', "PASSWORD"),
        (f"x = b'{GITHUB}'", 'x = os.environ["X"].encode()', "X"),
        (f'f"{{a}} {GITHUB}"', "f\"{a} {os.environ['GITHUB_TOKEN']}\"", "GITHUB_TOKEN"),
        (f'!curl -H "{GITHUB}" $URL', '!curl -H "$GITHUB_TOKEN" $URL', "GITHUB_TOKEN"),
        (f"x = !curl -H 'A {GITHUB}'", "x = !curl -H 'A '\"$GITHUB_TOKEN\"''", "GITHUB_TOKEN"),
        (f"!curl {{url}} {GITHUB}", '!curl {url} {os.environ["GITHUB_TOKEN"]}', "GITHUB_TOKEN"),
        ("%env API_TOKEN=t-9Xy12z", '%env API_TOKEN={os.environ["API_TOKEN"]}', "API_TOKEN"),
        (f"%%bash\necho {GITHUB}", "%%bash\necho ${GITHUB_TOKEN}", "GITHUB_TOKEN"),
        (f'%%time\npassword = "{WORD}"', '%%time\npassword = os.environ["PASSWORD"]', "PASSWORD"),
        ('h = {"Authorization": "Bearer tok-9Xy12z"}', 'h = {"Authorization": ("Bearer " + os.environ["AUTH_TOKEN"])}', "AUTH_TOKEN"),
    ],
)  # fmt: skip
def test_what_is_moved(tmp_path: Path, source: str, expected: str, name: str) -> None:
    notebook = moved(tmp_path, source)
    assert notebook.cells[0].source == expected
    assert [(secret.name, secret.cell) for secret in notebook.secrets] == [(name, 0)]


@pytest.mark.parametrize(
    "source",
    [
        'password = "changeme"',
        'api_key = "<your key>"',
        'api_key = "YOUR_API_KEY"',
        'token = ""',
        "api_key = None",
        'api_key = os.environ["API_KEY"]',
        'password = getpass.getpass("Password: ")',
        "max_tokens = 256",
        'tokenizer = "bert-base-uncased-2019"',
        'token_pattern = r"\\w+"',
        'pad_token = "<pad>"',
        'password_column = "user_password"',
        'key = "order_id"',
        'primary_key = "customer_key"',
        'secret_santa = "Bob Smith 42"',
        'url = "https://example.org/a?token=none"',
        'digest = "9e107d9d372bb6826bd81d3542a419d6"',
        'version = "transformers-4.41.2-cp311-manylinux"',
        "# the password is in the vault",
    ],
)
def test_what_only_looks_like_a_secret(tmp_path: Path, source: str) -> None:
    notebook = moved(tmp_path, source)
    assert notebook.secrets == ()
    assert notebook.cells[0].source == source


def test_every_copy_goes(tmp_path: Path) -> None:
    notebook = moved(
        tmp_path,
        Cell("markdown", "The key is k-9f2a77c1, really."),
        f'api_key = "{KEY}"  # {KEY}',
        'print("my key: k-9f2a77c1!")',
        'again = "k-9f2a77c1"',
        f'password = "{KEY}-longer"',
    )
    assert "k-9f2a77c1" not in "\n".join(cell.source for cell in notebook.cells)
    assert {secret.name for secret in notebook.secrets} == {"API_KEY", "PASSWORD"}
    assert masked({"a": ["k-9f2a77c1-longer", 1]}, notebook.secrets) == {"a": ["****", 1]}


def test_a_secret_that_no_code_can_put_together(tmp_path: Path) -> None:
    with pytest.raises(MlopsError) as caught:
        moved(tmp_path, f"api_key = '{KEY}'", f"%%writefile .env\nA=1\nKEY={KEY}")
    assert (caught.value.code, caught.value.cell, caught.value.line) == ("secret-in-text", 1, 3)


def test_two_secrets_of_one_name(tmp_path: Path) -> None:
    notebook = moved(tmp_path, f"password = '{WORD}'", f"password = '{OTHER}'", f"password = '{WORD}'")
    assert [cell.source for cell in notebook.cells] == [
        'password = os.environ["PASSWORD"]',
        'password = os.environ["PASSWORD_2"]',
        'password = os.environ["PASSWORD"]',
    ]
