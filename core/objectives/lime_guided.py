"""Attribution-guided refinement (Wang et al. 2026, arXiv 2601.00968): LIME says what is spurious, three levers act."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.params import param
from core.contracts.ascend import ascend
from core.contracts.attack_loss import attack_loss
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial, Loss, Objective
from core.objectives._gradient_penalty import WAYS, mean_penalty
from core.objectives._mask_cycles import MaskCycles
from core.occlusion.fills import FILLS, covered
from core.occlusion.superpixels import KINDS
from core.spurious.controls import CONTROLS, shuffled_masks
from core.spurious.mask_leakage import mask_leakage
from core.spurious.mask_statistics import mask_statistics
from core.spurious.regions import CLASSES, POLARITIES, SOURCES, SpuriousRegions

PARTS = {kind: KINDS[kind] for kind in ("grid", "slic")}


@dataclass(frozen=True)
class LimeGuided(MaskCycles, Adversarial):
    """[REC] u mean CE(x~) + a mean CE(x~ + delta) + l mean |M dlog p_y(x) / dx|^2 / |S|, M a mask of spurious parts S.

    x~ is x with S filled, in a part `masking` of the images; delta attacks x~ from a random start, in training mode;
    the penalty falls on a random part `penalised` of the images as they are. The paper's are the three levers (feature
    masking, sensitivity-aware regularisation, adversarial augmentation) and the loop: every few epochs masks are made
    for one of the `groups` of images, so that an image gets a new one every `every` x `groups` epochs; the formulas are
    reconstructed. core.spurious.score says how S is found. Unmasked images count in full.
    """

    key = "lime_guided"
    title = "LIME-guided refinement"
    plain = "Looks, by explanations, for regions the model should not rely on, and penalises relying on them."
    cite = "Wang et al. 2026, arXiv 2601.00968; formulas reconstructed"

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
    mask_source: str = param("lime", choices=SOURCES, title="Spurious region from",
                             help="Where the regions come from; all but LIME are controls: they tell whether the "
                             "explanation adds anything")  # fmt: skip
    explained: str = param("teacher", choices=CLASSES, title="Class explained",
                           help="Whose support is looked at; a region found with the true label can "
                           "give the label away")  # fmt: skip
    polarity: str = param("against", choices=POLARITIES, title="Polarity",
                          help="Whether a sensitive region counts as spurious when it does not support the class, or "
                          "when it does")  # fmt: skip
    fill: str = param("patch", choices=FILLS, title="Covered with", help="What is put in place of a spurious region")
    area: float = param(0.25, low=0.05, high=0.95, step=0.05, title="Size of the spurious region",
                        help="Share of the parts called spurious")  # fmt: skip
    instability: float = param(0.0, low=0.0, high=10.0, step=0.1, title="Weight of instability",
                               help="How much a part is blamed for a LIME weight that varies "
                               "between repeats")  # fmt: skip
    irrelevance: float = param(1.0, low=0.0, high=10.0, step=0.1, title="Weight of sensitivity without support",
                               help="How much a part is blamed for moving the answer "
                               "without supporting it")  # fmt: skip
    parts: str = param("grid", choices=PARTS, title="Parts", help="Square cells, or regions along edges")
    cells: int = param(16, low=4, high=100, title="Number of parts", help="Into how many parts an image is cut")
    samples: int = param(33, low=2, high=1000, title="LIME samples", help="Covered copies of an image in one repeat; "
                         "fewer than twice the number of parts cannot tell parts apart")  # fmt: skip
    repeats: int = param(1, low=1, high=10, title="Repeats", help="How often LIME is asked, to see what is unstable")
    noise: float = param(10 / 255, low=0.0, high=64 / 255, title="Noise of a repeat", unit="/255",
                         help="Standard deviation of the noise added in each repeat")  # fmt: skip
    first: int = param(1, low=0, high=1000, title="First regions after … epochs",
                       help="Epochs before spurious regions are looked for at all")  # fmt: skip
    every: int = param(3, low=1, high=1000, title="New regions every … epochs",
                       help="Spurious regions are looked for anew so often, as the model changes")  # fmt: skip
    groups: int = param(4, low=1, high=50, title="Groups", was="turns", help="In how many groups all images "
                        "get new regions, one after the other: 4 means a quarter each time")  # fmt: skip
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
        SpuriousRegions.of(self)

    @property
    def named(self) -> str:
        return self.title + (f" ({CONTROLS[self.mask_source]})" if self.mask_source in CONTROLS else "")

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

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        return SpuriousRegions.of(self).masks(classifier, teacher, batch)

    def arrange(self, masks: Tensor, seed: int) -> Tensor:
        return shuffled_masks(masks, seed) if self.mask_source == "shuffled" else masks

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        return {**mask_statistics(masks, before), **mask_leakage(masks, labels)}


OBJECTIVES: tuple[type[Objective], ...] = (LimeGuided,)
