"""A network with sigmoid outputs as one of two classes: its answer for one output against that output's absence."""

import torch
from torch import Tensor, nn

OUTPUTS = ("softmax", "sigmoid", "multi-label")  # what the numbers that a network puts out are meant for


class TwoClasses(nn.Module):
    """The logits (-z/2, z/2) of output z = net(x)[:, index]: their softmax is (1 - sigmoid(z), sigmoid(z)).

    Images (N, C, H, W), normalised, -> (N, 2). Both classes have gradients, of equal size, so that the absence can be
    attacked and explained as well as the presence. The difference of the logits is z, as with (0, z).

    >>> made = TwoClasses(nn.Identity(), 1)
    >>> made(torch.tensor([[5.0, 3.0]])).tolist()
    [[-1.5, 1.5]]
    >>> made(torch.tensor([[5.0, 3.0]])).softmax(dim=1)[0, 1] == torch.tensor(3.0).sigmoid()
    tensor(True)
    """

    def __init__(self, net: nn.Module, index: int = 0) -> None:
        super().__init__()
        self.net = net
        self.index = index
        self.add_module(f"output_{index}", nn.Identity())  # its name, and so the fingerprint, tells which output

    def forward(self, images: Tensor) -> Tensor:
        answers = self.net(images)
        half = self.get_submodule(f"output_{self.index}")(answers[:, self.index : self.index + 1]) / 2
        return torch.cat([-half, half], dim=1)


def inside(layer: str) -> str:
    """The name that a layer of the network has within the adapter; "" stays so."""
    return f"net.{layer}" if layer else ""


def labels_of(output: str, labels: tuple[str, ...], index: int) -> tuple[str, ...]:
    """The two class names: those of the card, or the absence and the presence of one finding.

    >>> labels_of("multi-label", ("oedema", "fracture"), 1)
    ('no fracture', 'fracture')
    """
    return (f"no {labels[index]}", labels[index]) if output == "multi-label" else labels
