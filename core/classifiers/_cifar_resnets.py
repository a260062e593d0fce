"""Residual networks for small images as public repositories hold them, under the names of their tensors there.

conv1, bn1, layer1.0.conv1 ... linear: option A (He et al. 2016, arXiv 1512.03385, section 4.2) and, of 18 layers,
pre-activation (He et al. 2016, arXiv 1603.05027). Nothing happens in place, and each ReLU is its own module.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


class BlockA(nn.Module):
    """Two 3 x 3 convolutions around a shortcut without weights: every second pixel, new channels of zeros."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        if self.more:
            sides = (self.more // 2, self.more - self.more // 2)  # as many channels of zeros before as behind
            x = pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, *sides))
        out: Tensor = self.relu2(y + x)
        return out


class PreActBlock(nn.Module):
    """Normalisation and ReLU before each of two 3 x 3 convolutions; 1 x 1 projection where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu1(self.bn1(x))
        kept = self.shortcut(y) if hasattr(self, "shortcut") else x
        out: Tensor = self.conv2(self.relu2(self.bn2(self.conv1(y)))) + kept
        return out


def _stage(block: type[BlockA | PreActBlock], inputs: int, outputs: int, count: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        block(inputs, outputs, stride), *(block(outputs, outputs, 1) for _ in range(count - 1))
    )  # fmt: skip


class CifarResNet(nn.Module):
    """Three stages of (depth - 2) / 6 blocks, 16, 32 and 64 channels, option A."""

    def __init__(self, depth: int, classes: int = 10, channels: int = 3) -> None:
        super().__init__()
        count = (depth - 2) // 6
        self.conv1 = nn.Conv2d(channels, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()
        self.layer1 = _stage(BlockA, 16, 16, count, 1)
        self.layer2 = _stage(BlockA, 16, 32, count, 2)
        self.layer3 = _stage(BlockA, 32, 64, count, 2)
        self.linear = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.layer3(self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x))))))
        out: Tensor = self.linear(torch.flatten(maps.mean(dim=(2, 3)), 1))
        return out


class PreActResNet18(nn.Module):
    """Four stages of two blocks, 64 to 512 channels; `last_norm`: normalisation and ReLU before the pooling too."""

    def __init__(self, classes: int = 10, channels: int = 3, last_norm: bool = False) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
        self.layer1 = _stage(PreActBlock, 64, 64, 2, 1)
        self.layer2 = _stage(PreActBlock, 64, 128, 2, 2)
        self.layer3 = _stage(PreActBlock, 128, 256, 2, 2)
        self.layer4 = _stage(PreActBlock, 256, 512, 2, 2)
        self.bn = nn.BatchNorm2d(512) if last_norm else nn.Identity()
        self.last = nn.ReLU() if last_norm else nn.Identity()
        self.linear = nn.Linear(512, classes)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.last(self.bn(self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))))
        out: Tensor = self.linear(torch.flatten(maps.mean(dim=(2, 3)), 1))
        return out
