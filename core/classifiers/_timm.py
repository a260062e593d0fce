"""Architectures of timm by name, untrained: weights come from a file of one's own, and nothing is fetched."""

import math
from difflib import get_close_matches
from typing import Any

from torch import nn

from core.classifiers._last_maps import cam_layer
from core.contracts.preprocessing import INTERPOLATIONS, Preprocessing

PREFIX = "timm:"
NEAREST = 3


def build(name: str, classes: int, channels: int) -> nn.Module:
    """The untrained network of timm's name, nothing in place."""
    net: nn.Module = _timm().create_model(name, pretrained=False, num_classes=classes, in_chans=channels)
    for module in net.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]
    return net


def usual(name: str) -> Preprocessing:
    """What timm publishes the network with: size, mean, std, the crop, the filter."""
    config = _timm().get_pretrained_cfg(name)
    channels, high, wide = config.input_size
    cut = math.floor(max(high, wide) / (config.crop_pct or 1))  # as timm's own transforms do
    filter_ = config.interpolation if config.interpolation in INTERPOLATIONS else INTERPOLATIONS[0]
    mean, std = (tuple(map(float, each)) for each in (config.mean, config.std))
    return Preprocessing((channels, high, wide), mean, std, cut, filter_)


def notes(name: str) -> tuple[str, ...]:
    """That timm prepares pictures for the network in a way of its own, where it does."""
    way = {"squash": "squashes a whole picture to a square", "border": "adds borders to a picture"}
    mode = _timm().get_pretrained_cfg(name).crop_mode
    if mode == "center":
        return ()
    told = way.get(mode, f"cuts pictures by ‘{mode}’")
    return (f"For this network timm {told} where here the middle is cut out, so its answers can differ from timm's.",)


def expect_known(name: str) -> None:
    """ValueError in one sentence with the nearest names, if timm has no architecture of that name."""
    timm = _timm()
    bare, _, tag = name.partition(".")
    if bare not in timm.list_models() or (tag and name not in timm.list_pretrained()):
        near = get_close_matches(name if tag else bare, [*timm.list_models(), *timm.list_pretrained()], n=NEAREST)
        told = f"; the nearest are {', '.join(near)}" if near else ""
        raise ValueError(f"timm has no architecture {name[:60]!r}{told}")


def last_maps(net: nn.Module, size: tuple[int, int, int]) -> str:
    """Where Grad-CAM++ looks; "" where what the network puts out there is laid out in a way of its own."""
    if getattr(net, "output_fmt", "NCHW") != "NCHW":
        return ""
    blocks: Any = getattr(net, "blocks", None)
    if hasattr(net, "num_prefix_tokens") and isinstance(blocks, nn.Sequential):  # a vision transformer
        last = f"blocks.{len(blocks) - 1}.norm1"
        return last if net.num_prefix_tokens == 1 and last in dict(net.named_modules()) else ""
    return cam_layer(net, size)


def _timm() -> Any:
    try:
        import timm
    except ImportError as error:
        raise ValueError("architectures of timm need what is not installed; install counterproof[timm]") from error
    return timm
