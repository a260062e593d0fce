"""Where a torchvision network puts out its last maps, for the explainers that look there."""

from typing import Any

import torch
from torch import Tensor, nn

BEFORE_POOLING = ("classifier", "heads", "head", "fc")  # what comes after the last map, in torchvision's names


def cam_layer(net: nn.Module, size: tuple[int, int, int]) -> str:
    """The name of the last module before pooling that puts out maps (N, D, h, w), h and w above 1; found by one look.

    A vision transformer has none: there it is the norm before the last attention, tokens (N, 1 + h w, D).
    """
    from torchvision.models import VisionTransformer

    if isinstance(net, VisionTransformer):
        return f"encoder.layers.{list(dict(net.encoder.layers.named_children()))[-1]}.ln_1"
    order: list[str] = []

    def note(name: str) -> Any:
        def keep(module: nn.Module, _inputs: Any, output: Any) -> None:
            maps = isinstance(output, Tensor) and output.ndim == 4 and min(output.shape[2:]) > 1
            if maps and not isinstance(module, nn.AdaptiveAvgPool2d):
                order.append(name)

        return keep

    inner = [(n, m) for n, m in net.named_modules() if n and n.partition(".")[0] not in BEFORE_POOLING]
    handles = [module.register_forward_hook(note(name)) for name, module in inner]
    try:
        with torch.no_grad():
            net(torch.zeros(1, *size))
    finally:
        for handle in handles:
            handle.remove()
    return order[-1] if order else ""
