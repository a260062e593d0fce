"""The adversarial explanation of Woods, Chen, Teuscher (2019, arXiv 1906.02896): what would make a model surer."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from core.base.params import param
from core.contracts.attack_loss import label_loss
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.rms_walk import rms, rms_walk
from core.occlusion.masking import batch_size

TOWARDS = {
    "answer": "the answer explained",
    "runner_up": "the runner-up",
    "picked": "a class of your choice",
}


@dataclass(frozen=True)
class AdversarialExplanation(Explainer):
    """values = sum over channels of d, and the picture x + d: what within an RMS radius raises log p_c most, as found.

    d is walked from 0 in `steps` steps up the gradient of log p_c while it is shorter than `radius` in RMS, and back to
    the picture where it is not, in steps that shorten and add up to `overshoot` times the radius (core.contracts
    .rms_walk, as in the authors' `explain`: 0.1, 35 steps, 5). c is the class explained, the likeliest other one, or
    the class of number `picked`. The authors leave the values unbounded; here the picture shown, and the probabilities
    told, are of x + d clipped to [0, 1]. For ordinary networks d looks like noise: that it shows a thing is the paper's
    claim about robust ones.

    A change, and no attribution: positive is brighter, not in favour. On a linear model d is along the weights:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> found = AdversarialExplanation(radius=0.1)(model, torch.full((1, 1, 1, 2), 0.5), torch.tensor([0]))
    >>> change = found.values.flatten()
    >>> [round(value, 2) for value in (change / change.norm()).tolist()], round(rms(change.view(1, 1, 1, 2)).item(), 2)
    ([0.6, -0.8], 0.1)
    """

    key = "adversarial_explanation"
    title = "Adversarial explanation"
    plain = (
        "Changes the picture a little, so that the model becomes as sure of the answer as it can, and shows what came "
        "of it: of a robust model it should look more like that answer, of an ordinary one like noise."
    )
    cite = "Woods, Chen, Teuscher 2019, arXiv 1906.02896"
    attribution = False
    pictured = True
    poles = ("made darker", "made brighter")
    caption = "surer of"

    radius: float = param(0.1, low=0.001, high=1.0, step=0.01, title="Size of the change",
                          help="Root mean square over all values of the picture, of which each goes from 0 to 1; the "
                          "paper takes 0.1, and 0.075 for photographs")  # fmt: skip
    towards: str = param("answer", choices=TOWARDS, title="Made surer of",
                         help="Which answer the change is to make likelier")  # fmt: skip
    picked: int = param(0, low=0, high=99_999, title="Number of the class of your choice",
                        help="From 0, in the model's order; used only with ‘a class of your choice’")  # fmt: skip
    steps: int = param(35, low=2, high=1000, title="Steps", help="How many steps the search takes")
    overshoot: float = param(5.0, low=1.0, high=50.0, step=0.5, title="Length of all steps",
                             help="Over the size of the change: what is beyond it goes into finding better "
                             "changes")  # fmt: skip

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        count = len(classifier.labels)
        if self.towards == "picked" and self.picked >= count:
            raise ValueError(f"expected a class number from 0 to {count - 1}, got {self.picked}")
        size = batch_size(images)
        starts = range(0, len(images), size)
        parts = [self._part(classifier, images[k : k + size], targets[k : k + size]) for k in starts]
        changes, classes = (torch.cat(each) for each in zip(*parts, strict=True))
        pictures = (images + changes).clamp(0, 1)
        before, after = (
            torch.cat([classifier(x[k : k + size]).softmax(dim=1) for k in starts]).gather(1, classes[:, None])[:, 0]
            for x in (images, pictures)
        )
        facts = {"made surer of": classes.float(), "sure before": before, "sure after": after, "change": rms(changes)}
        return Attribution(changes.sum(dim=1), facts=facts, pictures=pictures)

    def _part(self, classifier: Classifier, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """(changes (n, C, H, W), the classes (n,) they lead to)."""
        classes = targets
        if self.towards == "picked":
            classes = torch.full_like(targets, self.picked)
        if self.towards == "runner_up":
            with torch.no_grad():
                logits = classifier(images)
            classes = logits.masked_fill(one_hot(targets, logits.shape[1]).bool(), -torch.inf).argmax(dim=1)
        change = rms_walk(
            classifier, images, lambda logits: -label_loss(logits, classes), lambda _, length: length < self.radius,
            eps=self.overshoot * self.radius, steps=self.steps,
        )  # fmt: skip
        return change, classes


EXPLAINERS: tuple[type[Explainer], ...] = (AdversarialExplanation,)
