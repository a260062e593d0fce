"""Plain words for the choices of a method's parameters."""

WORDS = {
    "auto": "automatic: the gallery's samples",
    "balanced": "balanced over the patches",
    "bf16": "half precision (faster)",
    "black": "black",
    "blur": "the picture, blurred",
    "blurred": "the picture, blurred",
    "both": "black and noise",
    "ce": "cross-entropy",
    "dlr": "difference of logits ratio",
    "fp32": "full precision",
    "gallery": "the gallery's samples",
    "grey": "grey",
    "grid": "a regular grid",
    "independent": "each by itself, at random",
    "mean": "their mean colour",
    "noise": "noise",
    "paired": "in opposite pairs",
    "quickshift": "following colours (quickshift)",
    "shades": "plain shades from black to white",
    "slic": "following edges (SLIC)",
    "white": "white",
    "zero": "black",
}


def word(choice: str) -> str:
    """A choice for the screen; one that has no words of its own comes without underscores.

    >>> word("slic"), word("some_thing")
    ('following edges (SLIC)', 'some thing')
    """
    return WORDS.get(choice, choice.replace("_", " "))
