"""Client-side views: a gallery to click, maps whose opacity changes without the server, tables, lists to choose from.

Everything that varies travels as data and enters the page through `textContent` and `src`, never as HTML.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).resolve().parents[1] / "components"


def component(*names: str) -> Callable[..., Any]:
    """The component of the last name; scripts, and styles where they have some, of the others come before its own."""
    name = names[-1]
    styles = (HERE / f"{each}.css" for each in ("common", *names))
    style = "".join(path.read_text() for path in styles if path.is_file())
    script = "".join((HERE / f"{each}.js").read_text() for each in names)
    made: Callable[..., Any] = st.components.v2.component(f"counterproof.{name}", html="<div class='root'></div>",
                                                          css=style, js=script)  # fmt: skip
    return made


_gallery = component("gallery")
_opacity = component("opacity")
_maps = component("view", "parts", "maps")
_grid = component("view", "parts", "grid")
_table = component("parts", "table")
_league = component("parts", "league")
_stability = component("parts", "stability")
_copy = component("copy")
_history = component("history")
_runs = component("runs")
_cases = component("cases")


def gallery(tiles: Sequence[dict[str, str]], chosen: str, key: str, marks: Sequence[dict[str, str]] = ()) -> str | None:
    """Thumbnails to click; returns the id clicked in this run, else None.

    tiles: id, label, src, and where it has one its caption, its story and the kind of its mark. marks: kind and words
    of the legend.
    """
    data = {"tiles": list(tiles), "chosen": chosen, "marks": list(marks)}
    result = _gallery(data=data, key=key, on_picked_change=lambda: None)
    picked: str | None = result.picked
    return picked


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


def cases(
    tiles: Sequence[dict[str, str]], chosen: str, marked: Sequence[str], key: str, label: str = ""
) -> tuple[str | None, list[str]]:
    """Cases to open and to mark; returns the id opened in this run, else None, and the ids of those marked.

    tiles: id, title, about, tags, state (fooled, held or plain), src, alt, and, where it is not to download or delete
    them, what marking is for as mark. marked: those marked when it is drawn first. label: what they are, if not cases.
    """
    data = {"cases": list(tiles), "chosen": chosen, "marked": list(marked)} | ({"label": label} if label else {})
    result = _cases(data=data, key=key, default={"marked": list(marked)}, on_picked_change=lambda: None,
                    on_marked_change=lambda: None)  # fmt: skip
    known = {tile["id"] for tile in tiles} | set(marked)
    return result.picked, [each for each in result.marked or [] if each in known]
