"""A picture's levels as its file stores them, of any depth, and the 8-bit RGB pixels that are made of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Window = tuple[float, float]  # the level that is shown black and the one that is shown white


@dataclass(frozen=True, eq=False)
class Levels:
    """`values` (H, W) grey or (H, W, 3) RGB, upright; larger is brighter, also where the file has white as zero.

    Of 8 bits unsigned: uint8 in sRGB, ready to be shown. Deeper: the file's own numbers, of `bits` each. `alpha`
    (H, W) uint8, None where all is opaque. `inverted_from`: where the file has white as zero, what a stored number and
    its value here add up to. `asked`: the window that the file itself asks for, in these values, and `why` in words;
    `toned` (H, W) uint8: what a curve of the file's own makes of them. `frame`, from 1, of `frames`: which of the
    file's this is. `notes`: sentences on what was done in reading.
    """

    values: NDArray[Any]
    bits: int = 8
    alpha: NDArray[np.uint8] | None = None
    inverted_from: float | None = None
    notes: tuple[str, ...] = ()
    asked: Window | None = None
    why: str = ""
    toned: NDArray[np.uint8] | None = None
    frame: int = 1
    frames: int = 1

    @property
    def deep(self) -> bool:
        """Whether there are more levels than 8 bits can show, or others, so that a window must be chosen."""
        return self.values.dtype != np.uint8

    @property
    def full(self) -> Window | None:
        """The least and the greatest number that the file can hold; None for floating-point ones, which have no such.

        >>> Levels(np.zeros((1, 1), np.uint16), 12).full, Levels(np.zeros((1, 1), np.int16), 16).full
        ((0.0, 4095.0), (-32768.0, 32767.0))
        """
        if self.values.dtype.kind == "f":
            return None
        low = -(2.0 ** (self.bits - 1)) if self.values.dtype.kind == "i" else 0.0
        return low, low + 2.0**self.bits - 1

    @property
    def found(self) -> Window:
        """The least and the greatest level in it; what is fully transparent does not count, unless all is."""
        seen = self.values if self.alpha is None or not self.alpha.any() else self.values[self.alpha > 0]
        return float(seen.min()), float(seen.max())

    def stored(self, window: Window) -> Window:
        """A window of these values in the numbers that stand in the file, and the other way round."""
        if self.inverted_from is None:
            return window
        return self.inverted_from - window[1], self.inverted_from - window[0]

    def turned(self, orientation: int) -> "Levels":
        """Upright, by EXIF's number for how it lies; as it is for a number that says nothing."""
        if orientation not in range(2, 9):
            return self
        values, alpha = upright(self.values, orientation), self.alpha
        return replace(self, values=values, alpha=None if alpha is None else upright(alpha, orientation))


def upright(values: NDArray[Any], orientation: int) -> NDArray[Any]:
    """(H, W, ...) turned by EXIF's orientation, 1 to 8.

    >>> upright(np.array([[1, 2], [3, 4]]), 6).tolist()
    [[3, 1], [4, 2]]
    """
    if orientation >= 5:
        values = values.swapaxes(0, 1)
    down, right = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}.get(orientation, (1, 1))
    return values[::down, ::right]


def shown(levels: Levels, window: Window | None = None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """(H, W, 3) uint8 and notes. Deep levels are spread from black to white between the two of `window`.

    Without a window, deep grey is spread over its own range, and deep colour reduced to its 8 highest bits. To compare
    pictures with one another, give all of them one window. What is transparent is laid on white.
    """
    notes: tuple[str, ...] = ()
    pixels = levels.values
    if levels.deep:
        pixels, notes = _reduced(levels, window)
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    if levels.alpha is not None:
        image = Image.fromarray(np.dstack([pixels, levels.alpha]))
        pixels = np.array(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
        notes = (*notes, "Transparent parts were laid on white.")
    return np.ascontiguousarray(pixels), (*levels.notes, *notes)


def _reduced(levels: Levels, window: Window | None) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Deep levels as 8-bit ones."""
    values, bits = levels.values, levels.bits
    if window is None and values.ndim == 3 and values.dtype.kind == "u":
        return (values >> (bits - 8)).astype(np.uint8), (f"Its {bits} bits a colour were reduced to 8.",)
    if window is None and levels.toned is not None:
        return levels.toned, (f"{levels.why[0].upper()}{levels.why[1:]} was applied.",)
    low, high = window or levels.asked or levels.found
    if not high >= low:
        raise ValueError(f"expected a window from a lower to a higher level, got {low:g} to {high:g}")
    said = levels.stored((low, high))
    kind = "Greyscale" if values.ndim == 2 else "Colours"
    kind += " of more than 8 bits" if bits > 8 else " with signed levels" if values.dtype.kind == "i" else ""
    ends = f"{said[0]:.10g} to {said[1]:.10g}"
    own = f"{levels.why if levels.asked else 'its own range'}, {ends},"
    spread = own if window is None else f"the range from {ends}"
    notes = [f"{kind}: {spread} was spread from black to white."]
    if low == high:
        notes.append("Every pixel has the same value, so the picture is all one shade.")
    wide: NDArray[np.floating[Any]] = values.astype(np.float32 if values.dtype.itemsize < 4 else np.float64)
    if wide.dtype == np.float64:
        wide, low, high = wide * 0.5, low / 2, high / 2  # the difference of the two widest numbers is not infinite then
    grey = (wide - low) / (high - low) if high > low else np.zeros_like(wide)
    return np.rint(grey.clip(0, 1) * 255).astype(np.uint8), tuple(notes)
