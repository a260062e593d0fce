"""The pre-activation ResNet-44 of Woods, Chen, Teuscher (2019, arXiv 1906.02896), named as in its published files.

Their file calls all tensors `pipe.` and a number, and holds the normalisation of the input too, as `input_offset`.
"""

import torch
from torch import Tensor, nn

from core.layers.half_huber_relu import HalfHuberReLU

MEAN, STD = (0.4914, 0.4822, 0.4465), (0.247, 0.243, 0.261)
CAM_LAYER = "pipe.5"


class Block(nn.Module):
    """Two 3 x 3 convolutions, each after normalisation and activation; a 3 x 3 shortcut where the shape changes."""

    def __init__(self, activation: type[nn.Module], inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.pre = nn.Sequential(nn.BatchNorm2d(inputs), activation())
        self.main = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), activation(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
        )  # fmt: skip
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pre(x)
        kept = self.shortcut(y) if hasattr(self, "shortcut") else x
        out: Tensor = self.main(y) + kept
        return out


class PreActResNet44(nn.Module):
    """Three stages of seven blocks, 16, 32 and 64 channels; colour images in [0, 1], which it normalises itself."""

    input_offset: Tensor

    def __init__(self, classes: int = 10, half_huber: bool = False) -> None:
        super().__init__()
        activation: type[nn.Module] = HalfHuberReLU if half_huber else nn.ReLU
        self.register_buffer("input_offset", torch.tensor([MEAN, STD]))
        stages, inputs = [], 16
        for width, stride in ((16, 1), (32, 2), (64, 2)):
            blocks = [Block(activation, inputs, width, stride), *(Block(activation, width, width, 1) for _ in range(6))]
            stages.append(nn.Sequential(*blocks))
            inputs = width
        self.pipe = nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1, bias=False), *stages, nn.BatchNorm2d(64), activation(),
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(64, classes, 1),
        )  # fmt: skip

    def forward(self, images: Tensor) -> Tensor:
        mean, std = self.input_offset[:, :, None, None]
        out: Tensor = torch.flatten(self.pipe((images - mean) / std), 1)
        return out
