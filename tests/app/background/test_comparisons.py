"""Comparisons in the background: computed once, found again, stopped."""

import threading
import time
from pathlib import Path

import torch
from torch import nn

from app.background.comparisons import Comparisons, PairStudies
from app.background.studies import Studies
from core.attacks.pgd import PGD
from core.compare.comparison import Pair, Side
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP


def toy(seed: int) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3)).eval()
    return Classifier(net, ("a", "b", "c"), (3, 8, 8), key="toy", fingerprint=f"f{seed}", cam_layer="1")


def awaited(comparisons: Comparisons, pair: Pair, models: dict[Side, Classifier]) -> PairStudies:
    for _ in range(600):
        found = comparisons.find(pair, models, None)
        if found is not None and found.crossing is not None and not found.alive:
            return found
        time.sleep(0.05)
    raise AssertionError("the comparison did not end")


def test_it_is_computed_once_found_again_and_stopped(home: Path) -> None:
    models: dict[Side, Classifier] = {"before": toy(0), "after": toy(1)}
    image = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    pair = Pair("toy/1", "one", "two", PGD(steps=4), (GradCAMPP(),), controls=1)
    comparisons = Comparisons(Studies())
    assert comparisons.find(pair, models, None) is None
    threads = [threading.Thread(target=lambda: comparisons.start(pair, models, image, "", None)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = awaited(comparisons, pair, models)
    assert all(work.state == "done" for work in done.works)
    assert comparisons.start(pair, models, image, "", None).crossing is done.crossing
    assert done.comparison.crossings["after"].maps.keys() == {"grad_cam_pp"}
    assert comparisons.find(pair, models, 1) is not None
    assert awaited(comparisons, pair, models).crossing is done.crossing

    slow = Pair("toy/1", "one", "two", PGD(steps=500), (GradCAMPP(),), controls=1)
    together = comparisons.start(slow, models, image, "", None)
    together.stop()
    for _ in range(200):
        if not together.alive:
            break
        time.sleep(0.05)
    assert {job.state for job in together.jobs.values()} == {"stopped"}
    short = comparisons.start(pair, models, image, "", 2)  # another label: another bound, the same studies
    assert short.jobs["after"].state == "done"
    again = comparisons.start(slow, models, image, "", None)
    assert all(job.alive for job in again.jobs.values())
    again.stop()
