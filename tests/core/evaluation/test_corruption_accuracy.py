"""Accuracy under corruptions: counted again image by image; mCE by the paper's formula; intervals that hold."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.catalog import CORRUPTIONS
from core.contracts.interfaces import Images
from core.evaluation.corruption_accuracy import (
    CLEAN,
    Generated,
    Outcomes,
    cells,
    corruption_accuracy,
    each_image,
    mean_corruption_accuracy,
    tidy,
)
from core.evaluation.corruption_error import corruption_error, gain
from core.evaluation.corruption_words import sentence, table
from tests.core.evaluation.networks import answered, network

NAMES = ("fog", "contrast", "snow")


class Few:
    """Three corruptions of the fifteen, and a note of how many images were asked for at once."""

    names = NAMES

    def __init__(self, data: Images) -> None:
        self.whole, self.most = Generated(data, 4), 0

    def __len__(self) -> int:
        return len(self.whole)

    def part(self, corruption: str, severity: int, begin: int, end: int) -> Tensor:
        self.most = max(self.most, end - begin)
        return self.whole.part(corruption, severity, begin, end)


def drawn(seed: int, share: float, count: int = 40) -> Outcomes:
    draws = torch.Generator().manual_seed(seed)
    return {cell: torch.rand(count, generator=draws) < share + 0.2 * (cell == CLEAN) for cell in cells(NAMES)}


def test_the_fifteen_at_five_severities_and_the_clean_images() -> None:
    todo = cells(Generated(answered(network())).names)
    assert todo[0] == CLEAN
    assert len(todo) == len(set(todo)) == 76


def test_outcomes_are_those_of_every_image_by_itself_in_batches_of_any_size() -> None:
    model = network()
    data = answered(model)
    few = Few(data)
    found = corruption_accuracy(model, data, few, count=20, batch=7)
    assert few.most == 7
    assert set(found) == set(cells(NAMES))
    for name in NAMES:
        for severity in range(1, 6):
            corrupted = CORRUPTIONS[name]()(data.images, severity, seed=4)[:20]
            for index, image in enumerate(corrupted):
                answer = model.probabilities(image[None].float() / 255).argmax().item()
                assert found[name, severity][index] == (answer == data.labels[index])
    assert torch.equal(found[CLEAN], torch.ones(20, dtype=torch.bool))
    rows = tidy(found)
    assert len(rows) == 16
    assert rows[0] == {"corruption": "clean", "severity": 0, "hits": 20, "accuracy": 1.0, "count": 20,
                       "interval_95": [0.8389, 1.0]}  # fmt: skip
    assert len({row["hits"] for row in rows}) > 2, "the corruptions cost different numbers of images"


def test_the_mean_counts_every_cell_alike_and_its_interval_holds_for_images() -> None:
    found = drawn(0, 0.6)
    mean = mean_corruption_accuracy(found)
    shares = [found[name, severity].double().mean().item() for name in NAMES for severity in range(1, 6)]
    assert mean["accuracy"] == pytest.approx(np.mean(shares))
    by_image = np.stack([found[cell].numpy() for cell in cells(NAMES)[1:]]).mean(axis=0)
    half = 1.959964 * by_image.std(ddof=1) / np.sqrt(40)
    assert mean["interval_95"] == pytest.approx([by_image.mean() - half, by_image.mean() + half], abs=1e-4)
    one = {cell: correct[:1] for cell, correct in found.items()}
    assert mean_corruption_accuracy(one)["interval_95"] is None
    assert each_image(found).shape == (40,)


def test_mce_is_the_formula_of_the_paper() -> None:
    mine, base = drawn(1, 0.7), drawn(2, 0.4)
    found = corruption_error(mine, base)

    def error(outcomes: Outcomes, cell: tuple[str, int]) -> float:
        return float((~outcomes[cell]).double().mean())

    ce, relative = [], []
    for name in NAMES:
        above = [error(mine, (name, s)) for s in range(1, 6)]
        below = [error(base, (name, s)) for s in range(1, 6)]
        ce.append(sum(above) / sum(below))
        relative.append((sum(above) - 5 * error(mine, CLEAN)) / (sum(below) - 5 * error(base, CLEAN)))
        assert found["by_corruption"][name]["ce"] == pytest.approx(ce[-1])
    assert found["mce"] == pytest.approx(np.mean(ce))
    assert found["relative_mce"] == pytest.approx(np.mean(relative))
    same = corruption_error(base, base)
    assert (same["mce"], same["relative_mce"]) == (pytest.approx(1), pytest.approx(1))


def test_a_baseline_without_errors_gives_no_ratio() -> None:
    perfect = {cell: torch.ones(8, dtype=torch.bool) for cell in cells(NAMES)}
    found = corruption_error(drawn(1, 0.7), perfect)
    assert found["mce"] is found["relative_mce"] is None
    with pytest.raises(ValueError, match="same corruptions"):
        corruption_error({cell: perfect[cell] for cell in cells(NAMES[:2])}, perfect)


def test_the_gain_is_paired() -> None:
    base = drawn(3, 0.5)
    better = {cell: correct | (torch.arange(40) < 4) for cell, correct in base.items()}
    found = gain(better, base)
    assert found is not None
    assert found["difference"] == pytest.approx((each_image(better) - each_image(base)).mean().item(), abs=1e-4)
    assert found["interval_95"][0] > 0, "of the same images, so few suffice"
    assert (
        gain({cell: each[:1] for cell, each in better.items()}, {cell: each[:1] for cell, each in base.items()}) is None
    )


def test_a_result_in_words() -> None:
    mine, base = drawn(1, 0.7), drawn(2, 0.4)
    first = {"classifier": "base", "mean": mean_corruption_accuracy(base), "cells": tidy(base)}
    second = {"classifier": "new", "mean": mean_corruption_accuracy(mine), "cells": tidy(mine), "against": "base",
              "gain": gain(mine, base), **corruption_error(mine, base)}  # fmt: skip
    said = sentence({"models": [first, second]})
    assert said.startswith("Mean corruption accuracy over 40 images: base ")
    shown = table(second)
    assert f"mCE {100 * second['mce']:.1f} %, relative mCE" in shown
    assert shown.count("\n") == 3 + len(NAMES) + 1
    assert "not defined" in table(second | {"mce": None})
    for odd in ({}, {"models": 3}, {"models": [3]}, {"models": [{}]}, {"models": [{"mean": {"accuracy": "x"}}]}):
        assert sentence(odd) == ""
