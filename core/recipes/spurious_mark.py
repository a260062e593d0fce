"""Does an expert's mark make a model ignore what it should not use? `python -m core.recipes.spurious_mark`.

Ordinary networks learn from 12,000 images of Decoy MNIST, on which a grey square tells the class; then they are refined
with 50 of these on which the square is marked, or with one of the controls, which have the same pictures and other
regions: moved by lot, shuffled, none. All are judged on 10,000 test digits with the square as in training,
contradicting, moved and without it. Settings were chosen on images of the training split; no test image had a say in
them. `--held-out` judges on 10,000 of these instead, and keeps nothing. `--marks` writes the marked images that the
project ships.

The regions are the planted squares and a pixel around them, as an expert would draw them who sees one. There are but
four corners, so one of four shuffled regions lies on the square it is shuffled to: that control is weaker here than
elsewhere.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from core.base.atomic_files import write_whole
from core.catalog import DATASETS
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Objective
from core.datasets.decoy_mnist import places
from core.evaluation.paired import paired_means
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.right_reasons import SOURCES
from core.recipes.defence_checkpoints import DECOY_MARKS, DECOY_REFINED
from core.recipes.shipped_checkpoints import DECOY
from core.recipes.spurious_mark_table import JUDGED, KEPT, table
from core.spurious.marked_images import PACKAGED, MarkedImages, packed
from core.training.loop import refine
from core.trials.differences import over_seeds

MARKED = 50
SEEDS = (0, 1, 2, 3, 4)


def marks() -> MarkedImages:
    """The first 50 training images, on each the square and a pixel around it marked as spurious."""
    found = DATASETS["decoy_mnist"]().load("train")
    near = max_pool2d(places(MARKED, "train").float()[:, None], 3, stride=1, padding=1)[:, 0] > 0  # the first ones
    title = "Decoy MNIST, the square marked"
    return MarkedImages(found.images[:MARKED], found.labels[:MARKED], torch.zeros_like(near), near, mnist_cnn.LABELS,
                        title)  # fmt: skip


def learnt(net: Classifier, objective: Objective, data: Images, of: Any, seed: int) -> Classifier:
    """The network, trained in place by the settings of a recipe, all images of `data` in use, with this seed."""
    schedule = replace(of.request.schedule, seed=seed, held_out=0)
    for _ in refine(net, objective, data, schedule):
        pass
    return net


def right(net: Classifier, split: str) -> dict[str, Tensor]:
    """By data set which of 10,000 images (of the training split: the last ones) are answered right."""
    told = {}
    for name in JUDGED:
        data = DATASETS[name]().load("train" if split == "train" else "test")
        rows = slice(-10_000, None)
        answers = [net.probabilities(part.float() / 255).argmax(dim=1) for part in torch.split(data.images[rows], 500)]
        told[name] = torch.cat(answers) == data.labels[rows]
    return told


def trial(split: str = "test", seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """By arm and by data set the images right with each seed, and the differences, paired over images."""
    data, hits = DATASETS["decoy_mnist"]().load("train"), dict[str, list[dict[str, Tensor]]]()
    few = Images(data.images[: DECOY.request.images], data.labels[: DECOY.request.images], mnist_cnn.LABELS)
    for seed in seeds:
        base = learnt(mnist_cnn.fresh(seed), CrossEntropy(), few, DECOY, seed)
        hits.setdefault("before", []).append(right(base, split))
        for source in SOURCES:
            objective = replace(DECOY_MARKS, mask_source=source)
            hits.setdefault(source, []).append(right(learnt(base.copy(), objective, few, DECOY_REFINED, seed), split))
            sys.stderr.write(f"seed {seed}, {source}: "
                             f"{ {name: int(each.sum()) for name, each in hits[source][-1].items()} }\n")  # fmt: skip
    return {"images": MARKED, "seeds": list(seeds), "judged": 10_000, "right": {
        arm: {name: [int(found[name].sum()) for found in each] for name in JUDGED} for arm, each in hits.items()
    }, "expert_minus": {
        arm: {name: _difference(hits["expert"], each, name) for name in JUDGED}
        for arm, each in hits.items() if arm != "expert"
    }}  # fmt: skip


def _difference(first: list[dict[str, Tensor]], second: list[dict[str, Tensor]], name: str) -> dict[str, Any]:
    """The mean over the seeds of how often each image is answered right, first minus second, with two intervals.

    Paired over the images: of these very networks. "over_seeds": of networks trained anew, by Student's t.
    """
    means = [torch.stack([found[name].double() for found in seeds]).mean(dim=0).tolist() for seeds in (first, second)]
    each = [float((a[name].double() - b[name].double()).mean()) for a, b in zip(first, second, strict=True)]
    again = [round(end, 4) for end in over_seeds(each) or ()]
    return paired_means(*means).entry() | {"seeds": [round(one, 4) for one in each], "over_seeds": again}


def main() -> None:
    """See the module's first line."""
    parser = argparse.ArgumentParser(prog="python -m core.recipes.spurious_mark", description=(__doc__ or "")[:60])
    parser.add_argument("--held-out", action="store_true", help="judge on images of the training split; keep nothing")
    parser.add_argument("--seeds", type=int, nargs="+", help="other seeds; keep nothing")
    parser.add_argument("--marks", action="store_true", help="write the marked images that the project ships")
    asked = parser.parse_args()
    if asked.marks:
        write_whole(PACKAGED / f"{DECOY_MARKS.regions}.npz", packed(marks()))
        return
    found = trial("train" if asked.held_out else "test", asked.seeds or SEEDS)
    if not (asked.held_out or asked.seeds):
        write_whole(KEPT, (json.dumps(found, indent=1) + "\n").encode())
    sys.stdout.write(table(found) + "\n")


if __name__ == "__main__":
    main()
