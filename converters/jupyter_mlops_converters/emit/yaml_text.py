"""YAML that every reader of a pipeline agrees on.

DVC reads YAML 1.2, papermill and Ploomber 1.1 (where ``1e-05`` and ``yes`` are not what they are in 1.2), so numbers
and strings are written in the form that is the same in both.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from yaml.nodes import ScalarNode
from yaml.resolver import Resolver


def _misread(text: str) -> bool:
    """Whether a reader of YAML 1.1 would take the plain text for anything else than text."""
    tag = Resolver().resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return bool(tag != "tag:yaml.org,2002:str")


class _Representer(RoundTripRepresenter):
    def represent_real(self, value: float) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:float", float_text(value))

    def represent_text(self, value: str) -> Any:
        # `on` as the name of a parameter, and its like.
        return self.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _misread(value) else None)

    def represent_null(self, _value: None) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(float, _Representer.represent_real)
_Representer.add_representer(str, _Representer.represent_text)
_Representer.add_representer(type(None), _Representer.represent_null)


def editor() -> YAML:
    """A reader and writer that keeps comments, quotes and order."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def dump(data: Any, header: str = "") -> bytes:
    """YAML text of plain data or of ruamel's commented containers.

    Args:
        data: what to write.
        header: comment lines without ``#``, put on top.
    """
    buffer = io.StringIO()
    buffer.writelines(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    editor().dump(data, buffer)
    return buffer.getvalue().encode("utf-8")


def float_text(value: float) -> str:
    """A float that YAML 1.1 reads as a float too."""
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, exponent, power = text.partition("e")
    if exponent and "." not in mantissa:
        mantissa += ".0"
    if exponent and power[0] not in "+-":
        power = "+" + power
    return mantissa + exponent + power


def plain(value: Any) -> Any:
    """A parameter's value for `params.yaml`: strings quoted, containers on one line."""
    if isinstance(value, str):
        return DoubleQuotedScalarString(value)
    if isinstance(value, (list, tuple)):
        sequence = CommentedSeq([plain(item) for item in value])
        sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, Mapping):
        mapping = CommentedMap({key: plain(item) for key, item in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    return value
