"""What is measured of every model of a trial: the names of the measures, and their words."""

from core.catalog import DATASETS, EXPLAINERS

CLEAN, ATTACKED, CORRUPTED, STEADY, ON = "clean", "attacked", "corrupted", "steady", "on"
TITLES = {
    CLEAN: "right as they are", ATTACKED: "right under every attack", CORRUPTED: "right when corrupted",
    STEADY: "maps stay under attack", ON: "right on",
}  # fmt: skip


def named(measure: str) -> str:
    """A measure in words, with the titles of data sets and explainers.

    >>> named("attacked"), named("steady:lime"), named("on:mnist")
    ('right under every attack', 'maps stay under attack (LIME)', 'right on MNIST')
    """
    kind, _, of = measure.partition(":")
    titled = (DATASETS if kind == ON else EXPLAINERS).get(of)
    of = titled.title if titled else of
    return TITLES[kind] + (f" {of}" if kind == ON else f" ({of})" if of else "")


def shown(measure: str, value: float) -> str:
    """A mean of a measure: a share in percent, a correlation as it is.

    >>> shown("clean", 0.5), shown("steady:lime", 0.5)
    ('50.0 %', '0.500')
    """
    return f"{value:.3f}" if measure.startswith(f"{STEADY}:") else f"{100 * value:.1f} %"
