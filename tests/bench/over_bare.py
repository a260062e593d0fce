"""Every explainer over the bare forward and backward passes it needs: the same batches through the network alone."""

import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.catalog import EXPLAINERS
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from tests.bench.subjects import large, pictures, small
from tests.bench.timing import Row, Settings, race

AIM = 1.2


class Pass(NamedTuple):
    """One forward pass: its batch, and how far back a gradient went: "" (none), "image" or "layer"."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    channels_last: bool
    half: bool
    back: str


@contextmanager
def recorded(net: nn.Module) -> Iterator[list[Pass]]:
    """The passes through `net` (or a copy made meanwhile) while inside."""
    seen: list[Pass] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...], logits: Tensor) -> None:
        images = inputs[0]
        back = "image" if images.requires_grad else "layer" if logits.requires_grad else ""
        last = images.is_contiguous(memory_format=torch.channels_last) and not images.is_contiguous()
        seen.append(Pass(tuple(images.shape), images.dtype, last, torch.is_autocast_enabled("cpu"), back))

    handle = net.register_forward_hook(note)
    try:
        yield seen
    finally:
        handle.remove()


class Bare:
    """Runs recorded passes through the network alone, on batches made beforehand."""

    def __init__(self, classifier: Classifier, passes: list[Pass]) -> None:
        self.passes, self.nets, self.batches = passes, {}, {}
        self.layer = classifier.cam_layer
        for each in set(passes):
            batch = torch.rand(each.shape, dtype=each.dtype)
            order = torch.channels_last if each.channels_last else torch.contiguous_format
            self.batches[each] = batch.contiguous(memory_format=order).requires_grad_(each.back == "image")
            if each.dtype not in self.nets:
                apart = classifier.copy()
                apart.net.to(each.dtype).eval().requires_grad_(False)
                self.nets[each.dtype] = apart

    def __call__(self, _repeat: int) -> None:
        for each in self.passes:
            classifier, batch = self.nets[each.dtype], self.batches[each]
            with torch.set_grad_enabled(bool(each.back)), torch.autocast("cpu", torch.bfloat16, enabled=each.half):
                if each.back == "layer":
                    with classifier.watch(self.layer, leaf=True) as seen:
                        score = classifier.net(batch)[:, 0].sum()
                    torch.autograd.grad(score, seen[-1])
                elif each.back == "image":
                    torch.autograd.grad(classifier.net(batch)[:, 0].sum(), batch)
                else:
                    classifier.net(batch)


def compare(explainer: Explainer, classifier: Classifier, settings: Settings) -> Row:
    images, answers = pictures(classifier, 1)

    def ours(repeat: int) -> None:
        explainer(classifier, images, answers, seed=repeat)

    ours(0)
    with recorded(classifier.net) as passes, CancelScope() as scope:
        ours(0)
    assert len(passes) == scope.forwards, f"{explainer.key}: {len(passes)} passes seen, {scope.forwards} counted"
    times = race({"ours": ours, "bare": Bare(classifier, passes)}, settings.pick(3, 1))
    figure = statistics.median(times["ours"]) / statistics.median(times["bare"])
    counted = Counter((each.shape[0], each.back, str(each.dtype).removeprefix("torch.")) for each in passes)
    said = [
        f"{many} x {size}{f' and back to the {back}' if back else ''}{'' if kind == 'float32' else f', {kind}'}"
        for (size, back, kind), many in counted.items()
    ]
    note = f"passes of one image's map, {classifier.key}: {'; '.join(said)}"
    facts: dict[str, Any] = {"passes": said, "forwards": scope.forwards, "queries": scope.queries}
    name = f"{explainer.title}, {classifier.size[1]} px"
    return Row(
        name, "the bare passes", figure, AIM, "at most", "times as long", times["ours"], times["bare"], note, facts
    )


def over_bare(settings: Settings) -> list[Row]:
    digits = mnist_cnn.fresh(0)
    digits.net.eval()
    rows = []
    for classifier in (large(), small(), digits):
        for key, kind in EXPLAINERS.items():
            explainer = kind()
            if classifier is digits and key != "shap_deep":
                continue
            if not explainer.obstacle(classifier):
                rows.append(compare(explainer, classifier, settings))
    return rows


ROWS = {"over_bare": over_bare}
