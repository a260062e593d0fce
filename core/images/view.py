"""How a picture of many levels or frames is looked at: which frame, and which levels are black and white."""

import math
import re
from dataclasses import dataclass

from core.images.levels import Window

_FRAME, _NUMBER = r"[1-9][0-9]{0,4}", r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?(?:e[+-]?[0-9]{1,3})?"
_VIEW = re.compile(rf"(?:@frame({_FRAME}))?(?:@({_NUMBER}):({_NUMBER}))?", re.ASCII)


@dataclass(frozen=True)
class View:
    """`frame`: from 1, None for the middle one. `window`: the levels, in the file's own numbers, that are shown black
    and white; None for what the file itself asks for, or else its own range. ValueError for what is neither.
    """

    frame: int | None = None
    window: Window | None = None

    def __post_init__(self) -> None:
        if self.frame is not None and not 1 <= self.frame <= 99_999:
            raise ValueError(f"expected a frame from 1 up, got {self.frame}")
        if self.window is not None:
            low, high = self.window
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise ValueError(f"expected a window from a lower to a higher level, got {low:g} to {high:g}")

    def __str__(self) -> str:
        """As it stands behind the name of a picture; "" for the view that the file itself asks for.

        >>> str(View(3, (-160.0, 240.0))), str(View(None, (0.25, 4095))), str(View())
        ('@frame3@-160:240', '@0.25:4095', '')
        """
        frame = "" if self.frame is None else f"@frame{self.frame}"
        return frame + ("" if self.window is None else "@{:.10g}:{:.10g}".format(*self.window))

    @classmethod
    def read(cls, text: str) -> "View":
        """What `str` has written; ValueError for any other text, also for another way to write the same.

        >>> View.read("@frame3@-160:240")
        View(frame=3, window=(-160.0, 240.0))
        """
        found = _VIEW.fullmatch(text)
        if found is None:
            raise ValueError("this is no way to look at a picture")
        frame, low, high = found.groups()
        made = cls(int(frame) if frame else None, (float(low), float(high)) if low else None)
        if str(made) != text:
            raise ValueError("this is no way to look at a picture")
        return made


@dataclass(frozen=True)
class Scale:
    """What there is to choose of a picture, and what was chosen, in the file's own numbers.

    `span`: the least and the greatest level in it, `window`: those shown black and white; both None where it has no
    more levels than a screen. `frames`: how many it has, `frame`: the one shown, from 1.
    """

    span: Window | None = None
    window: Window | None = None
    frames: int = 1
    frame: int = 1

    @property
    def choice(self) -> bool:
        """Whether there is anything to choose."""
        return self.span is not None or self.frames > 1


FIRST, WHOLE = View(), Scale()  # of a picture where nothing is chosen, and where there is nothing to choose
