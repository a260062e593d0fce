"""The settings of a comparison: the two models, the picture, attack and maps; its link, and the way to Inspect."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app.nav import page
from app.ui import components
from app.ui.cached import classifier, classifiers, gallery_tiles
from app.ui.case_form import parameters
from app.ui.first_models import FIRST_MODELS
from app.ui.markdown import plain
from app.ui.state import drop, force, keep, kept, remember, setting, write_link
from app.ui.widgets import gone, pick
from core.checkpoints.lineage import ancestors
from core.compare.comparison import SIDES, Pair, Side
from core.compare.resized import matched
from core.contracts.classifier import Classifier
from core.data.by_name import data_names
from core.images.samples import TITLES, gallery, index_of, sample

BEFORE, AFTER = "cifar10_resnet20:standard", "cifar10_resnet20:lime_guided"
FIRST_MAPS = ("grad_cam_pp", "integrated_gradients")
SCALES = {"shared": "one scale for all", "own": "one for each model"}
GUIDED, CONTROLS = "lime_guided", ("random_masks", "fast_adversarial", "pgd_adversarial")
SMALL = 64  # pixels a side up to which a comparison begins by itself


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
        return max(self.models["before"].size[1:]) <= SMALL


def choose_models(device: str) -> ModelPair:
    """Two pickers; ValueError in a sentence if the two cannot be compared or one cannot be had."""
    titles = classifiers()
    first = [each for each in FIRST_MODELS if each in titles]
    ordered = first + [each for each in titles if each not in first]
    for name in ("before", "after"):
        gone(name, titles, "model")
    left, right = st.columns(2, gap="medium")
    with left:
        before = pick("before", "Before refinement", ordered, BEFORE, titles.__getitem__,
                      "The model to start from: any model, also one that a run has trained. Refinement is the training "
                      "that lies between the two.")  # fmt: skip
    with right:
        after = pick("after", "After refinement", ordered, AFTER, titles.__getitem__,
                     "The model to set beside it. It must know the same classes, in the same order.")  # fmt: skip
    if before == after:
        st.info("Both are the same model: everything below will be alike. Choose another one to compare it with.")
    elif before not in ancestors(after):
        st.caption("The second model is not known to be refined from the first: below, ‘before’ and ‘after’ only tell "
                   "them apart.")  # fmt: skip
    elif said := controls(after, titles):
        st.caption(said)
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


def choose_picture(model: Classifier) -> str:
    """The gallery that fits the models; a picture chosen on Inspect stays, unless it belongs to other models."""
    image = _current(model)
    name = model.samples or image.partition("/")[0]
    if name not in TITLES:
        name = "cifar10"
    picked = components.gallery(gallery_tiles(name), image, key=f"compare-gallery-{name}")
    if picked and picked != image:
        remember("image", picked)
        st.rerun()
    st.caption("A picture chosen on Inspect is used here too: bring your own there.")
    return image


def _current(model: Classifier) -> str:
    image: str = setting("image", "")
    fits = not model.samples or image.partition("/")[0] not in (set(TITLES) - {model.samples})
    return image if image and fits else gallery(model.samples if model.samples in TITLES else "cifar10")[0].id


def truth(image: str, model: Classifier) -> int | None:
    """The class of the picture, where it is known: of the gallery that fits, or a test image shown here."""
    found = sample(image)
    if found is not None:
        return index_of(found, model.labels, model.samples)
    label, labels = kept("truths", {}).get(image, (None, ()))
    return label if labels == model.labels else None


def show_here(image: str) -> None:
    """Make this the picture that is compared."""
    remember("image", image)
    st.rerun()


def describe(image: str, name: str, model: Classifier) -> str:
    """One line on what the picture is."""
    label = truth(image, model)
    if sample(image) is None:  # a test image has its class in its name
        return f"**{plain(name.rpartition('.')[0] or name)}**" + ("." if label is not None else ", without a label.")
    said = "without a label that these models know" if label is None else f"labelled ‘{plain(model.labels[label])}’"
    return f"**A picture of the gallery**, {said}."


def usual_run(model: Classifier) -> dict[str, str | int]:
    """The settings of a run over a data set by name, at first: those of a model's own kind of pictures."""
    names = data_names()
    return {
        f"compare.data.{model.samples}": model.samples if model.samples in names else next(iter(names)),
        "compare.count": 200,
    }


def link(pair: Pair, model: Classifier, device: str) -> None:
    """Put the comparison into the address."""
    values = {
        "before": pair.before, "after": pair.after, "image": pair.image, "attack": pair.attack.key,
        "compare.maps": ",".join(explainer.key for explainer in pair.explainers) or "none",
        "compare.map": setting("compare.map", ""), "explained": pair.explained, "controls": pair.controls,
        "seed": pair.seed,
    }  # fmt: skip
    for method in (pair.attack, *pair.explainers):
        values |= parameters(method)
    values |= {name: value for name, usual in usual_run(model).items() if (value := setting(name, usual)) != usual}
    write_link(values | ({"device": device} if device != "cpu" else {}))


def inspect(pair: Pair, side: Side, image: str) -> None:
    """Go to Inspect with this picture, that model, and the attack and maps of the comparison."""
    force("image", image)
    drop("set")
    force("model", getattr(pair, side))
    force("maps", ",".join(explainer.key for explainer in pair.explainers) or "none")
    force("target", "any")
    remember("go", 1)
    keep("reopened", False)
    st.switch_page(page("inspect"))
