"""LIME at equal samples beside the `lime` package: one large picture, and many small ones."""

from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier
from core.explainers.lime import Lime
from core.occlusion.masking import batch_size
from core.occlusion.superpixels import superpixels
from tests.bench.subjects import as_lime, for_lime, large, pictures, plain, small
from tests.bench.timing import Row, Settings, Work, clock, faster, median, race


def with_lime(
    net: nn.Module, image: Tensor, target: int, samples: int, seed: int, segmentation: str, count: int = 50
) -> np.ndarray:
    """The map (H, W) of the `lime` package; its own superpixels (quickshift), or those of another kind."""
    from lime.lime_image import LimeImageExplainer

    other = (
        None if segmentation == "quickshift" else (lambda _: superpixels(image[None], segmentation, count)[0].numpy())
    )
    found = LimeImageExplainer(random_state=seed).explain_instance(
        as_lime(image), partial(for_lime, net), labels=(target,), top_labels=None, num_samples=samples,
        random_seed=42, segmentation_fn=other,
    )  # fmt: skip
    weights = np.zeros(found.segments.max() + 1)
    for part, weight in found.local_exp[target]:
        weights[part] = weight
    return weights[found.segments]


def bare_forward(classifier: Classifier, images: int, half: bool) -> float:
    """Seconds of `images` forward passes alone, in the engine's batches, precision and memory format (of 3, median)."""
    size = min(images, batch_size(torch.zeros(1, *classifier.size)))
    batch = torch.rand(size, *classifier.size).contiguous(memory_format=torch.channels_last)

    def work(_repeat: int) -> None:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            for _ in range(images // size):
                classifier.net(batch)

    return (median([clock(work, 0) for _ in range(3)]) or 0) * images / (images // size * size)


def equal_samples(settings: Settings) -> list[Row]:
    classifier, samples = large(), settings.pick(1000, 40)
    images, answers = pictures(classifier, 1)
    net = plain(classifier)
    works: dict[str, Work] = {
        "lime": lambda repeat: with_lime(net, images[0], int(answers[0]), samples, repeat, "quickshift")
    }
    for precision in ("fp32", "bf16"):
        method = Lime(samples=samples, segmentation="quickshift", precision=precision)
        works[precision] = lambda repeat, method=method: method(classifier, images, answers, seed=repeat)
    times = race(works, settings.pick(3, 1), warm=False)
    rows = []
    for precision in ("fp32", "bf16"):
        bare = bare_forward(classifier, samples, precision == "bf16")
        note = f"{samples} samples, {precision} against fp32, lime's superpixels for both; bare passes {bare:.2f} s"
        name = f"LIME, 224 px, {precision}"
        rows.append(faster(name, "lime", 1.3, times[precision], times["lime"], note, bare=bare, samples=samples))
    return rows


def many_small(settings: Settings) -> list[Row]:
    """The same pictures cut alike. lime's own superpixels leave one to three parts of a 32 px picture: a row apart."""
    classifier, samples, count = small(), settings.pick(64, 20), settings.pick(256, 8)
    images, answers = pictures(classifier, count)
    net, rows = plain(classifier), []
    for segmentation in ("slic", "quickshift"):
        method = Lime(samples=samples, segmentation=segmentation, precision="bf16")

        def loop(repeat: int, segmentation: str = segmentation) -> None:
            for image, answer in zip(images, answers.tolist(), strict=True):
                with_lime(net, image, answer, samples, repeat, segmentation)

        def ours(repeat: int, method: Lime = method) -> None:
            method(classifier, images, answers, seed=repeat)

        times = race({"ours": ours, "lime": loop}, settings.pick(3, 1), warm=False)
        bare = bare_forward(classifier, samples * count, half=True)
        bound = (median(times["lime"]) or 0) / bare
        note = (
            f"{count} images, {samples} samples each, {classifier.key}, {segmentation}, bf16 against fp32; the bare "
            f"passes alone take {bare:.2f} s, so {bound:.1f} is the most that any engine could reach in these passes"
        )
        name = f"LIME, {count} CIFAR images, {segmentation}"
        rows.append(
            faster(name, "a loop over lime", 20, times["ours"], times["lime"], note, bare=bare, samples=samples)
        )
    return rows


ROWS = {"lime_equal_samples": equal_samples, "lime_256_cifar": many_small}
