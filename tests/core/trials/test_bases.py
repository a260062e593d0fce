"""Which images a shipped base has not learnt from: beside the trainings' own split, drawn by the same functions."""

import pytest
import torch

from core.checkpoints.card import shipped_card
from core.contracts.interfaces import Images
from core.data.subset import few, set_aside, split_held_out
from core.trials.bases import unseen


@pytest.mark.parametrize(
    ("base", "count"),
    [("mnist_cnn:standard", 1000), ("mnist_cnn:lime_guided", 1000), ("mnist_cnn:cure", 0), ("mnist_cnn:sgam", 0),
     ("own:mine", 0), ("mnist_cnn", 0)],
)  # fmt: skip
def test_a_training_on_a_part_has_seen_what_is_set_aside(base: str, count: int) -> None:
    assert unseen(base, "mnist") == count


def test_what_the_cards_say_is_so() -> None:
    rows = Images(torch.arange(60_000).view(-1, 1, 1, 1), torch.zeros(60_000, dtype=torch.long), ("a",))
    aside = set(set_aside(rows, 1000)[1].images.flatten().tolist())
    for base, clean in (("mnist_cnn:standard", True), ("mnist_cnn:cure", False)):
        card = shipped_card(base)
        assert card is not None
        learnt = split_held_out(few(rows, card.images or 0, 0), 1000, 0)[0].images.flatten().tolist()
        assert (not aside & set(learnt)) is clean
