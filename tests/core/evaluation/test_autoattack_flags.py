"""The doubts about an evaluation under AutoAttack, on networks made doubtful."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.contracts.toy_models import linear
from core.evaluation.autoattack_flags import flags
from tests.core.evaluation.networks import answered, network


class Doubtful(nn.Module):
    """Logits of a linear network with something done to them."""

    def __init__(self, inner: nn.Module, kind: str) -> None:
        super().__init__()
        self.inner, self.kind = inner, kind

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.inner(images)
        if self.kind == "random":
            return logits + 0.01 * torch.rand_like(logits)
        if self.kind == "softmax":
            return logits.softmax(dim=1)
        return logits.round() if self.kind == "steps" else logits


@pytest.mark.parametrize(
    ("kind", "after_attacks", "words"),
    [
        ("plain", {"clean": 90, "apgd-ce": 40, "square": 40}, []),
        ("random", {"clean": 90}, ["from pass to pass"]),
        ("softmax", {"clean": 90}, ["probabilities"]),
        ("steps", {"clean": 90}, ["images have no gradient"]),
        ("plain", {"clean": 90, "fab-t": 40, "square": 37}, ["took 3 more"]),
        ("plain", {"clean": 900, "fab-t": 40, "square": 38}, []),
    ],
)
def test_flags(kind: str, after_attacks: dict[str, int], words: list[str]) -> None:
    classifier = network()
    doubtful = replace(classifier, net=Doubtful(classifier.net, kind))
    data = answered(classifier, 20)
    count = 1000
    said = flags(doubtful, data.images.float() / 255, data.labels, after_attacks, count)
    assert len(said) == len(words), said
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))


def test_few_classes_are_flagged() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    said = flags(classifier, torch.rand(4, 1, 1, 1), torch.zeros(4, dtype=torch.int64), {"clean": 4}, 4)
    assert ["2 classes" in sentence for sentence in said] == [True]
