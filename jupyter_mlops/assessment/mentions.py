"""Which sources have one of some words in their text: the cheap choice of what to parse, asked by every probe."""

from __future__ import annotations

from collections.abc import Mapping


class Mentions:
    """Texts, and which of them were found to have which words.

    Args:
        texts: path → text, in the order of the answers.
        before: what was found earlier. Answers for texts that are the same objects are taken from there.
    """

    def __init__(self, texts: Mapping[str, str], before: Mentions | None = None) -> None:
        self.texts = texts
        #: Words → paths of the texts that have one of them, as far as it was asked.
        self.found: dict[tuple[str, ...], frozenset[str]] = {}
        self._before = before.found if before is not None else {}
        known: Mapping[str, str] = before.texts if before is not None else {}
        self._new = {path: text for path, text in texts.items() if known.get(path) is not text}

    def of(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Paths of the texts that have one of the words."""
        if words not in self.found:
            old = self._before.get(words)
            asked = self.texts if old is None else self._new
            having = frozenset(path for path, text in asked.items() if any(word in text for word in words))
            self.found[words] = having if old is None else (old - self._new.keys()) | having
        found = self.found[words]
        return tuple(path for path in self.texts if path in found)
