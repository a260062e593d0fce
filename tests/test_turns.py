"""One computation at a time, in order, cancellable while waiting; the generators are put back."""

import random
import threading
import time

import numpy as np
import pytest
import torch

from core.meter import Cancelled, Meter
from core.turns import seeded, turn


def test_generators_are_put_back_also_on_error() -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    expected = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    with pytest.raises(KeyError), seeded(1, torch.device("cpu")):
        torch.rand(3), np.random.rand(3), random.random()
        raise KeyError
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected


def test_threads_take_turns_and_draw_what_they_would_alone() -> None:
    def draw(seed: int) -> list[float]:
        with seeded(seed, torch.device("cpu")):
            first = torch.rand(2)
            time.sleep(0.005)
            return [*first.tolist(), *torch.rand(2).tolist(), np.random.rand()]

    alone = {seed: draw(seed) for seed in range(8)}
    found: dict[int, list[float]] = {}
    threads = [threading.Thread(target=lambda seed=seed: found.__setitem__(seed, draw(seed))) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_waiting_can_be_cancelled_and_the_queue_goes_on() -> None:
    inside, leave, ended = threading.Event(), threading.Event(), []

    def hold() -> None:
        with turn(), turn():  # the one who has the turn passes straight through
            inside.set()
            leave.wait(10)

    meter = Meter()

    def wait() -> None:
        try:
            with meter, turn():
                ended.append("had it")
        except Cancelled:
            ended.append("cancelled")

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    inside.wait(10)
    waiter.start()
    meter.stop()
    waiter.join(5)
    assert ended == ["cancelled"]
    leave.set()
    holder.join(5)
    with turn():
        pass
