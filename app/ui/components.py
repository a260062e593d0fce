"""Client-side views: a gallery to click, a swipe between two pictures, maps whose opacity changes without the server.

Everything that varies travels as data and enters the page through `textContent` and `src`, never as HTML.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parents[1] / "components"


def _component(*names: str) -> Callable[..., Any]:
    """The component of the last name; scripts and styles of the others come before its own."""
    name = names[-1]
    style = "".join((HERE / f"{each}.css").read_text() for each in ("common", *names))
    script = "".join((HERE / f"{each}.js").read_text() for each in names)
    made: Callable[..., Any] = st.components.v2.component(f"counterproof.{name}", html="<div class='root'></div>",
                                                          css=style, js=script)  # fmt: skip
    return made


_gallery = _component("gallery")
_swipe = _component("swipe")
_waiting = _component("waiting")
_opacity = _component("opacity")
_maps = _component("parts", "maps")
_grid = _component("parts", "grid")
_table = _component("parts", "table")
_league = _component("parts", "league")
_stability = _component("parts", "stability")
_copy = _component("copy")
_history = _component("history")
_runs = _component("runs")


def gallery(tiles: Sequence[dict[str, str]], chosen: str, key: str, marks: Sequence[dict[str, str]] = ()) -> str | None:
    """Thumbnails to click; returns the id clicked in this run, else None.

    tiles: id, label, src, and where it has one its caption, its story and the kind of its mark. marks: kind and words
    of the legend.
    """
    data = {"tiles": list(tiles), "chosen": chosen, "marks": list(marks)}
    result = _gallery(data=data, key=key, on_picked_change=lambda: None)
    picked: str | None = result.picked
    return picked


def swipe(before: str, after: str, captions: tuple[str, str], key: str) -> None:
    """Two pictures (data: addresses) over one another, with a handle to drag between them."""
    _swipe(data={"before": before, "after": after, "captions": list(captions)}, key=key)


def waiting(words: str, soon: bool, key: str) -> None:
    """The place of a square picture that is not there yet; soon: it is being computed."""
    _waiting(data={"words": words, "soon": soon}, key=key)


def opacity(key: str) -> None:
    """One slider for the opacity of every map on the page."""
    _opacity(data={}, key=key)


def maps(data: dict[str, Any], key: str) -> None:
    """One explainer's maps over their images, its numbers beside their controls, and its sentences.

    data: see app.study.map_panel; without a picture under a map, its place is held.
    """
    _maps(data=data, key=key)


def grid(data: dict[str, Any], key: str) -> None:
    """Rows of pictures under the same headings, each beside its map, with the answer and what came of it."""
    _grid(data=data, key=key)


def table(data: dict[str, Any], key: str) -> None:
    """A table: head and body, each cell with text and, if it has them, title (its hover text), range and strong."""
    _table(data=data, key=key)


def league(data: dict[str, Any], chosen: str, key: str) -> str | None:
    """A table whose numbers can be clicked; returns the id of the one clicked in this run, else None.

    data: head, and body, whose rows begin with a cell like those of the head: text, title (its hover text) and note;
    the others have an id, text, range and, if they have them, a mark, what it says, and title. chosen: an id.
    """
    result = _league(data=data | {"chosen": chosen}, key=key, on_picked_change=lambda: None)
    picked: str | None = result.picked
    return picked


def stability(data: dict[str, Any], key: str) -> None:
    """A table of how far maps moved, one explainer after another, a sentence under each; more measures folded away."""
    _stability(data=data, key=key)


def copy_link(key: str) -> None:
    """A button that copies the address of the page."""
    _copy(data={}, key=key)


def history(key: str) -> str | None:
    """What the address asks for ("?name=value&...") when the reader has just gone back or forward; else None."""
    result = _history(data={}, key=key, on_went_change=lambda: None)
    went: str | None = result.went
    return went


def runs(lines: Sequence[dict[str, Any]], chosen: str, key: str) -> str | None:
    """A list of runs to choose from, with a box to find one; returns the id clicked in this run, else None.

    lines: id, symbol, state, word, title, about, progress (0 to 1), said, left, when.
    """
    result = _runs(data={"runs": list(lines), "chosen": chosen}, key=key, on_picked_change=lambda: None)
    picked: str | None = result.picked
    return picked
