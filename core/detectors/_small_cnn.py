"""The network of the study's detector, on maps or on images: made, taught, asked, and read back from its tensors."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from core.base import cancellation
from core.base.rng import seeded
from core.contracts.batch import stream
from core.contracts.detector import balanced
from core.contracts.finite import expect_finite

SIDE = 7  # both sides of what the linear layers read; of a 28 x 28 map this is what two poolings by 2 leave
BATCH = 32  # images a step
AT_ONCE = 250  # images scored together
STANDARD = "standard"  # the tensor beside those of the network: see `standardised`
KNEE = 0.1  # of the root mean square: values far below it stay in proportion, values far above count by their logarithm


class SmallCnn(nn.Module):
    """Two convolutions (3 x 3) with pooling, two linear layers: (N, C, H, W) of any H and W -> one logit (N,).

    The second pooling is adaptive, to 7 x 7.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.second = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.third = nn.Linear(2 * width * SIDE * SIDE, 4 * width)
        self.last = nn.Linear(4 * width, 1)

    def forward(self, values: Tensor) -> Tensor:
        half = functional.max_pool2d(self.first(values).relu(), 2, ceil_mode=True)
        seen = functional.adaptive_max_pool2d(self.second(half).relu(), SIDE)
        out: Tensor = self.last(self.third(seen.flatten(1)).relu())[:, 0]
        return out


def standard(values: Tensor, logarithm: bool) -> Tensor:
    """(2,) in single precision: what `standardised` divides by, learned from all `values` together.

    The root mean square, one for all pixels, in the second place; of the logarithms where these are wanted, which the
    first place then says the knee of.

    >>> standard(torch.tensor([[3.0, -4.0], [0.0, 0.0]]), logarithm=False)
    tensor([0.0000, 2.5000])
    """
    inner = KNEE * _root_mean_square(values) if logarithm else 0.0
    outer = _root_mean_square(torch.asinh(values.double() / inner) if inner else values)
    return torch.tensor([inner, outer or 1.0])


def _root_mean_square(values: Tensor) -> float:
    return float(values.double().square().mean().sqrt())


def standardised(values: Tensor, by: Tensor) -> Tensor:
    """values / outer, or asinh(values / inner) / outer; 0 stays 0, and a value keeps its sign.

    asinh(x) is x for small x and sign(x) log(2 |x|) for large ones, and has a gradient everywhere.

    >>> standardised(torch.tensor([-1.0, 0.0, 4.0]), torch.tensor([0.0, 2.0]))
    tensor([-0.5000,  0.0000,  2.0000])
    >>> standardised(torch.tensor([-1.0, 0.0, 4.0]), torch.tensor([0.1, 1.0]))
    tensor([-2.9982,  0.0000,  4.3822])
    """
    inner, outer = by.tolist()
    found: Tensor = (torch.asinh(values / inner) if inner else values) / outer
    return found


def learned(
    values: Tensor, attacked: Tensor, *, width: int, rate: float, epochs: int, seed: int, logarithm: bool = False
) -> dict[str, Tensor]:
    """The tensors of a network that has learned which of `values` (N, C, H, W) are `attacked` (N,).

    Binary cross-entropy, the two kinds counting alike, descended by Adam. Computed on the CPU, where the same seed
    gives the same; the global generators are put back.
    """
    weights, wanted = balanced(attacked).float(), attacked.float()
    by = standard(values, logarithm)
    with seeded(seed):
        net = SmallCnn(values.shape[1], width)
    draws = torch.Generator().manual_seed(stream(seed, "detector"))
    descent = torch.optim.Adam(net.parameters(), lr=rate)
    with torch.enable_grad():
        for _ in range(epochs):
            for rows in torch.split(torch.randperm(len(values), generator=draws), BATCH):
                cancellation.check()
                out = net(standardised(values[rows], by))
                loss = functional.binary_cross_entropy_with_logits(out, wanted[rows], weights[rows])
                descent.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                descent.step()
    return {name: value.detach().clone() for name, value in net.state_dict().items()} | {STANDARD: by}


@dataclass(frozen=True, eq=False)
class Network:
    """A network that has learned, from its tensors; ValueError in one sentence if they are not those of one."""

    tensors: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        first = self.tensors.get("first.weight", torch.empty(0))
        given = {name: (value.shape, value.dtype) for name, value in self.tensors.items()}
        if first.ndim != 4 or not first.numel() or given != self._wanted():
            raise ValueError("these are not the tensors of a detector's network")
        for name, value in self.tensors.items():
            expect_finite(value, f"the tensor {name} of the detector")
        if not (self.tensors[STANDARD] >= torch.tensor([0.0, 1e-30])).all():
            raise ValueError("what the detector's network divides by is not above 0")

    @property
    def channels(self) -> int:
        """Of what it reads."""
        return self.tensors["first.weight"].shape[1]

    def _shell(self) -> SmallCnn:
        """A network of its shape, without weights."""
        with torch.device("meta"):
            return SmallCnn(self.channels, len(self.tensors["first.weight"]))

    def _wanted(self) -> dict[str, tuple[torch.Size, torch.dtype]]:
        found = {name: (value.shape, value.dtype) for name, value in self._shell().state_dict().items()}
        return found | {STANDARD: (torch.Size([2]), torch.float32)}

    def logits(self, values: Tensor) -> Tensor:
        """(N, C, H, W) -> (N,), with a graph back to `values` if these want one, on their device."""
        if values.ndim != 4 or values.shape[1] != self.channels:
            raise ValueError(f"the detector reads {self.channels} channels, got values of shape {tuple(values.shape)}")
        own = {name: value.to(values.device) for name, value in self.tensors.items() if name != STANDARD}
        out: Tensor = functional_call(self._shell(), own, (standardised(values, self.tensors[STANDARD]),))
        return out

    @torch.no_grad()
    def scores(self, values: Tensor) -> Tensor:
        """The same without a graph, for any number of images, on the CPU."""
        parts = []
        for part in torch.split(values.cpu(), AT_ONCE):
            cancellation.check()
            parts.append(self.logits(part))
        return torch.cat(parts) if parts else torch.zeros(0)
