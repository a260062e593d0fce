"""Signatures of many images beside a loop over shap's DeepExplainer, one image at a time."""

from collections.abc import Callable

import torch
from shap import DeepExplainer
from torch import Tensor, nn

from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.data.by_name import load_data
from core.data.fit import joined
from core.detection.signatures import signatures
from core.explainers.shap_deep import ShapDeep
from core.explainers.shap_gradient import OneLogit
from core.occlusion.backgrounds import background
from tests.bench.timing import Row, Settings, Work, faster, median, race

MODEL = "mnist_cnn:standard"
AIM = 5.0
EACH, ONE, SINGLE = "shap, an explainer an image", "shap, one explainer", "shap, one explainer, fp32"


def of_each(classifier: Classifier, others: Tensor) -> Callable[[Tensor, int], Tensor]:
    """As this project did it: an explainer of one logit for each image, in double precision."""
    copy = classifier.copy()
    copy.net.double()

    def explain(image: Tensor, target: int) -> Tensor:
        model = OneLogit(copy, expose=True)
        model.target = target
        return torch.from_numpy(
            DeepExplainer(model, others.double()).shap_values(image.double(), check_additivity=False)
        )

    return explain


def kept(classifier: Classifier, others: Tensor, precision: torch.dtype) -> Callable[[Tensor, int], Tensor]:
    """One explainer of all logits, asked for the highest one's values: a target is the classifier's own answer."""
    copy = classifier.copy()
    explainer = DeepExplainer(nn.Sequential(copy.module()).to(precision), others.to(precision))

    def explain(image: Tensor, target: int) -> Tensor:
        values, ranked = explainer.shap_values(image.to(precision), ranked_outputs=1, check_additivity=False)
        assert ranked.item() == target
        return torch.from_numpy(values)

    return explain


def maps(explain: Callable[[Tensor, int], Tensor], images: Tensor, targets: Tensor) -> Tensor:
    """(N, H, W), image by image."""
    made = [explain(images[k : k + 1], int(target)) for k, target in enumerate(targets)]
    return torch.cat(made)[..., 0].sum(dim=1).float()


def digits(settings: Settings) -> list[Row]:
    """Images of the MNIST test set, the gallery's digits as background, the classifier's own answers."""
    classifier = load_classifier(MODEL)
    images = joined(classifier, load_data("mnist", "test")).images[: settings.pick(100, 6)].float() / 255
    targets = classifier.probabilities(images).argmax(dim=1)
    others = background("auto", classifier, images[:1], 0)
    with classifier.frozen():
        loops = {
            EACH: of_each(classifier, others), ONE: kept(classifier, others, torch.float64),
            SINGLE: kept(classifier, others, torch.float32),
        }  # fmt: skip
    found: dict[str, Tensor] = {}

    def ours(_: int) -> None:
        found["ours"] = signatures(classifier, ShapDeep(), images).evidence.signatures

    def loop(name: str) -> Work:
        return lambda _: found.update({name: maps(loops[name], images, targets)})

    times = race({"ours": ours} | {name: loop(name) for name in loops}, settings.pick(3, 1))
    largest = found[EACH].abs().amax(dim=(1, 2))
    apart = {name: float(((found["ours"] - found[name]).abs().amax(dim=(1, 2)) / largest).max()) for name in loops}
    rest = f"{len(images)} MNIST digits, {MODEL}, {len(others)} background images, double precision for both"
    notes = {
        EACH: rest,
        ONE: f"{rest}; shap takes {seconds(times[SINGLE])} in single precision, its values {apart[SINGLE]:.1e} off",
    }
    return [
        faster(
            "signatures of digits", name, AIM, times["ours"], times[name],
            f"{note}; the maps differ by {apart[name]:.1e} of their largest value at most", apart=apart,
            single=times[SINGLE],
        )
        for name, note in notes.items()
    ]  # fmt: skip


def seconds(times: list[float]) -> str:
    return f"{median(times) or 0:.3g} s"


ROWS = {"detection_signatures": digits}
