"""Plain words for the choices of a method's parameters."""

WORDS = {
    "against": "not supporting the class",
    "auto": "automatic: the gallery's samples",
    "balanced": "balanced over the patches",
    "bf16": "half precision (faster)",
    "black": "black",
    "blur": "the picture, blurred",
    "blurred": "the picture, blurred",
    "both": "black and noise",
    "ce": "cross-entropy",
    "dlr": "difference of logits ratio",
    "exact": "exactly (slower)",
    "finite": "by a small step (quicker)",
    "fp32": "full precision",
    "free": "none: no label is used",
    "gallery": "the gallery's samples",
    "gradient": "the gradient (control)",
    "grey": "grey",
    "grid": "a regular grid",
    "independent": "each by itself, at random",
    "lime": "LIME's explanations",
    "mean": "their mean colour",
    "noise": "noise",
    "none": "no regions (control)",
    "one_cycle": "rise and fall (one cycle)",
    "paired": "in opposite pairs",
    "patch": "a patch of another picture",
    "piecewise": "stairs down",
    "quickshift": "following colours (quickshift)",
    "random": "random parts (control)",
    "shades": "plain shades from black to white",
    "shuffled": "LIME's, shuffled (control)",
    "slic": "following edges (SLIC)",
    "supporting": "supporting the class",
    "teacher": "the model's own answer",
    "true": "the true label",
    "white": "white",
    "zero": "black",
}


def word(choice: str) -> str:
    """A choice for the screen; one that has no words of its own comes without underscores.

    >>> word("slic"), word("some_thing")
    ('following edges (SLIC)', 'some thing')
    """
    return WORDS.get(choice, choice.replace("_", " "))
