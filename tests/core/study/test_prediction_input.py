"""What a model takes is looked at before it is asked: shape, channels, values."""

import pytest
import torch
from torch import nn

from core.contracts.classifier import Classifier
from core.study.prediction import predict


@pytest.mark.parametrize(("image", "words"), [
    (torch.full((1, 4, 4), 255.0), "every value in [0, 1]"), (torch.full((1, 4, 4), -0.01), "every value in [0, 1]"),
    (torch.full((1, 4, 4), float("nan")), "every value in [0, 1]"), (torch.zeros(3, 4, 4), "(N, *(1, 4, 4))"),
    (torch.zeros(1, 4, 5), "(N, *(1, 4, 4))"),
])  # fmt: skip
def test_a_wrong_input_is_one_sentence(image: torch.Tensor, words: str) -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    with pytest.raises(ValueError, match="^expected images") as caught:
        predict(Classifier(net, ("a", "b"), (1, 4, 4)), image)
    assert words in str(caught.value)
