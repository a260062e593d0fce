"""How much of a mask is the image and how much the draw: `python -m core.mask_trials`.

For the first images that `cifar10_resnet20:standard` was trained on, masks are made twice, with other seeds. Their mean
overlap (Jaccard) is 1 where a mask says something about the image and the model alone, and that of `random` where it
says nothing. The table goes into assets/references/refinement.md.
"""

import sys
from typing import Any

import torch

from core.atomic import write_whole
from core.batch import Batch
from core.catalog import DATASETS, load_classifier
from core.mask_numbers import jaccard
from core.regions import Regions
from core.trials import PAGE

MODELS = ("cifar10_resnet20:standard", "cifar10_resnet20:fast_adversarial")
IMAGES, SEEDS = 60, (1, 2)
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


def overlap(model: str, regions: Regions) -> float:
    """The mean Jaccard index of the masks from the two seeds."""
    classifier, data = load_classifier(model), DATASETS["cifar10"]().load("train")
    rows = torch.arange(IMAGES)
    images, labels = data.images[:IMAGES].float() / 255, data.labels[:IMAGES]
    made = [
        regions.masks(classifier, classifier, Batch(images, labels, rows, seed, first=0, whole=IMAGES))
        for seed in SEEDS
    ]
    assert made[0] is not None
    assert made[1] is not None
    return jaccard(made[0], made[1]).mean().item()


def main() -> None:
    """Measure all, write the table into the page and print it."""
    lines = ["| blamed for | " + " | ".join(f"`{model}`" for model in MODELS) + " |", "|---|" + "---|" * len(MODELS)]
    for title, asked in ASKED.items():
        found = [overlap(model, Regions(**asked)) for model in MODELS]
        lines.append(f"| {title} | " + " | ".join(f"{value:.2f}" for value in found) + " |")
    table = "\n".join(lines)
    before, rest = PAGE.read_text().split("<!-- masks twice -->\n")
    write_whole(
        PAGE, f"{before}<!-- masks twice -->\n{table}\n<!-- end -->{rest.partition('<!-- end -->')[2]}".encode()
    )
    sys.stdout.write(table + "\n")


if __name__ == "__main__":
    main()
