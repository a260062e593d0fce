"""What the page waits for: a 32 px case with five maps, from the click to the first map and to the last."""

import time

from core.attacks.pgd import PGD
from core.case import Case
from core.catalog import EXPLAINERS
from core.meter import Meter
from core.picture import fit
from core.samples import picture
from core.study import begin, investigate
from tests.bench.subjects import small
from tests.bench.timing import Row, Settings, median

FIVE = ("grad_cam_pp", "integrated_gradients", "shap_gradient", "lime", "pgca")


def first_map(settings: Settings) -> list[Row]:
    classifier = small()
    explainers = tuple(EXPLAINERS[key]() for key in FIVE)
    image = fit(picture("cifar10/0000"), classifier)
    first, last, complete = [], [], []
    for repeat in range(1 + settings.pick(7, 1)):
        case = Case("cifar10/0000", classifier.key, PGD(), explainers, seed=repeat)
        begun, seen = time.perf_counter(), []
        with Meter():
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


ROWS = {"page": first_map}
