"""A language pack for the tests: a language in which every text of the front end stands between brackets."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

#: Esperanto, which JupyterLab knows the name of and nobody has translated it to.
LOCALE = "eo"

_SOURCES = Path(__file__).parents[2] / "labextension" / "src"
_TEXT = r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_ONE = re.compile(rf"\btrans\s*\.__\({_TEXT}", re.DOTALL)
_MANY = re.compile(rf"\btrans\s*\._n\({_TEXT}\s*,{_TEXT}", re.DOTALL)


def write_language_pack(folder: Path) -> Path:
    """Write the pack as a package that is installed there.

    Args:
        folder: a new folder, to be on the path of the server.
    """
    package = folder / "bracketed_language_pack"
    messages = package / "locale" / LOCALE / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (package / "__init__.py").touch()
    (messages / "jupyter_mlops.json").write_text(json.dumps(_translations()), encoding="utf-8")
    metadata = folder / "bracketed_language_pack-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: bracketed-language-pack\nVersion: 1\n")
    entry = f"[jupyterlab.languagepack]\n{LOCALE} = {package.name}\n"
    (metadata / "entry_points.txt").write_text(entry)
    return folder


def choose_language(settings: Path) -> None:
    """Make it the language of the person whose settings these are."""
    file = settings / "@jupyterlab" / "translation-extension" / "plugin.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"locale": LOCALE}), encoding="utf-8")


def _translations() -> dict[str, object]:
    found: dict[str, object] = {
        "": {
            "domain": "jupyter_mlops",
            "language": LOCALE,
            "plural_forms": "nplurals=2; plural=(n != 1);",
            "version": "1",
        }
    }
    for file in _SOURCES.rglob("*.ts*"):
        text = file.read_text(encoding="utf-8")
        for match in _ONE.finditer(text):
            one = ast.literal_eval(match[1])
            found[one] = [f"⟦{one}⟧"]
        for match in _MANY.finditer(text):
            one, many = (ast.literal_eval(each) for each in match.groups())
            found[one] = [f"⟦{one}⟧", f"⟦{many}⟧"]
    return found
