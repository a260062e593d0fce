"""The one viewer for the pictures of a case: zoomed and moved together, two of them swiped over one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.ui.cached_pictures import shown_png
from app.ui.components import component
from app.ui.encoded import data_url
from core.study.colour_scale import Pixels

_viewer = component("view", "parts", "frames", "viewer")


@dataclass(frozen=True)
class Shown:
    """A picture (H, W, 3) of the viewer, with its words; map: colours (H, W, 3) that are laid over it in grey.

    picture: None where it is not there yet; then `wait` says so, and `soon` whether it is being made. said: what came
    of it, marked by `state` (fooled, held or plain). more: further words below.
    """

    picture: Pixels | None
    caption: str
    alt: str
    map: Pixels | None = None
    said: str = ""
    state: str = "plain"
    more: str = ""
    wait: str = ""
    soon: bool = False

    def data(self) -> dict[str, Any]:
        """The form that the component takes."""
        entry = {"caption": self.caption, "alt": self.alt, "said": self.said, "state": self.state, "more": self.more}
        if self.picture is None:
            return entry | {"wait": self.wait, "soon": self.soon}
        drawn = "" if self.map is None else data_url(shown_png(self.map))
        return entry | {"src": data_url(shown_png(self.picture)), "map": drawn}


def viewer(
    pictures: Sequence[Shown], key: str, of: str, *, pair: tuple[int, int] | None = None,
    mode: Literal["side", "swipe"] = "side", large: bool = False, legend: Sequence[str] = (),
) -> None:  # fmt: skip
    """The pictures beside one another, under one zoom that also moves every map of the page; without any, the tools.

    of: what they are of; where that changes, the whole picture is shown again. pair: which two can be swiped over one
    another, and `mode` whether they are at first. large: for a projector. legend: words for both ends of the colours,
    and what the strongest stands for.
    """
    shapes = [each.picture.shape[:2] for each in pictures if each.picture is not None]
    data = {
        "id": of, "pictures": [each.data() for each in pictures], "pair": list(pair or ()), "mode": mode,
        "size": "large" if large else "page", "shape": list(shapes[0]) if shapes else [1, 1], "eager": large,
        "opacity": any(each.map is not None for each in pictures), "legend": list(legend) or None,
    }  # fmt: skip
    _viewer(data=data, key=key)
