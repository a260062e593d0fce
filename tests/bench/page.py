"""What the page waits for: a 32 px case with five maps, from the click to the first map and to the last."""

import tempfile
import time
from pathlib import Path

import torch

from core.attacks.pgd import PGD
from core.base.cancellation import CancelScope
from core.catalog import EXPLAINERS
from core.contracts.interfaces import Images
from core.data.formats.npz_write import write
from core.images.picture import fit
from core.images.samples import stored_picture
from core.runs.store import Store
from core.study.case import Case
from core.study.investigation import investigate
from core.study.study import begin
from tests.bench.subjects import small
from tests.bench.timing import Row, Settings, median

FIVE = ("grad_cam_pp", "integrated_gradients", "shap_gradient", "lime", "pgca")


def first_map(settings: Settings) -> list[Row]:
    classifier = small()
    explainers = tuple(EXPLAINERS[key]() for key in FIVE)
    image = fit(stored_picture("cifar10/0000"), classifier)
    first, last, complete = [], [], []
    for repeat in range(1 + settings.pick(7, 1)):
        case = Case("cifar10/0000", classifier.key, PGD(), explainers, seed=repeat)
        begun, seen = time.perf_counter(), []
        with CancelScope():
            for event in investigate(begin(case, classifier, image), classifier):
                if event.stage == "maps" and event.finished:
                    seen.append(time.perf_counter() - begun)
        if repeat:  # the first one warms up
            first.append(seen[0])
            last.append(seen[-1])
            complete.append(time.perf_counter() - begun)
    note = (
        f"{classifier.key}, prediction, PGD-20, five maps of two images each, in a warm process, without the browser; "
        f"all five after {median(last):.2f} s, all controls after {median(complete):.2f} s"
    )
    facts = {"all_maps": last, "all_controls": complete}
    return [
        Row("Page, 32 px: first map", "the clock", median(first) or 0, 1, "at most", "seconds", first, [], note, facts)
    ]


def _case(seed: int) -> tuple[float, float]:
    """Seconds to the first map and to the end of a study of one picture, five maps, with its controls."""
    classifier = small()
    image = fit(stored_picture("cifar10/0000"), classifier)
    case = Case("cifar10/0000", classifier.key, PGD(), tuple(EXPLAINERS[key]() for key in FIVE), seed=seed)
    begun, first = time.perf_counter(), 0.0
    with CancelScope():
        for event in investigate(begin(case, classifier, image), classifier):
            if event.stage == "maps" and event.finished and not first:
                first = time.perf_counter() - begun
    return first, time.perf_counter() - begun


def beside_a_run(settings: Settings) -> list[Row]:
    """The same case while a refinement trains on the CPU, between two times without: threads capped and passive."""
    repeats = settings.pick(7, 1)
    with tempfile.TemporaryDirectory() as folder:
        store, data = Store(Path(folder) / "runs"), Path(folder) / "noise.npz"
        with data.open("wb") as file:
            write(file, lambda split: noise(4000 if split == "train" else 100))
        spec = {"base": small().key, "data": str(data), "objective": {"method": "pgd_adversarial"},
                "schedule": {"epochs": 1000, "held_out": 0}}  # fmt: skip
        _case(0)
        idle = [_case(1 + repeat) for repeat in range(repeats)]
        run = store.submit("refine", spec)
        try:
            while run.status.alive and not run.metrics:
                time.sleep(0.2)
            assert run.status.alive, run.status.said
            busy = [_case(1 + repeat) for repeat in range(repeats)]
            steps = len(run.metrics)
        finally:
            run.stop("now")
        while run.status.alive:
            time.sleep(0.2)
        idle += [_case(1 + repeat) for repeat in range(repeats)]
    rows = []
    for place, what in enumerate(("first map", "all maps and controls")):
        ours, theirs = [each[place] for each in busy], [each[place] for each in idle]
        note = f"{small().key}, PGD adversarial training in the background, which made {steps} steps meanwhile"
        figure = (median(ours) or 0) / (median(theirs) or 1)
        rows.append(
            Row(
                f"Page while a run trains, {what}",
                "the same, idle",
                figure,
                2,
                "at most",
                "times as long",
                ours,
                theirs,
                note,
            )
        )
    return rows


def noise(count: int) -> Images:
    """Labelled noise; it costs what pictures cost."""
    images = torch.randint(0, 256, (count, 3, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Images(images, torch.arange(count) % 10, small().labels)


ROWS = {"page": first_map, "page_beside_a_run": beside_a_run}
