"""`python -m core.recipes.redraw_cifar100`: all images of CIFAR-100 in a split drawn anew, which its checkpoints use.

The split is not the published one: a network trained on it has seen published test images, so nothing measured on it is
CIFAR-100's test accuracy, and no published figure is set beside it.
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping

import torch

from core.base.atomic_files import whole
from core.base.errors import with_advice
from core.base.paths import folder
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.formats.npz import Split
from core.data.formats.npz_write import write

REDRAWN = "cifar100_redrawn"
TEST = 100  # images of each class
SPLIT = (
    "all 60,000 images of CIFAR-100 in a split drawn anew: of each class, in the order of the SHA-256 of their pixels, "
    "the first 100 for testing and the other 500 for training. It is not the published split; nothing measured on it "
    "is CIFAR-100's test accuracy"
)


def redrawn(parts: list[Images], test: int = TEST) -> Mapping[Split, Images]:
    """All images of the parts, in the order of the SHA-256 of their pixels (rows of RGB triples), split by class.

    The first `test` images of each class are for testing, the rest for training.
    """
    images, labels = torch.cat([part.images for part in parts]), torch.cat([part.labels for part in parts])
    rows = images.permute(0, 2, 3, 1).contiguous().numpy()
    digests = [hashlib.sha256(row.tobytes()).digest() for row in rows]
    order = sorted(range(len(labels)), key=lambda index: (digests[index], int(labels[index])))
    seen: dict[int, int] = {}
    places: dict[Split, list[int]] = {"train": [], "test": []}
    for index in order:
        label = int(labels[index])
        seen[label] = seen.get(label, 0) + 1
        places["test" if seen[label] <= test else "train"].append(index)
    return {split: Images(images[kept], labels[kept], parts[0].classes) for split, kept in places.items()}


def main() -> int:
    """0 when the file is written; 2, with one sentence, where CIFAR-100 cannot be had."""
    argparse.ArgumentParser(prog="python -m core.recipes.redraw_cifar100", description=__doc__).parse_args()
    path = folder("data") / f"{REDRAWN}.npz"
    try:
        splits = redrawn([load_data("cifar100", "train"), load_data("cifar100", "test")])
        with whole(path) as file:
            write(file, splits.__getitem__)
    except (ValueError, OSError) as error:
        sys.stderr.write(with_advice(error) + "\n")
        return 2
    sys.stdout.write(f"{path}: {len(splits['train']):,} images for training, {len(splits['test']):,} for testing\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
