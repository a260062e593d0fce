"""Do critical pixels matter: what an attack achieves on them alone, on all others, and on as many random others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base import cancellation
from core.base.params import param
from core.contracts.ascend import OnStep, ascend, random_start
from core.contracts.attack_loss import attack_loss
from core.contracts.classifier import Classifier
from core.detection.critical_pixels.outcomes import ALL, CRITICAL, OTHERS, RANDOM, SetOutcomes

Make = Callable[[Tensor, Tensor], Tensor]  # (rows, pixels (H, W) bool) -> changed images of these rows


@dataclass(frozen=True)
class PixelsPGD(PGD):
    """PGD that changes only some pixels: x_{t+1} = Proj(x_t + step m sign(grad CE(x_t, y))), m = 1 on them, else 0.

    `pixels`: their places, counted row by row; every channel of a pixel may change. The random start is PGD's of the
    same seed, times m. With one step of 0.1 on a linear model with weights (3, -4), only the second pixel moves:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> attack = PixelsPGD(eps=0.2, step=0.05, steps=2, random_start=False, pixels=(1,))
    >>> [round(each, 4) for each in attack(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])).flatten().tolist()]
    [0.5, 0.6]
    """

    key = "pixels_pgd"
    title = "PGD on some pixels"
    plain = "Takes many small steps towards a wrong answer, on chosen pixels only."

    pixels: tuple[int, ...] = param((), title="Pixels", help="Places of the pixels that may change, row by row")

    def run(
        self, classifier: Classifier, images: Tensor, labels: Tensor, targets: Tensor | None, seed: int,
        on_step: OnStep | None,
    ) -> Tensor:  # fmt: skip
        height, width = images.shape[2:]
        if not all(0 <= each < height * width for each in self.pixels):
            raise ValueError(f"expected places of pixels from 0 to {height * width - 1}")
        free = torch.zeros(height * width, dtype=torch.bool)
        free[list(self.pixels)] = True
        free = free.view(height, width).to(images.device)
        generator = torch.Generator().manual_seed(seed)
        start = random_start(images, self.eps, self.norm, generator) if self.random_start else images
        return ascend(
            attack_loss(classifier, labels, targets), images, eps=self.eps, step=self.step, steps=self.steps,
            start=torch.where(free, start, images), smooth=lambda slope: torch.where(free, slope, 0.0), on_step=on_step,
        )  # fmt: skip


def pixel_sets(chosen: Tensor, draws: int = 5, seed: int = 0) -> dict[str, Tensor]:
    """critical, others, all, and "random 1" to "random draws": as many pixels as critical ones, drawn from the others.

    chosen: (H, W) bool. Where fewer others are left than critical pixels, a random set is all of these.

    >>> sets = pixel_sets(torch.tensor([[True, False, False]]), draws=1)
    >>> {name: int(pixels.sum()) for name, pixels in sets.items()}, bool((sets["random 1"] & sets["critical"]).any())
    ({'critical': 1, 'others': 2, 'all': 3, 'random 1': 1}, False)
    """
    chosen = chosen.bool()
    sets = {CRITICAL: chosen, OTHERS: ~chosen, ALL: torch.ones_like(chosen)}
    left = (~chosen).flatten().nonzero()[:, 0]
    generator = torch.Generator().manual_seed(seed)
    for draw in range(1, draws + 1):
        drawn = left[torch.randperm(len(left), generator=generator)[: int(chosen.sum())]]
        pixels = torch.zeros(chosen.numel(), dtype=torch.bool).index_fill(0, drawn, True)
        sets[f"{RANDOM} {draw}"] = pixels.view(chosen.shape)
    return sets


def attacked_on(
    classifier: Classifier, images: Tensor, labels: Tensor, sets: Mapping[str, Tensor], attack: PGD, *,
    seed: int = 0, batch: int = 100, on_done: Callable[[int, int], None] | None = None,
) -> SetOutcomes:  # fmt: skip
    """`attack` on each set of pixels alone: images (N, C, H, W) in [0, 1] with labels (N,), sets as `pixel_sets`.

    The images should not be those on which the pixels were found. ValueError if none of them is answered right.
    """

    def make(rows: Tensor, pixels: Tensor) -> Tensor:
        places = tuple(pixels.flatten().nonzero()[:, 0].tolist())
        only = PixelsPGD(attack.eps, attack.step, attack.steps, attack.random_start, places)
        return only(classifier, images[rows], labels[rows], seed=seed + int(rows[0])).cpu()

    return _outcomes(classifier, images, labels, sets, make, "attacked on these pixels alone", batch, on_done)


def spliced(
    classifier: Classifier, images: Tensor, attacked: Tensor, labels: Tensor, sets: Mapping[str, Tensor], *,
    batch: int = 100, on_done: Callable[[int, int], None] | None = None,
) -> SetOutcomes:  # fmt: skip
    """The originals with the values of `attacked` (N, C, H, W), images of any attack, on each set of pixels.

    "others" so is the attacked image with the original's values on the critical pixels. ValueError as in `attacked_on`.
    """
    if attacked.shape != images.shape:
        raise ValueError(f"expected attacked images of shape {tuple(images.shape)}, got {tuple(attacked.shape)}")

    def make(rows: Tensor, pixels: Tensor) -> Tensor:
        return torch.where(pixels, attacked[rows], images[rows])

    return _outcomes(classifier, images, labels, sets, make, "attacked image's values on these pixels", batch, on_done)


def _outcomes(
    classifier: Classifier, images: Tensor, labels: Tensor, sets: Mapping[str, Tensor], make: Make, measure: str,
    batch: int, on_done: Callable[[int, int], None] | None,
) -> SetOutcomes:  # fmt: skip
    """Each set in turn, on the images that are answered right; `on_done` is told (done, of) in images."""
    parts = [slice(begin, begin + batch) for begin in range(0, len(images), batch)]
    right = [_answers(classifier, images[part]) == labels[part] for part in parts]
    rows = torch.cat([*right, torch.zeros(0, dtype=torch.bool)]).nonzero()[:, 0]
    if not len(rows):
        raise ValueError("none of the images is answered right")
    fooled: dict[str, Tensor] = {}
    lengths: dict[str, float] = {}
    for place, (name, pixels) in enumerate(sets.items()):
        hits, sizes = [], []
        for begin in range(0, len(rows), batch):
            cancellation.check()
            part = rows[begin : begin + batch]
            made = make(part, pixels)
            hits.append(_answers(classifier, made) != labels[part])
            sizes.append((made - images[part]).flatten(1).norm(dim=1))
            if on_done is not None:
                on_done(place * len(rows) + min(begin + batch, len(rows)), len(sets) * len(rows))
        fooled[name], lengths[name] = torch.cat(hits), float(torch.cat(sizes).mean())
    return SetOutcomes(measure, {name: int(each.sum()) for name, each in sets.items()}, fooled, lengths)


def _answers(classifier: Classifier, images: Tensor) -> Tensor:
    return classifier.probabilities(images).argmax(dim=1).cpu()
