"""Expected gradients (Erion et al. 2021, arXiv 1906.10670), by shap's GradientExplainer, for one class only."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.occlusion.backgrounds import NAMES, background, describe, gap, missing
from core.occlusion.masking import batch_size


class OneLogit(nn.Module):
    """Images in [0, 1] -> the logit (N, 1) of `target`. `logits` (N, K) keeps what the last call computed.

    The net is not a submodule unless it is exposed: what shap does to its model (eval, zero_grad) does not reach it.
    """

    def __init__(self, classifier: Classifier, expose: bool = False) -> None:
        super().__init__()
        self._classifier = [classifier]
        self.target = 0
        self.logits = torch.empty(0)
        if expose:
            self.net = classifier.net

    def forward(self, images: Tensor) -> Tensor:
        out = self._classifier[0](images)
        self.logits = out.detach()
        return out[:, self.target : self.target + 1]


@dataclass(frozen=True)
class ShapGradient(Explainer):
    """values = sum over channels of the mean of (x - b) * grad z_target(b + a (x - b)) over `samples` draws.

    b is drawn from the background, a uniformly from [0, 1]; z is the logit. The values add up to z(x) minus the mean of
    z over the background as samples grow; the fact "sampling gap" is the share still missing. On a linear model with
    one background image the draws do not matter: weight times (x - 0.5), here (2 * 0.5, -4 * 0.25):

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[2.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> found = ShapGradient(background="grey")(model, torch.tensor([[[[1.0, 0.75]]]]), torch.tensor([0]))
    >>> found.values.tolist(), found.facts["sampling gap"].item()
    ([[[1.0, -1.0]]], 0.0)
    """

    key = "shap_gradient"
    title = "SHAP (gradients)"
    plain = "Shares the answer's score out over the pixels, compared with a set of background pictures, by sampling."
    cite = "Erion et al. 2021, arXiv 1906.10670; Lundberg, Lee 2017, arXiv 1705.07874; shap"
    random = True
    unit = "score"

    background: str = param(
        "auto", choices=NAMES, title="Background", help="What the picture is compared with; auto: the gallery's samples"
    )
    samples: int = param(50, low=5, high=2000, title="Samples", help="Draws a picture; more gives a steadier map")

    def against(self, classifier: Classifier) -> str:
        return describe(self.background, classifier)

    def obstacle(self, classifier: Classifier) -> str:
        return missing(self.background, classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        from shap import GradientExplainer

        height, width = images.shape[2:]
        batch = max(1, min(50, 2**20 // (height * width), batch_size(images)))
        model = OneLogit(classifier)
        made: list[Tensor] = []
        left = []
        for place, target in enumerate(targets.tolist()):
            image = images[place : place + 1].clone()
            if place == 0 or self.background == "blurred":
                with torch.no_grad():
                    others = background(self.background, classifier, reference[place : place + 1], seed).to(image)
                    explainer = GradientExplainer(model, others, batch_size=batch)  # calls the model on all of them
                    base = model.logits.mean(dim=0)
            model.target = target
            with torch.enable_grad():
                values = explainer.shap_values(image, nsamples=self.samples, rseed=seed % 2**32)
            made.append(torch.from_numpy(values)[0, ..., 0].sum(dim=0).float())
            with torch.no_grad():
                score = classifier(image)[0, target]
            left.append(gap(made[-1].sum(), score.cpu(), base[target].cpu()))
        return Attribution(torch.stack(made), facts={"sampling gap": torch.stack(left)})


EXPLAINERS: tuple[type[Explainer], ...] = (ShapGradient,)
