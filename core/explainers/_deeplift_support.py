"""Whether DeepLIFT, as shap computes it, can follow a network: found out without shap, on a copy, once a network."""

from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier

# The modules shap has a rule for (shap.explainers._deep.deep_pytorch.op_handler, checked by a test).
_LINEAR = {"Dropout", "Dropout2d", "Dropout3d", "AlphaDropout", "Identity", "Flatten", "Linear"} | {
    f"{kind}{d}d" for kind in ("Conv", "ConvTranspose", "AvgPool", "AdaptiveAvgPool", "BatchNorm") for d in (1, 2, 3)
}
_CURVED = {"ReLU", "LeakyReLU", "ELU", "SELU", "GELU", "Sigmoid", "Tanh", "Softplus", "Softmax"} | {
    f"MaxPool{d}d" for d in (1, 2, 3)
}
# Steps of autograd that are linear in the image, as long as only one of their inputs depends on it.
_STEPS = {
    "Add", "Sub", "Neg", "Mul", "Div", "Mm", "Bmm", "Addmm", "Convolution", "NativeBatchNorm", "CudnnBatchNorm",
    "Mean", "Sum", "View", "UnsafeView", "Reshape", "ReshapeAlias", "T", "Permute", "Transpose", "Cat", "Expand",
    "Select", "Slice", "Squeeze", "Unsqueeze", "Clone", "ConstantPadNd", "AvgPool2D", "AdaptiveAvgPool2D",
    "BackwardHookFunction",
}  # fmt: skip
_MERGING = {"Add", "Sub", "Cat"}

_known: "WeakKeyDictionary[nn.Module, str]" = WeakKeyDictionary()


def obstacle(classifier: Classifier) -> str:
    """Why DeepLIFT cannot follow this network, in one sentence; "" if it can."""
    if classifier.net not in _known:
        _known[classifier.net] = _modules(classifier.net) or _graph(classifier)
    return _known[classifier.net]


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
        net = classifier.copy().net.double()
    calls: Counter[nn.Module] = Counter()
    for module in net.modules():
        if not list(module.children()):
            module.register_full_backward_hook(_nothing)
            if type(module).__name__ in _CURVED:
                module.register_forward_hook(lambda seen, _inputs, _output: calls.update([seen]))
    probe = torch.zeros(2, *classifier.size, device=classifier.device, dtype=torch.float64, requires_grad=True)
    try:
        with torch.enable_grad():
            logits = net(probe)
    except RuntimeError as error:  # what autograd raises where a hooked output is changed in place
        if "inplace" in str(error):
            return "DeepLIFT needs every layer's output, and this network changes one in place."
        return "DeepLIFT is computed in double precision, in which this network does not run."
    if again := sorted({type(module).__name__ for module, count in calls.items() if count > 1}):
        return (
            f"DeepLIFT needs a layer of its own for every non-linearity, and this network re-uses {', '.join(again)}."
        )
    curved = [step for step in _steps_of(logits) if not _linear(step)]
    if len(curved) != len(calls):
        return "DeepLIFT follows layers only, and this network computes something non-linear between them."
    return ""


def _nothing(_module: nn.Module, _before: Any, _after: Any) -> None:
    """A backward hook that changes nothing, set to see whether the net bears one."""


def _steps_of(logits: Tensor) -> list[Any]:
    """Every step of the autograd graph behind `logits`, once."""
    steps, waiting = set(), [logits.grad_fn]
    while waiting:
        step = waiting.pop()
        if step is not None and step not in steps:
            steps.add(step)
            waiting.extend(before for before, _ in step.next_functions)
    return [step for step in steps if step.name() != "torch::autograd::AccumulateGrad"]


def _linear(step: Any) -> bool:
    """Whether an autograd step is linear in the image."""
    name = step.name().removesuffix("Backward").rstrip("0123456789").removesuffix("Backward")
    inputs = [place for place, (before, _) in enumerate(step.next_functions) if before is not None]
    if name not in _STEPS:
        return False
    return name in _MERGING or len(inputs) <= 1 and not (name == "Div" and inputs == [1])
