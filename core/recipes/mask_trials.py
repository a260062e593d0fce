"""How much of a mask is the image, and where masks fall: `python -m core.recipes.mask_trials`.

For the first images that the models were trained on, masks are made twice, with other seeds. Their mean overlap
(Jaccard) is 1 where a mask says something about the image and the model alone, and that of `random` where it says
nothing. A second table says where the default masks lie: how much of them in the middle of the picture, how many of
their parts among those that support the class best, how alike they are to the control by the gradient. Both go into
assets/measured/refinement.md.
"""

import sys
from typing import Any

import torch
from torch import Tensor

from core.base.atomic_files import write_whole
from core.catalog import DATASETS, load_classifier
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.data.fit import joined
from core.occlusion.superpixels import superpixels
from core.recipes.trials import PAGE
from core.spurious.mask_statistics import jaccard
from core.spurious.regions import SpuriousRegions
from core.spurious.score import Repeats, lime_weights, per_part

MODELS = ("cifar10_resnet20:standard", "cifar10_resnet20:fast_adversarial")
FALLING = (*MODELS, "cifar10_resnet20:lime_guided", "mnist_cnn:standard", "mnist_cnn:pgd_adversarial",
           "mnist_cnn:lime_guided")  # fmt: skip
IMAGES, SEEDS = 60, (1, 2)
LOOKED_AT = 200  # images for where masks fall
BOTH: dict[str, Any] = {"instability": 1.0, "irrelevance": 1.0}
ASKED: dict[str, dict[str, Any]] = {
    "sensitivity without support, 33 samples (the default)": {},
    "sensitivity without support, 17 samples": {"samples": 17},
    "both, 33 samples twice": BOTH | {"repeats": 2},
    "both, 17 samples twice": BOTH | {"samples": 17, "repeats": 2},
    "instability, 33 samples twice": BOTH | {"irrelevance": 0.0, "repeats": 2},
    "instability, 17 samples twice": BOTH | {"irrelevance": 0.0, "samples": 17, "repeats": 2},
    "instability, 33 samples ten times": BOTH | {"irrelevance": 0.0, "repeats": 10},
    "gradient": {"mask_source": "gradient"},
    "random": {"mask_source": "random"},
}


def first(model: str, count: int, seed: int) -> tuple[Classifier, Batch]:
    """The classifier, and the first training images as a batch that draws by `seed`."""
    classifier = load_classifier(model)
    data = joined(classifier, DATASETS[classifier.samples]().load("train"))
    images, labels = data.images[:count].float() / 255, data.labels[:count]
    return classifier, Batch(images, labels, torch.arange(count), seed, first=0, whole=count)


def made(model: str, regions: SpuriousRegions, count: int, seed: int) -> Tensor:
    """The masks (N, H, W) of the first images."""
    classifier, batch = first(model, count, seed)
    masks = regions.masks(classifier, classifier, batch)
    assert masks is not None
    return masks


def overlap(model: str, regions: SpuriousRegions) -> float:
    """The mean Jaccard index of the masks from the two seeds."""
    one, other = (made(model, regions, IMAGES, seed) for seed in SEEDS)
    return jaccard(one, other).mean().item()


def middle(masks: Tensor) -> float:
    """How much of the masked area lies in the quarter of the picture that is its middle.

    >>> middle(torch.ones(1, 8, 8).bool())
    0.25
    """
    height, width = (side // 4 for side in masks.shape[1:])
    return (masks[:, height:-height, width:-width].sum() / masks.sum()).item()


def supported(model: str, masks: Tensor, seed: int) -> float:
    """How many of the masked parts are among the quarter of the parts that supports the answer best."""
    classifier, batch = first(model, len(masks), seed)
    usual = SpuriousRegions()
    parts = superpixels(batch.images, usual.parts, usual.cells)
    with classifier.frozen():
        answers = classifier.probabilities(batch.images).argmax(dim=1)
        weights = lime_weights(classifier, batch.images, answers, parts, Repeats(usual.samples), seed)[0]
    best = torch.zeros_like(weights).scatter_(1, weights.topk(usual.cells // 4, dim=1).indices, 1.0)
    masked = per_part(masks.float(), parts) > 0
    return (best[masked].sum() / masked.sum()).item()


def falls(model: str, regions: SpuriousRegions) -> str:
    """A line of the second table: area in the middle, parts among the best supported, likeness to the gradient's."""
    masks = made(model, regions, LOOKED_AT, SEEDS[0])
    alike = jaccard(masks, made(model, SpuriousRegions(mask_source="gradient"), LOOKED_AT, SEEDS[0])).mean().item()
    best = supported(model, masks, SEEDS[0])
    return f"{100 * middle(masks):.0f} % | {100 * best:.0f} % | {alike:.2f} |"


def put(name: str, table: str) -> None:
    """Write a table into its place on the page, and print it."""
    before, rest = PAGE.read_text().split(f"<!-- {name} -->\n")
    write_whole(PAGE, f"{before}<!-- {name} -->\n{table}\n<!-- end -->{rest.partition('<!-- end -->')[2]}".encode())
    sys.stdout.write(f"{table}\n\n")


def main() -> None:
    """Measure all, write the tables into the page and print them."""
    lines = ["| blamed for | " + " | ".join(f"`{model}`" for model in MODELS) + " |", "|---|" + "---|" * len(MODELS)]
    for title, asked in ASKED.items():
        found = [overlap(model, SpuriousRegions(**asked)) for model in MODELS]
        lines.append(f"| {title} | " + " | ".join(f"{value:.2f}" for value in found) + " |")
    put("masks twice", "\n".join(lines))
    lines = ["| model | area in the middle quarter | parts among the best supported quarter | overlap with the "
             "gradient's masks |", "|---|---|---|---|"]  # fmt: skip
    lines += [f"| `{model}` | {falls(model, SpuriousRegions())}" for model in FALLING]
    lines.append(f"| drawn by lot, for `{MODELS[0]}` | {falls(MODELS[0], SpuriousRegions(mask_source='random'))}")
    put("where masks fall", "\n".join(lines))


if __name__ == "__main__":
    main()
