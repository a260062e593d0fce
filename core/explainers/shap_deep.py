"""DeepLIFT averaged over a background (DeepSHAP: Lundberg, Lee 2017, arXiv 1705.07874), by shap's DeepExplainer."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._deeplift_support import obstacle
from core.explainers.shap_gradient import OneLogit
from core.occlusion.backgrounds import NAMES, background, describe, gap, missing


@dataclass(frozen=True)
class ShapDeep(Explainer):
    """values = sum over channels and mean over the background b of multiplier(x, b) * (x - b).

    Multipliers go back through the net by DeepLIFT's rescale rule (arXiv 1704.02685, section 3.5.1), which puts
    (f(u) - f(u_b)) / (u - u_b) in place of f'(u). The values add up to the logit z(x) minus the mean of z(b); `gap` is
    the share missed. On z = relu(2 x1 + x2 - 1) at (1, 0.5) against black: u = 1.5, u_b = -1, multiplier 1.5 / 2.5 =
    0.6, so (1.2, 0.3):

    >>> from core.contracts.toy_models import linear
    >>> from dataclasses import replace
    >>> from torch import nn
    >>> dense = nn.Linear(2, 2)
    >>> dense.weight.data, dense.bias.data = torch.tensor([[2.0, 1.0], [0.0, 0.0]]), torch.tensor([-1.0, 0.0])
    >>> bent = replace(linear([[[[0.0, 0.0]]]]), net=nn.Sequential(nn.Flatten(), dense, nn.ReLU()), labels=("a", "b"))
    >>> found = ShapDeep(background="black")(bent, torch.tensor([[[[1.0, 0.5]]]]), torch.tensor([0]))
    >>> found.values.mul(100).round().tolist(), found.gap.item() < 1e-6
    ([[[120.0, 30.0]]], True)
    """

    key = "shap_deep"
    title = "SHAP (DeepLIFT)"
    plain = "Sends the score back through the network layer by layer, compared with a set of background pictures."
    cite = "Lundberg, Lee 2017, arXiv 1705.07874; Shrikumar et al. 2017, arXiv 1704.02685; shap"
    complete = True

    background: str = param(
        "auto",
        choices={name: words for name, words in NAMES.items() if name != "noise"},
        title="Background",
        help="What the picture is compared with; auto: the gallery's samples",
    )

    def against(self, classifier: Classifier) -> str:
        return describe(self.background, classifier)

    def obstacle(self, classifier: Classifier) -> str:
        return missing(self.background, classifier) or obstacle(classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        from shap import DeepExplainer

        copy = classifier.copy()  # shap leaves hooks behind where it fails
        copy.net.double()  # in single precision the rule's quotients lose digits
        model = OneLogit(copy, expose=True)
        made: list[Tensor] = []
        left = []
        for place, target in enumerate(targets.tolist()):
            image = images[place : place + 1].double()
            others = background(self.background, classifier, reference[place : place + 1], seed).double()
            model.target = target
            with torch.enable_grad():
                values = DeepExplainer(model, others).shap_values(image, check_additivity=False)
            with torch.no_grad():
                score, *rest = copy(torch.cat([image, others]))[:, target]
                base = torch.stack(rest).mean()
            made.append(torch.from_numpy(values)[0, ..., 0].sum(dim=0))
            left.append(gap(made[-1].sum(), score.cpu(), base.cpu()))
        return Attribution(torch.stack(made), torch.stack(left).float())


EXPLAINERS: tuple[type[Explainer], ...] = (ShapDeep,)
