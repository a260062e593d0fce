"""A network's last features, of originals and attacked images, and a picture of them in two dimensions."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.base import cancellation
from core.base.rng import seeded
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite

FEWEST = 5  # points for UMAP


@dataclass(frozen=True, eq=False)
class Embedding:
    """`points` (N, 2), of no unit: their distances are not those of the features; `how` they were made, in words."""

    points: npt.NDArray[np.float64]
    how: str

    def told(self) -> dict[str, Any]:
        """In JSON."""
        return {"how": self.how, "points": [[round(float(each), 4) for each in point] for point in self.points]}


def features(
    classifier: Classifier, images: Tensor, *, batch: int = 100, on_done: Callable[[int, int], None] | None = None
) -> Tensor:
    """(N, C, H, W) in [0, 1] -> (N, D): what goes into the last nn.Linear with one output a class.

    Of a network without one, the mean over places of what `cam_layer` puts out; ValueError if it names none either.
    """
    found = []
    for begin in range(0, len(images), batch):
        cancellation.check()
        with classifier.frozen(), torch.no_grad(), _into_head(classifier) as seen:
            part = images[begin : begin + batch].to(classifier.device)
            classifier(part)
            if not seen and not classifier.cam_layer:
                raise ValueError("this classifier has no linear layer at its end and names no layer that puts out maps")
            if not seen:
                with classifier.watch(classifier.cam_layer) as maps:
                    classifier(part)
                seen = [maps[-1].flatten(2).mean(dim=2) if maps[-1].ndim == 4 else maps[-1]]
        last = seen[-1].float().cpu()
        found.append(last.flatten(1, -2).mean(dim=1) if last.ndim > 2 else last)  # of tokens (N, T, D): their mean
        if on_done is not None:
            on_done(min(begin + batch, len(images)), len(images))
    if not found:
        raise ValueError("there is no image to take features of")
    return expect_finite(torch.cat(found), "a feature")


@contextmanager
def _into_head(classifier: Classifier) -> Iterator[list[Tensor]]:
    """What goes into linear layers with one output a class, in this thread while inside, the last of them last."""
    seen: list[Tensor] = []
    thread, classes = threading.get_ident(), len(classifier.labels)

    def keep(_module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if threading.get_ident() == thread and inputs and isinstance(inputs[0], Tensor):
            seen.append(inputs[0].detach())

    heads = [each for each in classifier.net.modules() if isinstance(each, nn.Linear) and each.out_features == classes]
    handles = [each.register_forward_pre_hook(keep) for each in heads]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def standardised(values: Tensor) -> Tensor:
    """(N, D), each column with mean 0 and standard deviation 1 (divided by N), in double precision; constant ones 0.

    >>> standardised(torch.tensor([[1.0, 5.0], [3.0, 5.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    values = values.double()
    spread = values.std(dim=0, correction=0)
    level = spread <= 1e-12 * values.abs().amax(dim=0)
    return torch.where(level, 0.0, (values - values.mean(dim=0)) / torch.where(level, 1.0, spread))


def embed(features: Tensor, seed: int = 0, neighbours: int = 15) -> Embedding:
    """Features (N, D) of originals and attacked images together, standardised, in two dimensions, by UMAP.

    McInnes, Healy, Melville 2018, arXiv 1802.03426; one thread, so that a seed gives the same points again. Of fewer
    than five points the first two principal components, by which a point's sign is free. It cannot be stopped midway.
    """
    values = standardised(expect_finite(features, "a feature")).numpy()
    if len(values) < FEWEST:
        left, lengths, _ = np.linalg.svd(values, full_matrices=False)
        points = np.zeros((len(values), 2))
        points[:, : len(lengths)] = (left * lengths)[:, :2]
        return Embedding(points, f"two principal components, as UMAP needs at least {FEWEST} points")
    from umap import UMAP  # takes seconds

    near = max(2, min(neighbours, len(values) - 1))
    with seeded(seed):
        made = UMAP(n_components=2, n_neighbors=near, random_state=seed, n_jobs=1).fit_transform(values)
    return Embedding(np.asarray(made, dtype=np.float64), f"UMAP of {near} neighbours, seed {seed}")
