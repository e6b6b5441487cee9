"""The live card: an anywidget. Imported only where one is shown."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import traitlets

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.widgets.card import card, level_line
from jupyter_mlops.widgets.watching import assess_aside, state_of

_HERE = Path(__file__).parent


class LiveCard(anywidget.AnyWidget):  # type: ignore[misc]
    """The card of a project; looks at its files again when the page asks for it, which it does while it is seen.

    Args:
        path: the project's folder.
        document: its assessment's `to_dict()`.
    """

    _esm = (_HERE / "scorecard.js").read_text(encoding="utf-8")
    _css = (_HERE / "scorecard.css").read_text(encoding="utf-8")
    content = traitlets.Unicode().tag(sync=True)
    status = traitlets.Unicode().tag(sync=True)
    stand_in = traitlets.Unicode().tag(sync=True)

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        super().__init__(content=card(document), stand_in=f"mlops-{uuid4().hex}")
        self._path = path
        self._folder = path if path.is_dir() else path.parent
        self._level = document["level"]
        self._seen = state_of(self._folder)
        self._looking = threading.Lock()
        self.on_msg(self._hear)

    def _hear(self, _widget: object, message: Mapping[str, Any], _buffers: object) -> None:
        if message.get("kind") == "look":
            asked = bool(message.get("asked"))
            threading.Thread(target=self._look, args=(asked,), daemon=True, name="mlops-scorecard").start()

    def _look(self, asked: bool) -> None:
        """Look for changes, and assess where there are some. In a thread, so that the kernel goes on."""
        began = time.monotonic()
        try:
            if self._looking.acquire(blocking=asked):
                try:
                    state = state_of(self._folder)
                    if asked or state != self._seen:
                        self._seen = state
                        self._assess()
                finally:
                    self._looking.release()
        finally:  # the page waits for it before it asks again
            self.send({"kind": "looked", "took": round(1000 * (time.monotonic() - began))})

    def _assess(self) -> None:
        now = dt.datetime.now().astimezone().strftime("%H:%M:%S")
        try:
            document = assess_aside(self._path)
        except MlopsError as error:
            self.status = f"{now}: {error.message}"
            return
        before, self._level = self._level, document["level"]
        with self.hold_sync():
            self.content = card(document)
            self.status = f"Updated {now}. {_change(before, document)}"


def _change(before: int, document: Mapping[str, Any]) -> str:
    if document["level"] > before:
        return f"Level {document['level']} is reached!"
    if document["level"] < before:
        return f"Down from Level {before}: {level_line(document)}."
    return ""
