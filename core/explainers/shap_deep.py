"""DeepLIFT values averaged over a background (DeepSHAP: Lundberg, Lee 2017, arXiv 1705.07874), by shap's DeepExplainer."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from core.backgrounds import NAMES, background, gap
from core.classifier import Classifier
from core.contracts import Attribution, Explainer
from core.explainers.shap_gradient import OneLogit
from core.params import param

# The modules shap has a rule for (shap.explainers._deep.deep_pytorch.op_handler, checked by a test).
_LINEAR = {"Dropout", "Dropout2d", "Dropout3d", "AlphaDropout", "Identity", "Flatten", "Linear"} | {
    f"{kind}{d}d" for kind in ("Conv", "ConvTranspose", "AvgPool", "AdaptiveAvgPool", "BatchNorm") for d in (1, 2, 3)
}
_CURVED = {"ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "Sigmoid", "Tanh", "Softplus", "Softmax"} | {
    f"MaxPool{d}d" for d in (1, 2, 3)
}
# Steps of autograd that are linear in the image, as long as only one of their inputs depends on it.
_STEPS = ("Add Sub Neg Mul Div Mm Bmm Addmm Convolution NativeBatchNorm CudnnBatchNorm Mean Sum View UnsafeView Reshape "
          "ReshapeAlias T Permute Transpose Cat Expand Select Slice Squeeze Unsqueeze Clone ConstantPadNd AvgPool2D "
          "AdaptiveAvgPool2D BackwardHookFunction").split()  # fmt: skip
_MERGING = {"Add", "Sub", "Cat"}

_known: "WeakKeyDictionary[nn.Module, str]" = WeakKeyDictionary()


@dataclass(frozen=True)
class ShapDeep(Explainer):
    """values = sum over channels and mean over the background b of multiplier(x, b) * (x - b).

    Multipliers go back through the net by DeepLIFT's rescale rule (arXiv 1704.02685, section 3.5.1), which puts
    (f(u) - f(u_b)) / (u - u_b) in place of f'(u). The values add up to the logit z(x) minus the mean of z(b); `gap` is the share missed. On
    z = relu(2 x1 + x2 - 1) at (1, 0.5) against black: u = 1.5, u_b = -1, multiplier 1.5 / 2.5 = 0.6, so (1.2, 0.3):

    >>> from core.planted import linear
    >>> from dataclasses import replace
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
        choices=tuple(name for name in NAMES if name != "noise"),
        title="Background",
        help="What the picture is compared with; auto: the gallery's samples",
    )

    def obstacle(self, classifier: Classifier) -> str:
        if classifier.net not in _known:
            _known[classifier.net] = _modules(classifier.net) or _graph(classifier)
        return _known[classifier.net]

    def run(
        self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int
    ) -> Attribution:
        from shap import DeepExplainer

        copy = classifier.copy()  # shap leaves hooks behind where it fails
        copy.net.double()  # in single precision the rule's quotients lose digits
        model = OneLogit(copy, expose=True)
        made: list[Tensor] = []
        missing = []
        for place, target in enumerate(targets.tolist()):
            image = images[place : place + 1].double()
            others = background(self.background, classifier, reference[place : place + 1], seed).double()
            model.target = target
            with torch.enable_grad():
                found = DeepExplainer(model, others).shap_values(image, check_additivity=False)
            with torch.no_grad():
                score, *rest = copy(torch.cat([image, others]))[:, target]
                base = torch.stack(rest).mean()
            made.append(torch.from_numpy(found)[0, ..., 0].sum(dim=0))
            missing.append(gap(made[-1].sum(), score.cpu(), base.cpu()))
        return Attribution(torch.stack(made), torch.stack(missing).float())


def _modules(net: nn.Module) -> str:
    """What in the list of modules stands in the way, in one sentence; "" if nothing does."""
    leaves = [module for module in net.modules() if not list(module.children())]
    if inplace := sorted({type(module).__name__ for module in leaves if getattr(module, "inplace", False)}):
        return f"DeepLIFT needs every layer's input, and this network overwrites it in place ({', '.join(inplace)})."
    foreign = {
        type(module).__name__ for module in leaves if type(module).__module__.startswith("torch.nn")
    } - _LINEAR - _CURVED  # fmt: skip
    return f"shap has no DeepLIFT rule for {', '.join(sorted(foreign))}." if foreign else ""


def _graph(classifier: Classifier) -> str:
    """What one forward pass of a copy shows to stand in the way, in one sentence; "" if nothing does."""
    with classifier.frozen():
        net = classifier.copy().net
    calls: Counter[nn.Module] = Counter()
    for module in net.modules():
        if not list(module.children()):
            module.register_full_backward_hook(_nothing)
            if type(module).__name__ in _CURVED:
                module.register_forward_hook(lambda seen, _inputs, _output: calls.update([seen]))
    probe = torch.zeros(2, *classifier.size, device=classifier.device, requires_grad=True)
    try:
        with torch.enable_grad():
            logits = net(probe)
    except RuntimeError:  # what autograd raises where a hooked output is changed in place
        return "DeepLIFT needs every layer's output, and this network changes one in place."
    if again := sorted({type(module).__name__ for module, count in calls.items() if count > 1}):
        return f"DeepLIFT needs a layer of its own for every non-linearity, and this network re-uses {', '.join(again)}."
    curved = [step for step in _steps_of(logits) if not _linear(step)]
    if len(curved) != len(calls):
        return "DeepLIFT follows layers only, and this network computes something non-linear between them."
    return ""


def _nothing(_module: nn.Module, _before: Any, _after: Any) -> None:
    """A backward hook that changes nothing, set to see whether the net bears one."""


def _steps_of(logits: Tensor) -> list[Any]:
    """Every step of the autograd graph behind `logits`, once."""
    found, waiting = set(), [logits.grad_fn]
    while waiting:
        step = waiting.pop()
        if step is not None and step not in found:
            found.add(step)
            waiting.extend(before for before, _ in step.next_functions)
    return [step for step in found if step.name() != "torch::autograd::AccumulateGrad"]


def _linear(step: Any) -> bool:
    """Whether an autograd step is linear in the image."""
    name = step.name().removesuffix("Backward").rstrip("0123456789").removesuffix("Backward")
    inputs = [place for place, (before, _) in enumerate(step.next_functions) if before is not None]
    if name not in _STEPS:
        return False
    return name in _MERGING or len(inputs) <= 1 and not (name == "Div" and inputs == [1])


EXPLAINERS: tuple[type[Explainer], ...] = (ShapDeep,)
