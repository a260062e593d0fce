"""Teaching examples: a shipped network for digits, masked on purpose in three ways, for the masking to be found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, pad

from core.classifiers.mnist_cnn import MnistCnn
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source
from core.contracts.normalisation import normalised

BASE = "standard"  # the checkpoint of mnist_cnn that they wrap
SCALE = 1000.0
LEVELS = 4
SMALLEST = 20  # pixels of the side, of 28


class Saturated(nn.Module):
    """Scores times SCALE: the answers stay, but the probability of each rounds to 1, and cross-entropy has no slope."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return SCALE * torch.as_tensor(self.inner(x))


class FrontEnd(nn.Module):
    """Images in [0, 1] are changed before they are normalised for the network inside."""

    def __init__(self, inner: nn.Module, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.inner, self.mean, self.std = inner, mean, std

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.inner(normalised(self.changed(x), self.mean, self.std)))

    def changed(self, x: Tensor) -> Tensor:
        raise NotImplementedError


class Quantised(FrontEnd):
    """Every value is rounded to one of LEVELS.

    Rounding is flat almost everywhere, so the gradient that comes back through it is zero. (The name shattered
    gradients is of Athalye, Carlini, Wagner 2018, arXiv 1802.00420.)

    >>> Quantised(nn.Identity(), (0.0,), (1.0,)).changed(torch.tensor([0.0, 0.2, 0.6])).tolist()
    [0.0, 0.3333333432674408, 0.6666666865348816]
    """

    def changed(self, x: Tensor) -> Tensor:
        return torch.round(x * (LEVELS - 1)) / (LEVELS - 1)


class RandomResizing(FrontEnd):
    """The image is made smaller by chance and put somewhere on black, another way at each pass, as Xie et al. 2018.

    (arXiv 1711.01991: they make photographs larger by chance and pad them.) Drawn from torch's global generator, for
    the whole batch at once.
    """

    def changed(self, x: Tensor) -> Tensor:
        whole = x.shape[-1]
        side = int(torch.randint(SMALLEST, whole + 1, ()))
        left, top = (int(torch.randint(0, whole - side + 1, ())) for _ in range(2))
        small = interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
        return pad(small, (left, whole - side - left, top, whole - side - top))


FRONT_ENDS: Mapping[str, Callable[..., nn.Module]] = MappingProxyType(
    {"quantised": Quantised, "random_resizing": RandomResizing}
)
TITLES = MappingProxyType(
    {
        "saturated": f"Masked on purpose, scores times {SCALE:,.0f} · MNIST digits (teaching example)",
        "quantised": f"Masked on purpose, {LEVELS} levels of grey · MNIST digits (teaching example)",
        "random_resizing": "Masked on purpose, resized at random · MNIST digits (teaching example)",
    }
)
NOTES = MappingProxyType(
    {
        "saturated": f"its scores are multiplied by {SCALE:,.0f}, so that plain cross-entropy has no gradient",
        "quantised": f"the image is rounded to {LEVELS} levels of grey, through which no gradient comes back",
        "random_resizing": "the image is resized and placed at random at every pass, so that no two gradients agree",
    }
)


def masked(made: Classifier, how: str) -> Classifier:
    """A classifier, masked in one of the ways of TITLES, around the same network; its weights stay what they are."""
    if how not in TITLES:
        raise ValueError(f"teaching has no checkpoint {how[:40]!r}; it has {', '.join(TITLES)}")
    note = f"A teaching example that is masked on purpose: {NOTES[how]}. It withstands no more than the network inside."
    made = replace(
        made, key=f"teaching:{how}", notes=(*made.notes, note), cam_layer=f"inner.{made.cam_layer}",
        fingerprint=made.weights,
    )  # fmt: skip
    if how == "saturated":
        return replace(made, net=Saturated(made.net).eval(), fingerprint=made.weights)
    net = FRONT_ENDS[how](made.net, made.mean, made.std).eval()
    plain = (0.0,) * len(made.mean), (1.0,) * len(made.std)
    return replace(made, net=net, mean=plain[0], std=plain[1], fingerprint=made.weights)


class Teaching(Source):
    key = "teaching"
    title = "Teaching examples, masked on purpose"
    trainable = False

    def checkpoints(self) -> Mapping[str, str]:
        return TITLES

    def stamp(self, checkpoint: str) -> str:
        return MnistCnn().stamp(BASE) if checkpoint in TITLES else ""

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint not in TITLES:
            raise ValueError(f"teaching has no checkpoint {checkpoint[:40]!r}; it has {', '.join(TITLES)}")
        return masked(MnistCnn().load(BASE, progress), checkpoint)


CLASSIFIERS: tuple[type[Source], ...] = (Teaching,)
