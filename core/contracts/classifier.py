"""A network with its preprocessing and its labels: images in [0, 1] go in, logits come out."""

import copy
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from core.base import cancellation
from core.contracts.as_module import AsModule
from core.contracts.fingerprint import fingerprint, weights_of
from core.contracts.finite import expect_finite
from core.contracts.normalisation import normalised

LARGE = 3 * 224 * 224  # values in a batch; a larger one may take so long that one wants a stop between two layers


@dataclass(frozen=True, eq=False)
class Classifier:
    """Images (N, C, H, W) in [0, 1] -> logits (N, K), differentiable; normalisation happens inside.

    `size` is (C, H, W) of the images it takes; `resize` is the length the shorter side of a photograph is scaled to
    before the centre crop (0: straight to `size`), with `interpolation` (bicubic or bilinear). `cam_layer` names the
    module whose output Grad-CAM++ reads, "" if there is none. `key` is its name in the catalogue, `samples` the
    gallery set that fits it; `notes`: sentences on what was done to the weights or must be known of them;
    `layers`: what was put into the network before it was trained, as specs (core.contracts.layer).
    `fingerprint` is given as the sha256 of the weights; see core.contracts.fingerprint for what it then tells apart.
    """

    net: nn.Module
    labels: tuple[str, ...]
    size: tuple[int, int, int]
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    key: str = ""
    fingerprint: str = ""
    cam_layer: str = ""
    resize: int = 0
    samples: str = ""
    interpolation: str = "bicubic"
    notes: tuple[str, ...] = ()
    layers: tuple[Mapping[str, Any], ...] = ()
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fingerprint", fingerprint(self, self.weights))

    @property
    def weights(self) -> str:
        """The sha256 of its weights alone; "" if it is not known."""
        return weights_of(self.fingerprint)

    @property
    def device(self) -> torch.device:
        return next(self.net.parameters()).device

    def __call__(self, images: Tensor) -> Tensor:
        if images.ndim != 4 or tuple(images.shape[1:]) != self.size:
            expected = ", ".join(map(str, self.size))
            raise ValueError(f"expected images of shape (N, {expected}), got {tuple(images.shape)}")
        cancellation.check()
        long = images.numel() > LARGE and images.device.type == "cpu"  # a GPU is through before it is told to stop
        with cancellation.interruptible() if long else nullcontext():
            logits: Tensor = self.net(normalised(images, self.mean, self.std))
        cancellation.count(images, logits)
        return logits

    @torch.no_grad()
    def probabilities(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0, 1] -> (N, K), each row summing to 1; evaluation mode, no gradients.

        A net that is in evaluation mode already is not waited for: a look changes nothing in it. ValueError where an
        answer is not finite: every comparison with NaN is false, and a model without an answer would pass for one that
        holds.
        """
        training = any(module.training for module in self.net.modules())
        with self.frozen() if training else nullcontext():
            return expect_finite(self(images.to(self.device)).softmax(dim=1), "the model's answer")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Alone with the net: lock held, evaluation mode, parameters without gradients. All is restored, also on error.

        Waiting for the lock can be cancelled by the current scope.
        """
        while not self.lock.acquire(timeout=0.1):
            cancellation.check()
        modules = list(self.net.modules())
        weights = [weight for module in modules for weight in module._parameters.values() if weight is not None]
        modes, wants = [module.training for module in modules], [weight.requires_grad for weight in weights]
        try:  # only what differs is touched: most calls find a net that is still already
            if any(modes):
                self.net.eval()
            for weight, wanted in zip(weights, wants, strict=True):
                if wanted:
                    weight.requires_grad_(False)
            yield
        finally:
            for module, training in zip(modules, modes, strict=True):
                if module.training != training:
                    module.training = training
            for weight, wanted in zip(weights, wants, strict=True):
                if weight.requires_grad != wanted:
                    weight.requires_grad_(wanted)
            self.lock.release()

    @contextmanager
    def watch(self, layer: str, *, leaf: bool = False) -> Iterator[list[Tensor]]:
        """Collect what module `layer` puts out in this thread while inside; the hook is removed, also on error.

        With `leaf` the graph starts at that output: gradients reach it and go no further back.
        """
        seen: list[Tensor] = []
        thread = threading.get_ident()

        def keep(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
            if threading.get_ident() != thread:
                return None
            if not leaf or not isinstance(output, Tensor):
                seen.append(output)
                return None
            seen.append(output.detach().requires_grad_(True))
            return seen[-1].clone()  # a later in-place operation must not touch what is kept

        handle = self.net.get_submodule(layer).register_forward_hook(keep)
        try:
            yield seen
        finally:
            handle.remove()

    def copy(self) -> "Classifier":
        """The same classifier on a copy of the net, for libraries that leave marks on what they touch."""
        return replace(self, net=copy.deepcopy(self.net), lock=threading.RLock())

    def module(self) -> nn.Module:
        """This classifier as one nn.Module over images in [0, 1], for libraries that want one."""
        return AsModule(self.net, self)


def spelt(labels: Iterable[str]) -> list[str]:
    """The names of classes as they are compared: whatever their case and spaces.

    >>> spelt(("No  finding", "finding"))
    ['no finding', 'finding']
    """
    return [" ".join(each.lower().split()) for each in labels]
