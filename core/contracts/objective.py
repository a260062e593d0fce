"""What a training objective is: how it attacks a batch, what it then descends, and what it keeps between epochs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from core.base.params import Method, param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.strength import linf_strength

Loss = tuple[Tensor, Mapping[str, float]]


@dataclass(frozen=True)
class Objective(Method, ABC):
    """One training batch -> the loss to descend (a scalar with gradients, a mean over rows but for `whole`), its parts.

    The loop calls `attack` once and `loss` once, or twice where the weights are perturbed in between; both find the
    network in training mode. Whatever is random comes from `Batch.draw`. Unless `precise`, logits may come in bf16,
    whose steps below 1 are 1/256: use log_softmax and its like, which compute in fp32, not log(1 - p).

    An objective that keeps masks says when they are due, makes them in `refresh` and describes them in `audit`. The
    loop holds them, saves them, and hands out each image's with the image, augmented alike, as `Batch.masks`.
    """

    precise: ClassVar[bool] = False  # True: never in bf16 (double backpropagation)
    region: ClassVar[str] = "spurious"  # what its masks call the region under them, on the screen
    kept_as: ClassVar[torch.dtype] = torch.bool  # float16: what it keeps for each image is a map of numbers, not a mask
    needs: ClassVar[str] = ""  # the key of the layer (core.layers) that the network must have, if any
    settled: ClassVar[bool] = False  # True: asks the network in evaluation mode too, so its statistics count in a step
    whole: ClassVar[bool] = False  # True: its loss is that of a whole batch, no mean over rows: one process, one pass

    @property
    def named(self) -> str:
        """Its title, and for a control what it is a control by."""
        return self.title

    def obstacle(self, classifier: Classifier) -> str:
        """Why this classifier cannot be trained by it, in one sentence; "" if it can."""
        return ""

    @property
    def pairs(self) -> bool:
        """Whether each image comes with another one and its label, as `Batch.others` and `Batch.other_labels`."""
        return False

    @property
    def judged_at(self) -> float | None:
        """The strength in L-infinity under which the held-out images choose the epoch; None: they are not attacked."""
        return None

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        """The images as the attacker would have them, detached; (n, V, C, H, W) of V views of each; None: no attack."""
        return None

    @abstractmethod
    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The mean loss over the rows, and the numbers to log."""

    def __call__(self, classifier: Classifier, batch: Batch) -> Loss:
        return self.loss(classifier, batch, self.attack(classifier, batch))

    def perturbs(self, epoch: int) -> float:
        """How far the weights are perturbed against the loss in this epoch (AWP's gamma); 0 for not at all."""
        return 0.0

    def begin(self) -> Mapping[str, float]:
        """The numbers that it keeps from step to step, at the start; it finds them in `Batch.kept`."""
        return {}

    def advance(self, kept: Mapping[str, float], parts: Mapping[str, float]) -> Mapping[str, float]:
        """What they are after a step whose loss had these parts, over all rows of all processes."""
        return kept

    def due(self, epoch: int) -> bool:
        """Whether masks are made before this epoch (from 0)."""
        return False

    def unguided(self, epochs: int) -> str:
        """A sentence if a training of so many epochs will never make the masks it is there to make; else ""."""
        return ""

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        """Masks (n, H, W), bool, or maps of the type `kept_as`, for images that are not augmented; None for none.

        Called with one part of the training data after another, `batch.masks` being the last; `batch.whole` counts all
        of it, so `Batch.draw` is for small draws here. `teacher` has the averaged weights, if there are any."""
        return None

    def example_masks(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        """Masks (n, H, W), bool, that a step makes for these images; None: none. A run keeps a few after each epoch."""
        return None

    def brought(self) -> tuple[Tensor, Tensor, Tensor] | None:
        """Images that it brings along, uint8 (m, C, H, W), with masks (m, H, W), bool, and labels (m,); None: none."""
        return None

    def rows(self, count: int, epoch: int, seed: int) -> Tensor:
        """Which of `count` images get new masks before this epoch, in order; the others keep theirs."""
        return torch.arange(count)

    def arrange(self, masks: Tensor, seed: int) -> Tensor:
        """The new masks (N, H, W) as they are to be handed out: a control may give them to other images."""
        return masks

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        """Numbers to log about the masks (N, H, W) just made; `before` are the ones they replace."""
        return {}


@dataclass(frozen=True)
class Adversarial(Objective, ABC):
    """An objective that attacks in L-infinity. Adversarial weight perturbation (AWP; Wu, Xia, Wang 2020, arXiv
    2004.05884) is an option, which the loop applies around `loss`: see core.training.awp.
    """

    eps: float = linf_strength()
    awp: float = param(0.0, low=0.0, high=0.05, step=0.001, title="Weight perturbation",
                       help="Also learn under the worst small change of the weights, this fraction of their length "
                       "(AWP); 0 is off")  # fmt: skip
    awp_after: int = param(
        0, low=0, high=1000, title="Weight perturbation from", help="Epochs without weight perturbation at the start"
    )

    @property
    def judged_at(self) -> float | None:
        return self.eps

    @property
    def reach(self) -> float:
        """The most by which its attack changes a value of a pixel: `eps`, but for one that leaves that ball."""
        return self.eps

    @abstractmethod
    def attack(self, classifier: Classifier, batch: Batch) -> Tensor | None: ...

    def perturbs(self, epoch: int) -> float:
        return self.awp if epoch >= self.awp_after else 0.0


def expect_attacked(attacked: Tensor | None) -> Tensor:
    """The attacked images; ValueError if the caller left them out."""
    if attacked is None:
        raise ValueError("expected attacked images, got none")
    return attacked
