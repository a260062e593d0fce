"""Deletion and insertion over many images at once beside one image, one step at a time.

On a CPU core the passes themselves are the ceiling: of ResNet-20, 792 images took 2.3 s one by one and
0.96 s in batches, and deletion as a whole 1.00 s. The aim is for devices that a batch keeps busy.
"""

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.metrics.deletion import Deletion
from core.metrics.insertion import Insertion, blurred
from tests.bench.subjects import pictures, small
from tests.bench.timing import Row, Settings, Work, faster, race


def one_at_a_time(classifier: Classifier, start: Tensor, end: Tensor, target: int, values: Tensor, steps: int) -> float:
    """The area under the target's probability, a pass for every step, as the authors' code does by default."""
    order = values.flatten().argsort(descending=True)
    current, scores = start.clone(), [classifier.probabilities(start[None])[0, target].item()]
    for part in order.tensor_split(steps):
        current.flatten(1)[:, part] = end.flatten(1)[:, part]
        scores.append(classifier.probabilities(current[None])[0, target].item())
    return (sum(scores) - scores[0] / 2 - scores[-1] / 2) / steps


def deletion_insertion(settings: Settings) -> list[Row]:
    classifier, count, steps = small(), settings.pick(24, 4), 32
    images, answers = pictures(classifier, count)
    maps = torch.randn(count, *images.shape[2:], generator=torch.Generator().manual_seed(0))
    mean = images.new_tensor(classifier.mean).view(-1, 1, 1)
    empty, hazy = mean.expand_as(images), blurred(images, mean)
    rows = []
    for metric, starts, ends in ((Deletion(steps=steps), images, empty), (Insertion(steps=steps), hazy, images)):

        def ours(_repeat: int, metric: Deletion | Insertion = metric) -> list[float]:
            return metric(classifier, images, answers, Attribution(maps)).tolist()

        def loop(_repeat: int, starts: Tensor = starts, ends: Tensor = ends) -> list[float]:
            each = zip(starts, ends, answers.tolist(), maps, strict=True)
            return [one_at_a_time(classifier, *given, steps) for given in each]

        apart = max(abs(a - b) for a, b in zip(ours(0), loop(0), strict=True))
        assert apart < 1e-4, f"the two disagree by {apart}"
        works: dict[str, Work] = {"ours": ours, "loop": loop}
        times = race(works, settings.pick(5, 1))
        note = f"{count} images of 32 px, {steps} steps, {classifier.key}, fp32; the two agree to {apart:.0e}"
        rows.append(
            faster(f"{metric.title}, 32 px", "one image, one step at a time", 10, times["ours"], times["loop"], note)
        )
    return rows


ROWS = {"deletion_insertion": deletion_insertion}
