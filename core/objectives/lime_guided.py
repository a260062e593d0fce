"""Attribution-guided refinement (Wang et al. 2026, arXiv 2601.00968): LIME says what is spurious, three levers act."""

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives._gradient_penalty import WAYS, mean_penalty
from core.objectives._guided import Guided, region_source
from core.occlusion.fills import FILLS, covered
from core.spurious.regions import WHOLE


@dataclass(frozen=True)
class LimeGuided(Guided):
    """[REC] u mean CE(x~) + a mean CE(x~ + delta) + l mean |M dlog p_y(x) / dx|^2 / |S|, M a mask of spurious parts S.

    x~ is x with S filled, in a part `masking` of the images; delta attacks x~ from a random start, in training mode;
    the penalty falls on a random part `penalised` of the images as they are. The paper's are the three levers (feature
    masking, sensitivity-aware regularisation, adversarial augmentation) and the loop of core.objectives._guided; the
    formulas are reconstructed. core.spurious.score says how S is found. Unmasked images count in full. With a smooth
    activation (core.layers.silu), adversarial 0 and clean 1 it penalises slopes off LIME's support and makes no
    attacks; its control is the same penalty on the whole picture.
    """

    key = "lime_guided"
    title = "LIME-guided refinement"
    plain = "Looks, by explanations, for regions the model should not rely on, and penalises relying on them."
    cite = "Wang et al. 2026, arXiv 2601.00968; formulas reconstructed"

    mask_source: str = region_source(WHOLE)
    masking: float = param(0.0, low=0.0, high=1.0, step=0.05, title="Share of images covered (0 = off)",
                           help="How many of the images have their spurious region covered while learning (the paper's "
                           "feature masking)")  # fmt: skip
    sensitivity: float = param(100.0, low=0.0, high=10_000.0, step=10.0, title="Weight of the penalty (0 = off)",
                               help="How much a reaction of the answer to changes of the spurious region counts (the "
                               "paper's sensitivity-aware regularisation)")  # fmt: skip
    adversarial: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of attacked images (0 = off)",
                               help="How much being right on attacked images counts (the paper's adversarial "
                               "augmentation)")  # fmt: skip
    clean: float = param(0.0, low=0.0, high=10.0, step=0.1, title="Weight of the images as they are",
                         help="Weight of being right on images that are not attacked")  # fmt: skip
    fill: str = param("patch", choices=FILLS, title="Covered with", help="What is put in place of a spurious region")
    penalty: str = param("exact", choices=WAYS, title="Penalty by",
                         help="Exactly, by double backpropagation, or by a difference along the gradient: a little "
                         "quicker, noisier")  # fmt: skip
    penalised: float = param(0.125, low=0.01, high=1.0, step=0.005, title="Images penalised",
                             help="Share of the images of a batch the penalty is computed on")  # fmt: skip
    steps: int = param(1, low=1, high=50, title="Steps of the attack", help="How many steps it takes on every batch")
    step_ratio: float = param(1.25, low=0.01, high=2.0, title="Step", help="Step length over the strength")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.adversarial == 0 and self.clean == 0:
            raise ValueError("lime_guided: expected a weight above 0 for attacked images or for images as they are")
        if self.mask_source in WHOLE and self.masking > 0:
            raise ValueError("lime_guided: with all of a picture covered nothing is left to see, so cover none of them")

    @property
    def maskless(self) -> str:
        idle = self.masking == 0 and self.sensitivity == 0
        return super().maskless or ("nothing is to be covered and nothing penalised" if idle else "")

    @property
    def pairs(self) -> bool:
        return self.fill == "patch" and self.masking > 0 and self.mask_source != "none"

    def shown(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """(x~ (n, C, H, W), which rows (n,) have something covered)."""
        return covered(batch, self.fill, self.masking)

    def attack(self, classifier: Classifier, batch: Batch) -> Tensor | None:
        if self.adversarial == 0:
            return None
        images, _ = self.shown(batch)
        return ascend(
            attack_loss(classifier, batch.labels), images, eps=self.eps, step=self.step_ratio * self.eps,
            steps=self.steps, start=batch.start(self.eps, images),
        )  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        """The parts are not weighted. `covered`: share of the images with something covered; `on_covered`: what those
        contribute to the first part there is. Their mean loss, on_covered / covered, should not be below the others'.
        """
        images, hidden = self.shown(batch)
        total, parts = batch.images.new_zeros(()), {}
        for name, weight, given in (("adversarial", self.adversarial, attacked), ("clean", self.clean, images)):
            if weight > 0 and given is not None:
                values = cross_entropy(classifier(given), batch.labels, reduction="none")
                total = total + weight * values.mean()
                parts[name] = values.mean().item()
                if "covered" not in parts and batch.masks is not None and self.masking > 0:
                    parts["covered"] = hidden.float().mean().item()
                    parts["on_covered"] = (values * hidden).mean().item()
        if self.sensitivity > 0 and batch.masks is not None:
            mean = mean_penalty(self.penalty, classifier, batch, batch.masks, self.penalised)
            total = total + self.sensitivity * mean
            parts["sensitivity"] = mean.item()
        return total, parts


OBJECTIVES: tuple[type[Objective], ...] = (LimeGuided,)
