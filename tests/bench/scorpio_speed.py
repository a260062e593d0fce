"""SCORPIO: a step of it beside one of PGD adversarial training, in the same precision."""

from dataclasses import replace

from core.distributed.fabric import make_fabric
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.scorpio import Scorpio
from core.training.loop import Training
from tests.bench.refine_speed import EPS, STEP, STEPS, training
from tests.bench.subjects import small
from tests.bench.timing import Row, Settings, median, race

AIM = 0.6


def step(settings: Settings) -> list[Row]:
    """Steps of 128 images; both in fp32, as second derivatives are never taken in bf16. No masks are made."""
    kinds = {f"n{count}": Scorpio(eps=EPS, iterations=count) for count in (1, 3)}
    fitting = {"pgd": PGDAdversarial(steps=STEPS, eps=EPS, step=STEP), **kinds}
    works = {}
    for name, objective in fitting.items():
        half = training(objective, 4)
        made = Training(
            small().copy(), objective, half.batches.data, replace(half.schedule, bf16=False),
            fabric=make_fabric("cpu", bf16=False),
        )  # fmt: skip
        going = iter(made)
        works[name] = lambda _, going=going: next(going)
    times = race(works, settings.pick(7, 1))
    return [
        Row(
            f"SCORPIO step, {kind.iterations} iteration{'s' * (kind.iterations > 1)}", "PGD training step",
            (median(times[name]) or 0) / (median(times["pgd"]) or 1), AIM, "at most", "times as long", times[name],
            times["pgd"],
            f"128 images of 32 px, {small().key}, fp32 for both, the worst case on {kind.penalised:.2f} of the batch; "
            f"{STEPS} inner steps of PGD",
        )
        for name, kind in kinds.items()
    ]  # fmt: skip


ROWS = {"scorpio_step": step}
