"""What a study tells of critical pixels, in sentences: which they are, whether they hang on the class, their tests."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.detection.critical_pixels.class_sets import FEWEST, MOST
from core.detection.request import DetectionRequest

Told = Mapping[str, Any]
NAMED = 12  # classes left out that are named
READINGS: Mapping[str, str] = MappingProxyType(
    {"generation": "where the attacked images' explanations are strong",
     "detection": "where the explanation changes under attack"}
)  # fmt: skip


def nothing_to_try(count: int, pixels: int, reading: str) -> str:
    """Why nothing can be tried on so many critical pixels out of all `pixels`; "" where something can.

    >>> nothing_to_try(0, 4, "detection")
    'By this rule no pixel is critical, where the explanation changes under attack: there is nothing to try or to test.'
    >>> nothing_to_try(4, 4, "detection")
    'By this rule every pixel is critical, where the explanation changes under attack: there are no others to compare
    with.'
    >>> nothing_to_try(1, 4, "detection")
    ''
    """
    if count == 0:
        return f"By this rule no pixel is critical, {READINGS[reading]}: there is nothing to try or to test."
    if count == pixels:
        return f"By this rule every pixel is critical, {READINGS[reading]}: there are no others to compare with."
    return ""


def pixel_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Which pixels are critical, whether other images or classes give the same, what attacks on them alone achieve."""
    said = [_pixels(told[reading], reading) for reading in READINGS]
    return [*said, *_left_out(told[next(iter(READINGS))].get("left_out", []))]


def _pixels(found: Told, reading: str) -> str:
    if empty := nothing_to_try(found["count"], found["pixels"], reading):
        return empty
    steady = found["stability"]
    text = f"{found['count']:,} of {found['pixels']:,} pixels are critical, {READINGS[reading]}."
    if steady["jaccard"] is not None:
        text += (f" Drawn again from the same images, the set overlaps itself by {100 * steady['jaccard']:.0f} % "
                 f"(by chance {100 * steady['chance']:.0f} %).")  # fmt: skip
    text += _by_class(found.get("class_overlap"))
    alone = found["matters"][0]
    rates = {each["name"]: each for each in alone["sets"]}
    random = alone["against_random"]
    if random is not None:
        text += (f" An attack on them alone fools {100 * rates['critical']['rate']:.0f} % of {alone['images']:,} "
                 f"test images, on as many random others {100 * random['rate']:.0f} %, on all others "
                 f"{100 * rates['others']['rate']:.0f} %.")  # fmt: skip
    return text


def _by_class(means: Told | None) -> str:
    """Whether the pixels hang on the class: the overlap of classes beside that of groups of mixed classes.

    >>> _by_class({"mean": 0.551, "mixed": 0.823, "mixed_least": 0.81, "draws": 19})
    ' The pixels depend on the class: those of single classes overlap the whole set by 55 % on average, those of mixed
    groups of as many images by 82 % (at least 81 % in 19 draws).'
    """
    if means is None:
        return ""
    first = "The pixels depend on the class"
    if means["mean"] >= means["mixed_least"]:
        first = "No dependence on the class shows"
    return (f" {first}: those of single classes overlap the whole set by {100 * means['mean']:.0f} % on average, those "
            f"of mixed groups of as many images by {100 * means['mixed']:.0f} % (at least "
            f"{100 * means['mixed_least']:.0f} % in {means['draws']} draws).")  # fmt: skip


def _left_out(names: Sequence[str]) -> list[str]:
    """Which classes are not told by themselves.

    >>> _left_out([]), _left_out(["cat"])
    ([], ['Not told by themselves, with fewer than 5 images to learn from or beyond the 100 commonest classes: cat.'])
    """
    if not names:
        return []
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return [f"Not told by themselves, with fewer than {FEWEST} images to learn from or beyond the {MOST} commonest "
            f"classes: {', '.join(names[:NAMED])}{more}."]  # fmt: skip


def short_test_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whether the chosen pixels stand out on other images, and more than under noise, in plain words."""
    said = []
    for reading, words in READINGS.items():
        same, held, excess = (told[reading][name] for name in ("same", "held_out", "excess"))
        if empty := nothing_to_try(same["critical"], same["critical"] + same["others"], reading):
            said.append(empty)
            continue
        if held is None or excess is None or held["g_low"] is None or excess["g_low"] is None:
            continue
        out = "stand out on other images too" if held["g_low"] > 0 else "do not stand out on other images"
        beyond = "as much as ordinary noise of the same size would make them"
        if excess["g_low"] > 0 or excess["g_high"] < 0:
            beyond = f"{'more' if excess['g_low'] > 0 else 'less'} than ordinary noise of the same size would make them"
        said.append(f"Pixels chosen {words} {out} (effect g = {held['g']:.2f}, {held['g_low']:.2f} to "
                    f"{held['g_high']:.2f}), {beyond}.")  # fmt: skip
    return said


def test_sentences(told: Told, asked: DetectionRequest) -> list[str]:
    """Whether the chosen pixels stand out on images they were not chosen on, and more than under noise, in numbers."""
    said = []
    for reading, words in READINGS.items():
        same, held, excess = (told[reading][name] for name in ("same", "held_out", "excess"))
        if empty := nothing_to_try(same["critical"], same["critical"] + same["others"], reading):
            said.append(empty)
            continue
        text = f"Pixels chosen {words}: on the images they were chosen on {_effect(same)}"
        if held is not None:
            text += f"; on other images {_effect(held)}"
        if excess is not None:
            text += f"; beyond what ordinary noise of the same size does {_effect(excess)}"
        said.append(f"{text}.")
    return said


def _effect(found: Told) -> str:
    """Welch's t and Hedges' g of one comparison.

    >>> _effect({"t": 11.6, "p": 1.3e-30, "g": 1.5, "g_low": 1.2, "g_high": 1.8})
    't = 11.6, p < 0.001, effect g = 1.50 (1.20 to 1.80)'
    """
    if found["t"] is None or found["g"] is None:
        return "nothing can be told"
    p = "p < 0.001" if found["p"] < 0.001 else f"p = {found['p']:.3f}"
    return f"t = {found['t']:.1f}, {p}, effect g = {found['g']:.2f} ({found['g_low']:.2f} to {found['g_high']:.2f})"
