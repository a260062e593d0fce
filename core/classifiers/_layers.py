"""The layers that a card says were put into a network before it was trained, put into an empty one again."""

import importlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.errors import Unreadable
from core.base.params import from_spec
from core.contracts.classifier import Classifier
from core.contracts.layer import Layer, with_layers

KEY = re.compile(r"[a-z][a-z0-9_]*")


def as_on_card(made: Classifier, said: Sequence[Mapping[str, Any]] | None, called: str) -> Classifier:
    """`made` with the layers that a card names; Unreadable, beginning with `called`, for one that there is none of."""
    return with_layers(made, [_layer(each, called) for each in said or ()])


def _layer(spec: Mapping[str, Any], called: str) -> Layer:
    key = spec.get("method")
    try:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise ValueError("a layer is not named")
        kinds = importlib.import_module(f"core.layers.{key}").LAYERS
        layer = from_spec(spec, {each.key: each for each in kinds})
    except ModuleNotFoundError as error:
        raise Unreadable(f"{called} names a layer that there is none of, {key}") from error
    except ValueError as error:
        raise Unreadable(f"{called} does not say which layers were put into the network: {error}") from error
    assert isinstance(layer, Layer)
    return layer
