"""What tells one classifier from another: its weights, and everything on its card that changes an answer or a map."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.contracts.classifier import Classifier

JOINT = "+"  # between the sha256 of the weights and the digest of the rest
PREPROCESSING = ("size", "mean", "std", "resize", "interpolation", "cam_layer", "samples")


def preprocessing(classifier: "Classifier") -> dict[str, Any]:
    """How pictures are made ready for it, what Grad-CAM++ reads, and whose samples are its background, as JSON."""
    told = {name: getattr(classifier, name) for name in PREPROCESSING}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def fingerprint(classifier: "Classifier", weights: str) -> str:
    """`weights`, their sha256, with a digest of the rest: preprocessing, class names, the kinds of layers.

    The same weights under another card are another classifier. "" stays so: nothing is known of such weights.

    >>> from dataclasses import replace
    >>> from core.contracts.toy_models import linear
    >>> first = replace(linear([[[[1.0]]], [[[2.0]]]]), fingerprint="ab")
    >>> second = replace(first, mean=(0.5,))
    >>> first.fingerprint == second.fingerprint, first.weights == second.weights == "ab"
    (False, True)
    """
    if not weights:
        return ""
    layers = [f"{name} {type(module).__name__}" for name, module in classifier.net.named_modules()]
    rest = preprocessing(classifier) | {"labels": list(classifier.labels), "layers": layers}
    return f"{weights}{JOINT}{hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]}"


def weights_of(told: str) -> str:
    """The part of a fingerprint that is about the weights alone."""
    return told.partition(JOINT)[0]
