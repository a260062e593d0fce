"""Eight studies at once in the workers of a server, against one after the other in one of them; without a screen."""

import threading
import time

from core.attacks.pgd import PGD
from core.catalog import EXPLAINERS
from core.images.picture import fit
from core.images.samples import stored_picture
from core.study.case import Case
from core.study.study import begin
from core.workers import size, studies
from core.workers.pool import Pool
from tests.bench.sessions import spent
from tests.bench.subjects import small
from tests.bench.timing import Row, Settings, median

SESSIONS = 8
MAPS = (EXPLAINERS["grad_cam_pp"](), EXPLAINERS["integrated_gradients"](), EXPLAINERS["lime"](samples=100))


def eight(settings: Settings) -> list[Row]:
    pool, count = Pool(SESSIONS, size.threads()), settings.pick(SESSIONS, 2)
    _together(pool, count, 0)  # warms up a worker for each
    alone, together, work, first_alone, first_together = [], [], [], [], []
    for repeat in range(1, 1 + settings.pick(3, 1)):
        before, begun = _spent(pool), time.perf_counter()
        first_alone += [_study(pool, repeat * SESSIONS + place) for place in range(count)]
        alone.append(time.perf_counter() - begun)
        between, begun = _spent(pool), time.perf_counter()
        first_together += _together(pool, count, repeat)
        together.append(time.perf_counter() - begun)
        work.append({"alone": between - before, "together": _spent(pool) - between})
    pool.close()
    now, then = (median([each[name] for each in work]) or 0 for name in ("together", "alone"))
    titles = ", ".join(each.title for each in MAPS)
    note = (
        f"{count} studies of a 32 px picture: PGD-20, {titles} and their controls, {pool.threads} threads each; "
        f"processor time {now:.1f} s and {then:.1f} s; until the attack was there at most {max(first_together):.1f} s "
        f"and {max(first_alone):.1f} s"
    )
    facts = {"work": work, "first_alone": first_alone, "first_together": first_together}
    figure = (median(together) or 0) / (median(alone) or 1)
    name = f"{count} studies at once, in workers"
    return [Row(name, "one after the other", figure, 1.2, "at most", "x", together, alone, note, facts)]


def _study(pool: Pool, seed: int) -> float:
    """Seconds until the attack of one study is there; it goes on to its end."""
    classifier = small()
    image = fit(stored_picture("cifar10/0000"), classifier)
    case = Case("cifar10/0000", "cifar10_resnet20:standard", PGD(), MAPS, seed=seed, controls=1)
    study = begin(case, classifier, image)
    study.threads, begun, first = pool.threads, time.perf_counter(), 0.0
    for event in studies.investigate(pool, study, classifier):
        if event.stage == "attack" and event.finished:
            first = time.perf_counter() - begun
    return first


def _together(pool: Pool, count: int, repeat: int) -> list[float]:
    firsts: list[float] = []
    threads = [
        threading.Thread(target=lambda place=place: firsts.append(_study(pool, repeat * SESSIONS + place)))
        for place in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return firsts


def _spent(pool: Pool) -> float:
    return sum(spent(process.number) for process in pool.idle)


ROWS = {"Workers": eight}
