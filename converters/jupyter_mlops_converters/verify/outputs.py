"""Do two runs of a cell show the same? Compares nbformat outputs, after taking out what no two runs share.

Taken out before anything is compared: memory addresses, timings that IPython, tqdm, Keras and test runners print, names of
temporary cell files, ANSI colours, text that was overwritten with carriage returns, ids that HTML output makes up, and
execution counts. Everything else counts, with one exception: stderr. Warnings are shown once per process and place, so
the same code in other processes repeats them; a difference is mentioned in the detail and does not change the verdict.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Literal, NamedTuple

Verdict = Literal["identical", "within-tolerance", "differs"]

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_ADDRESS = re.compile(
    r"\bat 0x[0-9A-Fa-f]{6,16}\b|(?<=[ =(])0x[0-9A-Fa-f]{12,16}(?=[^<>\n]*(?:>|&gt;))"
    r"|(?<=\.\.\.)0?x?[0-9a-f]{4,16}(?=>|&gt;)",  # scikit-learn's diagrams shorten a repr in its middle
)
#: Looked for at the start of a word only: in long texts without blanks it would be looked for at every character.
_CELL_FILE = re.compile(
    r"(?<![^\s\"'(<>])[^\s\"'(<>]*ipykernel_\d+[/\\]+\d+\.py(?::\d+)?|<ipython-input-\d+-\w+>(?::\d+)?|(?<=\()\d+\.py(?=, line \d+\))",
)
_TIME = r"\d[\d.,]*(?:e[+-]?\d+)? ?(?:ns|µs|μs|us|ms|s|min|h)\b(?: \d+ ?(?:s|ms|min)\b)*"
#: Each as it is printed, and with the `…` that a pipeline's `reproducible.py` puts in its place.
_TIMINGS = (
    re.compile(rf"^(?:CPU times|Wall time|Compiler|Parser)\b(?:[^\n]*{_TIME}[^\n]*|: …)$", re.MULTILINE),
    re.compile(rf"(?:{_TIME} ± {_TIME}|…) per loop \(mean ± std\. dev\. of [^)]*\)"),
    # tqdm: [00:01<00:03, 2.5it/s]
    re.compile(r"\[(?:(?:\d+:)?\d+:\d+(?:<|&lt;)(?:(?:\d+:)?\d+:\d+|\?),\s*[^\]\n]*|…)\]"),
    re.compile(rf"(?:\b\d+s {_TIME}|…)/(?:step|epoch|sample)\b"),  # Keras: 0s 2ms/step
    re.compile(r"(?:(?<=\d test in )|(?<=\d tests in ))\d+\.\d+s$", re.MULTILINE),  # unittest: Ran 2 tests in 0.001s
    re.compile(r"(?:(?<=\d passed in )|(?<=\d failed in ))\d+\.\d+s(?=(?: =+)?$)", re.MULTILINE),  # pytest
)
#: What Python's profilers print: a head, and rows that are sorted by one of their times.
_PROFILE = re.compile(r"^( +\d+ function calls (?:\(\d+ primitive calls\) )?in )\d+\.\d+( seconds)$", re.MULTILINE)
_PROFILE_ROWS = re.compile(r"(?:^ *\d+(?:/\d+)?(?: +\d+\.\d+){4} [^\n]*(?:\n|\Z))+", re.MULTILINE)
_PROFILE_ROW = re.compile(r"^ *(\d+(?:/\d+)?)(?: +\d+\.\d+){4} ")
#: statsmodels writes into every summary when it was made; the rest of the summary is to be compared.
_MADE_AT = re.compile(
    r"(\bDate:(?:\s|<[^>]*>|[&}\\])*)(?:\w{3}, \d{2} \w{3} \d{4}|…)|(\bTime:(?:\s|<[^>]*>|[&}\\])*)(?:\d{2}:\d{2}:\d{2}|…)"
)
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")
_MARKUP = re.compile(r"<script\b.*?</script\s*>|<style\b.*?</style\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_MADE_UP = re.compile(
    r"sk-container-id-\d+|sk-estimator-id-\d+|\bT_[0-9a-f]{5,}(?=_|\b)"
    r"|\b_?anim\w*?[0-9a-f]{32}"
    r"|made-up-\d+"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])",
)
_BOKEH_ID = re.compile(r"(?<=[\"'#])p\d{4,}(?=[\"'])")
_SVG_NOISE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_SVG_ID = re.compile(r"\bid=\"([^\"]+)\"")
_WIDGET = "application/vnd.jupyter.widget-view+json"


class OutputComparison(NamedTuple):
    """How the outputs of two runs of one cell relate.

    Attributes:
        verdict: "identical", "within-tolerance" or "differs".
        detail: the first difference, for people; may mention stderr when the verdict is "identical".
    """

    verdict: Verdict
    detail: str = ""


class _Rules(NamedTuple):
    paths: tuple[tuple[str, str], ...]
    rtol: float
    atol: float
    pixels: float

    def near(self, one: float, other: float) -> bool:
        return math.isclose(one, other, rel_tol=self.rtol, abs_tol=self.atol)


class _Shown(NamedTuple):
    """One output, normalised as far as its kind allows: `content` is text, or mime type → data."""

    kind: Literal["text", "data", "error"]
    content: Any


def compare_outputs(
    expected: Sequence[Mapping[str, Any]],
    actual: Sequence[Mapping[str, Any]],
    *,
    paths: Mapping[str, str] | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
    pixels: float = 0.0,
) -> OutputComparison:
    """Compare what a cell showed in two runs.

    Args:
        expected: nbformat outputs of the original.
        actual: nbformat outputs of the same cell in the pipeline.
        paths: folder → the folder it stands for, replaced in both (a mirror of the project → the project).
        rtol: relative tolerance for numbers in text and tables; with both at 0 every digit counts.
        atol: absolute tolerance for numbers in text and tables.
        pixels: mean difference of pixels, of 255, up to which figures are within tolerance.

    Returns:
        The verdict, and the first difference in words.
    """
    longest_first = sorted((paths or {}).items(), key=lambda pair: -len(pair[0]))
    return _compare_all(expected, actual, _Rules(tuple(longest_first), rtol, atol, pixels))


def _compare_all(
    expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]], rules: _Rules
) -> OutputComparison:
    if list(expected) == list(actual):
        return OutputComparison("identical")
    before, before_stderr = _normalise(expected, rules)
    after, after_stderr = _normalise(actual, rules)
    aside = ""
    if before_stderr != after_stderr:
        aside = "stderr differs, which does not count: " + _first_line_difference(before_stderr, after_stderr)
    near = ""
    for place, (one, other) in enumerate(zip(before, after, strict=False)):
        found = _compare_shown(one, other, rules)
        where = f"output {place + 1}: " if len(before) > 1 else ""
        if found.verdict == "differs":
            return OutputComparison("differs", where + found.detail)
        if found.verdict == "within-tolerance":
            near = near or where + found.detail
    if len(before) != len(after):
        more, word = (before, "is missing") if len(before) > len(after) else (after, "is new")
        extra = _name(more[min(len(before), len(after))])
        return OutputComparison("differs", f"{len(before)} → {len(after)} outputs: {extra} {word}")
    return OutputComparison("within-tolerance" if near else "identical", "; ".join(filter(None, (near, aside))))


# --- normalising -------------------------------------------------------------------------------------------------


def normalise_text(text: str, paths: Sequence[tuple[str, str]] = ()) -> str:
    """Text as a reader sees it, without what differs between any two runs.

    Args:
        text: of a stream or of a `text/plain` output.
        paths: (folder, its stand-in), replaced in this order.
    """
    for folder, stand_in in paths:
        text = text.replace(folder, stand_in)
    text = on_screen(text)
    text = _CELL_FILE.sub("<cell>", text)
    text = _MADE_AT.sub(lambda match: f"{match[1] or match[2]}<time>", text)
    text = _ADDRESS.sub(lambda match: ("at " if match[0].startswith("at") else "") + "0x…", text)
    for timing in _TIMINGS:
        text = timing.sub("<time>", text)
    if is_profile(text):
        text = _PROFILE_ROWS.sub(_rows_without_times, _PROFILE.sub(r"\1<time>\2", text))
    return text


def is_profile(text: str) -> bool:
    """Whether a text is what a profiler of Python prints: times, and little else."""
    return "function calls" in text and bool(_PROFILE.search(text))


def _rows_without_times(rows: re.Match[str]) -> str:
    """The rows of a profile: how often what was called."""
    return "".join(sorted(_PROFILE_ROW.sub(r"\1 <time> ", row) + "\n" for row in rows[0].splitlines()))


def on_screen(text: str) -> str:
    """What a terminal is left with: no ANSI codes, and nothing that a progress bar has overwritten."""
    text = _ANSI.sub("", text)
    if "\r" not in text and "\b" not in text:
        return text
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown: list[str] = []
        column = 0
        for piece in re.split(r"([\r\b])", line):
            if piece == "\r":
                column = 0
            elif piece == "\b":
                column = max(0, column - 1)
            else:
                shown[column : column + len(piece)] = piece
                column += len(piece)
        lines.append("".join(shown).rstrip() if "\r" in line else "".join(shown))
    return "\n".join(lines)


def _normalise(outputs: Sequence[Mapping[str, Any]], rules: _Rules) -> tuple[list[_Shown], str]:
    """The outputs that count, consecutive stdout merged, and all of stderr."""
    shown: list[_Shown] = []
    errors: list[str] = []
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream" and output.get("name") == "stderr":
            errors.append(_text(output.get("text", "")))
        elif kind == "stream":
            text = _text(output.get("text", ""))
            if shown and shown[-1].kind == "text":
                text = shown.pop().content + text
            shown.append(_Shown("text", text))
        elif kind == "error":
            value = normalise_text(str(output.get("evalue", "")), rules.paths)
            shown.append(_Shown("error", (str(output.get("ename", "")), value)))
        elif "ename" in output.get("metadata", {}) and "application/vnd.jupyter.stderr" in output.get("data", {}):
            # How a stage shows what a cell tagged `raises-exception` raises: papermill fails on any error output.
            value = normalise_text(str(output["metadata"].get("evalue", "")), rules.paths)
            shown.append(_Shown("error", (str(output["metadata"]["ename"]), value)))
        elif output.get("data"):
            shown.append(_Shown("data", dict(output["data"])))
    merged = [
        each._replace(content=normalise_text(each.content, rules.paths)) if each.kind == "text" else each
        for each in shown
    ]
    return [each for each in merged if each.content], normalise_text("".join(errors), rules.paths)


def _text(content: Any) -> str:
    """Nbformat allows text as a list of lines."""
    return "".join(content) if isinstance(content, list) else str(content)


def _name(shown: _Shown) -> str:
    if shown.kind == "text":
        return f"printed text ({_short(shown.content.strip())})"
    if shown.kind == "error":
        return f"the exception {shown.content[0]}"
    kinds = sorted(shown.content, key=lambda mime: (not mime.startswith("image/"), mime == "text/plain", mime))
    return "a figure" if kinds[0].startswith("image/") else f"an output of type {kinds[0]}"


def _short(text: str, limit: int = 100) -> str:
    text = text.replace("\n", "⏎")
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


# --- comparing ---------------------------------------------------------------------------------------------------


def _compare_shown(one: _Shown, other: _Shown, rules: _Rules) -> OutputComparison:
    if one.kind != other.kind:
        return OutputComparison("differs", f"{_name(one)} → {_name(other)}")
    if one.kind == "text":
        return _compare_text(one.content, other.content, rules)
    if one.kind == "error":
        return _compare_errors(one.content, other.content)
    gone, new = sorted(one.content.keys() - other.content.keys()), sorted(other.content.keys() - one.content.keys())
    if gone or new:
        return OutputComparison("differs", f"{_name(one)} → {_name(other)} (types {gone} → {new})")
    near = OutputComparison("identical")
    # Pictures and tables first: their differences say more than those of the text that stands in for them.
    for mime in sorted(one.content, key=lambda mime: (mime.startswith("text/plain"), mime)):
        found = _compare_mime(mime, one.content[mime], other.content[mime], rules)
        if found.verdict == "differs":
            return found
        if found.verdict == "within-tolerance":
            near = found
    return near


def _compare_errors(one: tuple[str, str], other: tuple[str, str]) -> OutputComparison:
    if one == other:
        return OutputComparison("identical")
    return OutputComparison("differs", f"exception {_short(': '.join(one))} → {_short(': '.join(other))}")


def _compare_mime(mime: str, one: Any, other: Any, rules: _Rules) -> OutputComparison:
    if one == other:
        return OutputComparison("identical")
    if mime == _WIDGET:
        return _compare_widgets(one.get("state"), other.get("state"), rules)
    if mime in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"):
        return _compare_encoded_images(_text(one), _text(other), rules)
    if not isinstance(one, (str, list)) or not isinstance(other, (str, list)):
        texts = [json.dumps(each, sort_keys=True, indent=1, ensure_ascii=False) for each in (one, other)]
    else:
        texts = [_text(each) for each in (one, other)]
    if mime == "text/html":
        return _compare_html(texts[0], texts[1], rules)
    if mime == "image/svg+xml":
        texts = [_plain_svg(text) for text in texts]
    elif mime == "application/javascript":
        texts = [_name_ids(f"<script>{text}</script>") for text in texts]
    found = _compare_text(normalise_text(texts[0], rules.paths), normalise_text(texts[1], rules.paths), rules)
    return found if mime == "text/plain" else found._replace(detail=f"{mime}: {found.detail}" if found.detail else "")


def _compare_widgets(one: Any, other: Any, rules: _Rules) -> OutputComparison:
    """Compare the states of two widgets; the id of a view is made up. What output widgets have caught is output."""
    caught: tuple[list[Any], list[Any]] = ([], [])
    texts = [
        json.dumps(_without_outputs(state, found), sort_keys=True, indent=1, ensure_ascii=False)
        for state, found in zip((one, other), caught, strict=True)
    ]
    found = _compare_text(normalise_text(texts[0], rules.paths), normalise_text(texts[1], rules.paths), rules)
    if found.verdict == "differs":
        return found._replace(detail=f"a widget: {found.detail}")
    for before, after in zip(*caught, strict=True):
        inner = _compare_all(before, after, rules)
        if inner.verdict != "identical":
            return inner._replace(detail=f"in a widget: {inner.detail}")
    return found


def _without_outputs(state: Any, found: list[Any]) -> Any:
    if isinstance(state, list):
        return [_without_outputs(item, found) for item in state]
    if not isinstance(state, dict):
        return state
    if state.get("_model_name") == "OutputModel":
        found.append(state.get("outputs") or [])
        state = {key: value for key, value in state.items() if key != "outputs"}
    return {key: _without_outputs(value, found) for key, value in state.items()}


def _compare_text(one: str, other: str, rules: _Rules) -> OutputComparison:
    if one == other:
        return OutputComparison("identical")
    largest = _largest_deviation(one, other, rules)
    if largest is not None:
        return OutputComparison("within-tolerance", f"numbers in the text deviate by up to {largest:.3g}")
    return OutputComparison("differs", _first_line_difference(one, other))


def _first_line_difference(one: str, other: str) -> str:
    before, after = one.splitlines(), other.splitlines()
    for place in range(max(len(before), len(after))):
        old = before[place] if place < len(before) else None
        new = after[place] if place < len(after) else None
        if old != new:
            shown = ["nothing" if line is None else _short(line) for line in (old, new)]
            return f"line {place + 1}: {shown[0]} → {shown[1]}"
    return f"{_short(one[-20:])} → {_short(other[-20:])} (line ends)"


def _largest_deviation(one: str, other: str, rules: _Rules) -> float | None:
    """The largest deviation where two texts differ in nothing but numbers within tolerance; None otherwise."""
    if not rules.rtol and not rules.atol:
        return None
    frames = [" ".join(_NUMBER.sub("#", text).split()) for text in (one, other)]
    before, after = (_NUMBER.findall(text) for text in (one, other))
    if frames[0] != frames[1] or len(before) != len(after):
        return None
    largest = 0.0
    for old, new in zip(before, after, strict=True):
        pair = float(old.replace(",", "")), float(new.replace(",", ""))
        if not rules.near(*pair):
            return None
        largest = max(largest, abs(pair[0] - pair[1]))
    return largest


def compare_images(expected: bytes, actual: bytes, *, pixels: float = 0.0) -> OutputComparison:
    """Compare two pictures by what they show, not by how they are encoded.

    Args:
        expected: content of an image file of any format that Pillow reads.
        actual: another one.
        pixels: mean difference, of 255, up to which they are within tolerance.

    Returns:
        The verdict, and which part of the pixels differs by how much.
    """
    from PIL import Image, ImageChops, ImageStat

    try:
        pictures = [Image.open(io.BytesIO(data)).convert("RGBA") for data in (expected, actual)]
    except (OSError, ValueError):
        same = expected == actual
        return OutputComparison("identical" if same else "differs", "" if same else "a figure that cannot be decoded")
    if pictures[0].size != pictures[1].size:
        sizes = [f"{picture.width} x {picture.height}" for picture in pictures]
        return OutputComparison("differs", f"figure: size {sizes[0]} → {sizes[1]} pixels")
    difference = ImageChops.difference(*pictures)
    mean = sum(ImageStat.Stat(difference).mean) / 4
    if not mean:
        return OutputComparison("identical")
    bands = difference.split()
    most = bands[0]
    for band in bands[1:]:
        most = ImageChops.lighter(most, band)
    share = 1 - most.histogram()[0] / (most.width * most.height)
    detail = f"figure: {share:.2%} of the pixels differ, mean difference {mean:.3g} of 255"
    return OutputComparison("within-tolerance" if mean <= pixels else "differs", detail)


def _compare_encoded_images(one: str, other: str, rules: _Rules) -> OutputComparison:
    texts = ["".join(text.split()) for text in (one, other)]
    try:
        before, after = (base64.b64decode(text, validate=True) for text in texts)
    except (binascii.Error, ValueError):
        return _compare_text(texts[0], texts[1], rules)
    return compare_images(before, after, pixels=rules.pixels)


# --- HTML and SVG ------------------------------------------------------------------------------------------------


def _name_ids(text: str) -> str:
    """Ids that a library makes up, numbered in the order of their appearance in tags, scripts and styles.

    The text between tags stays: a hash in the cell of a table is content.
    """
    names: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"id{len(names) + 1}")

    for markup in _MARKUP.findall(text):
        if not markup.lower().startswith("<script"):
            _MADE_UP.sub(number, markup)
    every = sorted(names, key=len, reverse=True)
    known = re.compile("|".join(rf"(?<![0-9A-Za-z]){re.escape(name)}(?![0-9A-Za-z])" for name in every) or r"(?!)")
    bokeh = _BOKEH_ID if "bokeh" in text.lower() else re.compile(r"(?!)")
    return _MARKUP.sub(lambda match: bokeh.sub(number, known.sub(number, match[0])), text)


def _plain_svg(text: str) -> str:
    """SVG without its date and with its ids numbered."""
    text = _SVG_NOISE.sub("", text)
    names = {name: f"id{place}" for place, name in enumerate(dict.fromkeys(_SVG_ID.findall(text)))}
    if not names:
        return text
    every = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<=[\"#])(?:{every})(?=[\")])", lambda match: names[match[0]], text)


def _compare_html(one: str, other: str, rules: _Rules) -> OutputComparison:
    texts = [normalise_text(_name_ids(text), rules.paths) for text in (one, other)]
    if texts[0] == texts[1]:
        return OutputComparison("identical")
    readers = [_Tables.of(text) for text in texts]
    before, after = readers
    if before.rest != after.rest or len(before.cells) == 0 or len(before.cells) != len(after.cells):
        if [len(table) for table in before.tables] != [len(table) for table in after.tables]:
            sizes = [" and ".join(f"{len(table)} rows" for table in each.tables) or "no table" for each in readers]
            return OutputComparison("differs", f"table: {sizes[0]} → {sizes[1]}")
        found = _compare_text(texts[0], texts[1], rules)
        visible = [" ".join(each.text) for each in readers]
        if found.verdict == "differs" and visible[0] != visible[1]:
            return OutputComparison("differs", _first_line_difference(visible[0], visible[1]))
        return found
    near = ""
    for (place, old), (_, new) in zip(before.cells, after.cells, strict=True):
        if old == new:
            continue
        row, column = place
        found = _compare_text(old, new, rules)
        detail = f"table, {before.label(row)}, {before.heading(column)}: {_short(old)} → {_short(new)}"
        if found.verdict == "differs":
            return OutputComparison("differs", detail)
        near = near or detail
    return OutputComparison("within-tolerance" if near else "identical", near)


class _Tables(HTMLParser):
    """The cells of all tables in a piece of HTML, and the HTML around their text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self.rest: list[str] = []
        self._in_cell = False
        self._silent = 0

    @classmethod
    def of(cls, text: str) -> _Tables:
        """Read a piece of HTML."""
        reader = cls()
        reader.feed(text)
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.rest.append(f"<{tag} {attrs}>")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            self.tables[-1][-1].append("")
            self._in_cell = True
        self._silent += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.rest.append(f"</{tag}>")
        if tag in ("td", "th", "tr", "table"):
            self._in_cell = False
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if self._in_cell and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1] += data
        else:
            self.rest.append(data)
        if not self._silent and data.strip():
            self.text.append(data.strip())

    @property
    def cells(self) -> list[tuple[tuple[tuple[int, int], int], str]]:
        """(((table, row), column), text) of every cell."""
        return list(self._cells())

    def _cells(self) -> Iterator[tuple[tuple[tuple[int, int], int], str]]:
        for place, table in enumerate(self.tables):
            for line, row in enumerate(table):
                for column, text in enumerate(row):
                    yield ((place, line), column), text.strip()

    def label(self, row: tuple[int, int]) -> str:
        """How a reader would name a row: by its first cell."""
        table, line = row
        cells = self.tables[table][line]
        return f"row {_short(cells[0].strip(), 40)}" if cells and cells[0].strip() else f"row {line}"

    def heading(self, column: int) -> str:
        """How a reader would name a column: by the first row."""
        for table in self.tables:
            if table and column < len(table[0]) and table[0][column].strip():
                return f"column {_short(table[0][column].strip(), 40)}"
        return f"column {column}"
