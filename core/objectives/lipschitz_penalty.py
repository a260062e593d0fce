"""The robust training of Woods, Chen, Teuscher (2019, arXiv 1906.02896): an adaptive penalty on input gradients."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base import cancellation
from core.base.params import param
from core.contracts.attack_loss import label_loss, margin
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.contracts.rms_walk import rms, rms_walk

TARGET = 1.5 / math.log(10)  # of the loss of guessing: 1.5 for ten classes
GAIN = 0.02  # of the exponent: strength = initial * exp(GAIN * I)
BETTER, WORSE = 1.0, 0.01  # the most that I rises and falls in a step
ATTACKS = {
    "none": "none",
    "fixed": "up to a fixed size",
    "smallest": "as small as still fools (minimal norm)",
}
SIZES = {"fixed": 0.01, "smallest": 0.1}  # RMS that the steps of the attack add up to, as in the authors' code


@dataclass(frozen=True)
class LipschitzPenalty(Objective):
    """mean CE + psi mean |d s / d x|^2, the mean over images and values, with one random score s of each image.

    s = z_k with k drawn uniformly, and in a share `tandem` of the images s = z_y - max_{j != y} z_j. The strength
    adapts: psi = initial exp(0.02 I), and after each step I <- max(0, I + clip(-ln(CE / L), -0.01, 1)): it rises while
    the cross-entropy is below L, `target` of that of guessing, ln K: 1.5 for ten classes. Images are in [0, 1]. As in
    the authors' code, but there I moves before psi is taken, a step earlier. Their network has half-Huber ReLUs, a
    layer of their own here (core.layers.half_huber_relu), and is trained for 200 epochs.

    With attacks, half of the images of a batch (drawn) are attacked in RMS without bounds on a pixel's values: in
    `attack_steps` steps of core.contracts.rms_walk, to at most `size`, or to the smallest change that fools (none where
    none does). As there, the attack finds the network in training mode.
    """

    key = "lipschitz_penalty"
    title = "Adaptive Lipschitz penalty"
    precise = True
    plain = (
        "Penalises how strongly the answers react to any pixel, ever more while the model can afford it. Without "
        "attacks in training, expect less protection against strong attacks than from learning under attack."
    )
    cite = "Woods, Chen, Teuscher 2019, arXiv 1906.02896"

    target: float = param(TARGET, low=0.01, high=0.99, step=0.01, title="Loss to aim at",
                          help="The penalty grows while the model's loss is below this share of the loss of guessing; "
                          "lower keeps more of the accuracy")  # fmt: skip
    initial: float = param(220.0, low=0.0, high=1e5, step=10.0, title="Weight of the penalty at the start",
                           help="How much the reaction to the pixels counts at first")  # fmt: skip
    tandem: float = param(0.2, low=0.0, high=1.0, step=0.05, title="Share of images penalised by their lead",
                          help="In these the lead of the right answer over the next is what may not react; in the "
                          "others, the score of an answer drawn at random")  # fmt: skip
    attacks: str = param("none", choices=ATTACKS, title="Attacks while learning",
                         help="Half of the images may be attacked as well")  # fmt: skip
    attack_steps: int = param(7, low=1, high=100, title="Steps of the attack", help="How many steps it takes")

    def begin(self) -> Mapping[str, float]:
        return {"gain": 0.0}

    def advance(self, kept: Mapping[str, float], parts: Mapping[str, float]) -> Mapping[str, float]:
        """I after a step.

        >>> LipschitzPenalty().advance({"gain": 0.0}, {"of_guessing": TARGET / math.e})
        {'gain': 1.0}
        >>> LipschitzPenalty().advance({"gain": 1.0}, {"of_guessing": 2 * TARGET})
        {'gain': 0.99}
        """
        better = -math.log(max(parts["of_guessing"], 1e-30) / self.target)
        return {"gain": max(0.0, kept["gain"] + min(max(better, -WORSE), BETTER))}

    def strength(self, kept: Mapping[str, float]) -> float:
        """psi, from what is kept."""
        return self.initial * math.exp(GAIN * kept.get("gain", 0.0))

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        if self.attacks == "none":
            return None
        drawn = batch.draw("half", lambda shape, draws: torch.rand(shape, generator=draws), ()) < 0.5
        images, labels, size = batch.images[drawn], batch.labels[drawn], SIZES[self.attacks]
        if not len(images):
            return batch.images
        best = torch.zeros_like(images)
        smallest = torch.full((len(images),), torch.inf, device=images.device)

        def look(_: int, change: Tensor, length: Tensor, going: Tensor) -> None:
            better = ~going & (length < smallest)
            best[better], smallest[better] = change[better], length[better]

        def onward(logits: Tensor, length: Tensor) -> Tensor:
            return length < size if self.attacks == "fixed" else logits.argmax(dim=1) == labels

        change = rms_walk(
            classifier, images, lambda logits: label_loss(logits, labels), onward, eps=size, steps=self.attack_steps,
            look=look if self.attacks == "smallest" else None,
        )  # fmt: skip
        attacked = batch.images.clone()
        attacked[drawn] = images + (best if self.attacks == "smallest" else change)
        return attacked.detach()

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The parts: cross_entropy, of_guessing (the same over ln K), penalty (without its weight), strength (psi)."""
        images = (batch.images if attacked is None else attacked).detach().requires_grad_(True)
        psi, labels = self.strength(batch.kept), batch.labels
        logits = classifier(images)
        right = cross_entropy(logits, labels)
        kinds = batch.draw("tandem", lambda shape, draws: torch.rand(shape, generator=draws), ()) < self.tandem
        classes = batch.draw(
            "class", lambda shape, draws: torch.randint(logits.shape[1], shape, generator=draws), ()
        )  # fmt: skip
        score = torch.where(kinds, margin(logits, labels), logits.gather(1, classes[:, None])[:, 0])
        (slope,) = torch.autograd.grad(score.sum(), images, create_graph=True)
        cancellation.extra(2 * len(images))  # the second way back, about what it takes
        penalty = rms(slope).square().mean()
        parts = {"cross_entropy": right.item(), "of_guessing": right.item() / math.log(logits.shape[1])}
        return right + psi * penalty, {**parts, "penalty": penalty.item(), "strength": psi}


OBJECTIVES: tuple[type[Objective], ...] = (LipschitzPenalty,)
