"""DeepLIFT averaged over a background (DeepSHAP: Lundberg, Lee 2017, arXiv 1705.07874), with the values shap gives."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.explainers._deeplift_batch import explained
from core.explainers._deeplift_reach import follows
from core.explainers._deeplift_support import obstacle
from core.explainers.shap_gradient import OneLogit
from core.occlusion.backgrounds import NAMES, background, describe, gap, missing, resolve

MISSED = 0.01  # share of a score that may stay unexplained
_NOT_ELEMENTWISE = ("MaxPool", "Softmax")  # layers for which shap's rule holds in some networks only
_missed: "WeakKeyDictionary[nn.Module, float]" = WeakKeyDictionary()


@dataclass(frozen=True)
class ShapDeep(Explainer):
    """values = sum over channels and mean over the background b of multiplier(x, b) * (x - b).

    Multipliers go back through the net by DeepLIFT's rescale rule (arXiv 1704.02685, section 3.5.1), which puts
    (f(u) - f(u_b)) / (u - u_b) in place of f'(u). The values add up to the logit z(x) minus the mean of z(b); `gap` is
    the share missed. shap's rule for max pooling loses part of the score where the windows overlap (AlexNet,
    SqueezeNet): that the values add up is tried on a picture of noise first, and a network where they do not is
    refused. On z = relu(2 x1 + x2 - 1) at (1, 0.5) against black: u = 1.5, u_b = -1, multiplier 1.5 / 2.5 =
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
    unit = "score"

    background: str = param(
        "auto",
        choices={name: words for name, words in NAMES.items() if name != "noise"},
        title="Background",
        help="What the picture is compared with; auto: the gallery's samples",
    )

    def against(self, classifier: Classifier) -> str:
        return describe(self.background, classifier)

    def obstacle(self, classifier: Classifier) -> str:
        return missing(self.background, classifier) or obstacle(classifier) or _unexplained(classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        copy = classifier.copy()  # for hooks, of which shap leaves some behind where it fails
        copy.net.double()  # in single precision the rule's quotients lose digits
        own = resolve(self.background, classifier) == "blurred"  # else it is the same for every image
        looked = reference if own else reference[:1]
        others = torch.cat([background(self.background, classifier, each[None], seed) for each in looked])
        batched = follows(classifier)
        values, left = _maps(copy, images.double(), targets, others.double(), batched=batched, own=own)
        return Attribution(values, left.float())


def _maps(
    copy: Classifier, images: Tensor, targets: Tensor, others: Tensor, *, batched: bool, own: bool = False
) -> tuple[Tensor, Tensor]:
    """Maps (N, H, W) of images (N, C, H, W) against others (M, C, H, W), and the share (N,) of the score each misses.

    own: each image has one of the others to itself. copy: a classifier in double precision, for hooks.
    """
    if batched:
        values, scores, base = explained(copy, images, targets, others, own=own)
        return values, gap(values.sum(dim=(1, 2)), scores, base)
    made = [
        _deeplift(copy, images[place : place + 1], others[place : place + 1] if own else others, target)
        for place, target in enumerate(targets.tolist())
    ]
    return torch.stack([values for values, _ in made]), torch.stack([left for _, left in made])


def _deeplift(copy: Classifier, image: Tensor, others: Tensor, target: int) -> tuple[Tensor, Tensor]:
    """The same of one image (1, C, H, W), by shap's DeepExplainer: a map (H, W) and a share."""
    from shap import DeepExplainer

    model = OneLogit(copy, expose=True)
    model.target = target
    with torch.enable_grad():
        values = DeepExplainer(model, others).shap_values(image, check_additivity=False)
    with torch.no_grad():
        score, *rest = copy(torch.cat([image, others]))[:, target]
    total = torch.from_numpy(values)[0, ..., 0].sum(dim=0)
    return total, gap(total.sum(), score.cpu(), torch.stack(rest).mean().cpu())


def _unexplained(classifier: Classifier) -> str:
    """Why the values of this network do not add up, in one sentence; "" if they do."""
    if not any(type(module).__name__.startswith(_NOT_ELEMENTWISE) for module in classifier.net.modules()):
        return ""
    if classifier.net not in _missed:
        with classifier.frozen():
            copy = classifier.copy()
        copy.net.double()
        noise = torch.rand(3, *classifier.size, generator=torch.Generator().manual_seed(0)).to(classifier.device)
        image, others = noise[:1].double(), noise[1:].double()
        with copy.frozen(), torch.no_grad():
            target = (copy(image) - copy(others).mean(dim=0)).abs().argmax(dim=1)
            _missed[classifier.net] = _maps(copy, image, target, others, batched=follows(classifier))[1].item()
    missed = _missed[classifier.net]
    if missed <= MISSED:
        return ""
    return f"DeepLIFT, as shap computes it, leaves {missed:.0%} of the score of a picture of noise unexplained here."


EXPLAINERS: tuple[type[Explainer], ...] = (ShapDeep,)
