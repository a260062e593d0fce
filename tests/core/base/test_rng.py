"""One computation at a time, in order, cancellable while waiting; the generators are put back."""

import random
import threading
import time

import numpy as np
import pytest
import torch

from core.attacks.square import Square
from core.base.cancellation import Cancelled, CancelScope
from core.base.rng import exclusive, seeded
from core.classifiers import _architectures as architectures
from core.classifiers import cifar10_resnet20, imagenet_efficientnet_lite0, mnist_cnn, torchvision_imagenet


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
        with exclusive(), exclusive():  # the one who has the turn passes straight through
            inside.set()
            leave.wait(10)

    scope = CancelScope()

    def wait() -> None:
        try:
            with scope, exclusive():
                ended.append("had it")
        except Cancelled:
            ended.append("cancelled")

    holder, waiter = threading.Thread(target=hold), threading.Thread(target=wait)
    holder.start()
    inside.wait(10)
    waiter.start()
    scope.stop()
    waiter.join(5)
    assert ended == ["cancelled"]
    leave.set()
    holder.join(5)
    with exclusive():
        pass


BUILDERS = {
    "cifar10_resnet20": cifar10_resnet20.fresh,
    "mnist_cnn": mnist_cnn.fresh,
    "lite0": imagenet_efficientnet_lite0.build,
    "torchvision": lambda: torchvision_imagenet.build("squeezenet1_1"),
    "own": lambda: architectures.empty(architectures.architecture("resnet20"), 3, (3, 32, 32)),
}


@pytest.mark.parametrize("builder", BUILDERS)
def test_an_attack_draws_the_same_while_another_thread_builds_networks(builder: str) -> None:
    classifier = mnist_cnn.fresh(3)
    images = torch.rand(2, *classifier.size, generator=torch.Generator().manual_seed(0))
    labels = classifier.probabilities(images).argmax(dim=1)
    begun, asked, built = threading.Event(), threading.Event(), threading.Event()

    def build() -> None:
        begun.wait(10)
        asked.set()
        BUILDERS[builder]()
        built.set()

    def attacked(wait: bool) -> list[float]:
        def pause(*_: object) -> None:  # at the first look: the other thread has the time to draw in between
            if not begun.is_set() and wait:
                begun.set()
                asked.wait(10)
                assert not built.wait(0.3), "networks wait for their turn"

        with CancelScope(watcher=pause):
            return Square(eps=0.1, queries=40)(classifier, images, labels, seed=5).flatten().tolist()

    alone = attacked(wait=False)
    state = torch.get_rng_state()
    thread = threading.Thread(target=build)
    thread.start()
    assert attacked(wait=True) == alone
    thread.join(20)
    assert built.is_set()
    assert torch.equal(torch.get_rng_state(), state)


def test_naming_the_architectures_builds_none() -> None:
    """A list on the screen does not wait for an attack to end."""
    names = []
    with exclusive():
        thread = threading.Thread(target=lambda: names.extend(architectures.names()))
        thread.start()
        thread.join(10)
        assert "resnet20" in names
