"""What a second run of the original excuses: differences that two runs of the notebook show as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops_converters.observe.observation import Observation
from jupyter_mlops_converters.verify.contents import same_content
from jupyter_mlops_converters.verify.outputs import compare_outputs
from jupyter_mlops_converters.verify.proof import DIFFERS, NOT_DETERMINISTIC, Compared, StageProof


@dataclass(frozen=True)
class TwoRuns:
    """Two runs of the original.

    Attributes:
        first: the run that the proof compares with.
        second: another one.
        first_root: the scratch copy that the first run left.
        second_root: the scratch copy that the second run left.
        paths: replacements for the comparison of outputs.
    """

    first: Observation
    second: Observation
    first_root: Path
    second_root: Path
    paths: Mapping[str, str]

    def excuse(self, stage: StageProof) -> StageProof:
        """Mark what differs as not deterministic where two runs of the original differ there, too."""
        return replace(
            stage,
            cells=tuple(self._cell(compared) for compared in stage.cells),
            hand_overs=tuple(self._value(compared) for compared in stage.hand_overs),
            files=tuple(self._file(compared) for compared in stage.files),
        )

    def _cell(self, compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.source_cell is None:
            return compared
        one = self.first.cell(compared.source_cell).outputs
        two = self.second.cell(compared.source_cell).outputs
        if compare_outputs(list(one), list(two), paths=self.paths).verdict != DIFFERS:
            return compared
        if _kinds(one) != _kinds(compared.outputs):
            return compared
        return replace(
            compared, verdict=NOT_DETERMINISTIC, detail=f"two runs of the notebook differ here, too: {compared.detail}"
        )

    def _value(self, compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.name is None or compared.source_cell is None:
            return compared
        one = self.first.cell(compared.source_cell).changes.get(compared.name)
        two = self.second.cell(compared.source_cell).changes.get(compared.name)
        if one is not None and two is not None and one.fingerprint != two.fingerprint:
            return replace(compared, verdict=NOT_DETERMINISTIC, detail="two runs of the notebook give different values")
        return compared

    def _file(self, compared: Compared) -> Compared:
        if compared.verdict != DIFFERS or compared.name is None:
            return compared
        one, two = self.first_root / compared.name, self.second_root / compared.name
        if one.is_file() and two.is_file() and same_content(one, two)[0] == DIFFERS:
            return replace(compared, verdict=NOT_DETERMINISTIC, detail="two runs of the notebook write different files")
        return compared


def _kinds(outputs: tuple[dict[str, Any], ...]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for output in outputs:
        kind = (output["output_type"], *sorted(output.get("data", {})))
        # What is printed comes in one piece or in more, as it happens.
        if output.get("name") != "stderr" and (kind != ("stream",) or found[-1:] != [kind]):
            found.append(kind)
    return found
