"""Choosing the two models of a comparison, and what is said of the two."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.study.case_form import small
from app.ui.cached import classifier
from app.ui.first_models import FIRST_MODELS
from app.ui.pick_here import here, known_models, pick_here
from app.ui.state import setting
from core.checkpoints.lineage import ancestors
from core.compare.comparison import SIDES, Side
from core.compare.resized import matched
from core.contracts.classifier import Classifier

BEFORE, AFTER = "cifar10_resnet20:standard", "cifar10_resnet20:lime_guided"
GUIDED, CONTROLS = "lime_guided", ("random_masks", "fast_adversarial", "pgd_adversarial")


@dataclass(frozen=True, eq=False)
class ModelPair:
    """The two models, both on pictures of one size, with their names in the catalogue and what people call them.

    weights: the fingerprints of their weights.
    """

    names: dict[Side, str]
    titles: dict[Side, str]
    models: dict[Side, Classifier]
    weights: dict[Side, str]

    @property
    def small(self) -> bool:
        """Whether a comparison begins by itself."""
        return small(self.models["before"])


def choose_models(device: str) -> ModelPair:
    """Two pickers; ValueError in a sentence if the two cannot be compared or one cannot be had."""
    titles = known_models(setting("before", BEFORE), setting("after", AFTER))
    first = [each for each in FIRST_MODELS if each in titles]
    ordered = first + [each for each in titles if each not in first]
    left, right = st.columns(2, gap="medium")
    with left:
        before = pick_here("before", "Before refinement", ordered, BEFORE, titles.__getitem__, "model",
                      "The model to start from: any model, also one that a run has trained. Refinement is the training "
                      "that lies between the two.")  # fmt: skip
    with right:
        after = pick_here("after", "After refinement", ordered, AFTER, titles.__getitem__, "model",
                     "The model to set beside it. It must know the same classes, in the same order.")  # fmt: skip
    before, after = here("before", before, titles, "model"), here("after", after, titles, "model")
    if before == after:
        st.info("Both are the same model: everything below will be alike. Choose another one to compare it with.")
    elif before not in ancestors(after):
        st.caption("The second model is not known to be refined from the first: below, ‘before’ and ‘after’ only tell "
                   "them apart.")  # fmt: skip
    elif advice := controls(after, titles):
        st.caption(advice)
    own: dict[Side, Classifier] = {"before": classifier(before, device), "after": classifier(after, device)}
    models: dict[Side, Classifier] = dict(zip(SIDES, matched(own["before"], own["after"]), strict=True))
    if own["before"].size != own["after"].size:
        st.caption(scaled(own["before"].size, own["after"].size))
    return ModelPair({"before": before, "after": after}, {"before": titles[before], "after": titles[after]}, models,
               {side: each.fingerprint for side, each in own.items()})  # fmt: skip


def scaled(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """How two models that take pictures of different sizes are shown the same ones.

    >>> scaled((3, 224, 224), (3, 299, 299))[:76]
    'The models take pictures of different sizes, 224 × 224 and 299 × 299 pixels.'
    """
    sizes = [f"{width} × {height}" for _, height, width in (before, after)]
    large = sizes[0] if before[1] * before[2] > after[1] * after[2] else sizes[1]
    return (f"The models take pictures of different sizes, {sizes[0]} and {sizes[1]} pixels. Both are shown the same "
            f"ones, {large}; the other scales them itself, and is attacked through that.")  # fmt: skip


def controls(after: str, titles: Mapping[str, str]) -> str:
    """What to set before a guided model to see what the explanation adds; "" where no such controls are at hand."""
    source, _, checkpoint = after.partition(":")
    others = [titles[name] for each in CONTROLS if (name := f"{source}:{each}") in titles]
    if checkpoint != GUIDED or not others:
        return ""
    return ("The difference holds all that was learnt in between, attacked images above all. To see what the "
            f"explanation adds, choose before refinement: {' or '.join(f'‘{each}’' for each in others)}.")  # fmt: skip
