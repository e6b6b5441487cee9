"""Converting a notebook whose pipeline is there already: what the user made of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jupyter_mlops_converters.document import digest, document_text
from jupyter_mlops_converters.emit import Emission, Link
from jupyter_mlops_converters.emit.emission import Content
from jupyter_mlops_converters.errors import MlopsError
from jupyter_mlops_converters.source.existing import CONVERSION

from jupyter_mlops.lifts.pipeline.earlier import RECORD, Earlier, read_earlier, record_text
from jupyter_mlops.lifts.pipeline.merge import Conflict, Merge, merge_files
from jupyter_mlops.lifts.pipeline.steady import essence, with_steady_bounds

#: What happens where the user and the notebook changed the same.
OnConflict = Literal["stop", "keep", "replace"]


class Again:
    """What becomes of the files of a pipeline, which may be there already.

    Args:
        on_conflict: "stop" changes nothing where the user and the notebook changed the same, "keep" leaves the user's
            version there, "replace" takes the generated one.
    """

    def __init__(self, on_conflict: OnConflict = "stop") -> None:
        self._on_conflict = on_conflict
        self._earlier: Earlier | None = None
        self._emission: Emission | None = None
        self.merge = Merge()

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What stands in the way of writing."""
        return tuple(self.merge.conflicts) if self._on_conflict == "stop" else ()

    @property
    def is_update(self) -> bool:
        """Whether the pipeline was there."""
        return self._earlier is not None

    def as_dict(self) -> dict[str, Any]:
        """What became of the edits as JSON-like data: `edits` and `conflicts`."""
        return {"edits": self.merge.as_dict(), "conflicts": [conflict.as_dict() for conflict in self.conflicts]}

    def revise(self, root: Path, emission: Emission) -> Mapping[str, Content] | None:
        """Merge what is generated with what is there.

        Args:
            root: of the project.
            emission: what is generated.

        Returns:
            The pipeline's files if they are others than the generated ones and nothing stands in the way, else None.

        Raises:
            MlopsError: ``changed-since-preview`` when the user edited a file since the last call.
        """
        before, self._earlier = self._earlier, read_earlier(root / emission.pipeline.folder, emission.files)
        if before is not None and (self._earlier is None or before.raw != self._earlier.raw):
            raise self._edited_meanwhile(before)
        self._emission = emission
        if self._earlier is None:
            self.merge = Merge(files=dict(emission.files))
            return None
        self._emission = emission = with_steady_bounds(emission, self._earlier.base, self._earlier.document)
        side: Literal["keep", "replace"] = "replace" if self._on_conflict == "replace" else "keep"
        self.merge = merge_files(self._earlier.base, self._earlier.ours, emission.files, side)
        if self.conflicts or not self.merge.edited:
            return None
        return {path: content for path, content in self.merge.files.items() if content is not None}

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The content of `conversion.json`, which is the earlier one where nothing has changed.

        Args:
            document: as the compiler made it, of what was given to `revise` last.
        """
        if self._emission is None or self._earlier is None:
            return dict(document)
        found = {**document, "generated": {path: digest(content) for path, content in self._emission.files.items()}}
        steady = all(isinstance(content, Link) for content in self._changed(self._earlier).values())
        return dict(self._earlier.document) if steady and essence(found) == essence(self._earlier.document) else found

    def wanted(self, document: Mapping[str, Any]) -> dict[str, Content | None]:
        """What to write into the pipeline's folder.

        Args:
            document: the content of `conversion.json`.

        Returns:
            Path relative to the folder → content; None for a file that goes.

        Raises:
            MlopsError: ``changed-since-preview`` when the user edited a file meanwhile.
        """
        earlier = self._earlier
        own: dict[str, Content | None] = {CONVERSION: document_text(dict(document)).encode()}
        if self._emission is not None:
            own[RECORD] = record_text(self._emission).encode()
        if earlier is None:
            return {**self.merge.files, **own}
        if not earlier.as_it_was():
            raise self._edited_meanwhile(earlier)
        return {**self._changed(earlier), **{path: each for path, each in own.items() if not earlier.holds(path, each)}}

    def _changed(self, earlier: Earlier) -> dict[str, Content | None]:
        """The files that become others."""
        return {
            path: earlier.with_line_ends(path, content) if content is not None else None
            for path, content in self.merge.files.items()
            # A link is always said: what a copy in its place holds may change.
            if isinstance(content, Link) or content != earlier.ours.get(path)
        }

    def _edited_meanwhile(self, earlier: Earlier) -> MlopsError:
        return MlopsError(
            "changed-since-preview",
            "The pipeline was edited while its notebook was converted. Nothing was written; convert again.",
            path=str(earlier.folder),
        )

    def unignored(self, lines: tuple[str, ...]) -> tuple[str, ...]:
        """The lines for the project's `.gitignore` that it was not given before: the user may have removed them."""
        return tuple(line for line in lines if self._earlier is None or line not in self._earlier.ignored)
