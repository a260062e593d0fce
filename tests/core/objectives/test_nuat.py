"""NuAT: its norm, attack and loss as the authors' code computes them; by turns, rising, and of whole batches."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.distributed.fabric import make_fabric
from core.objectives._nuclear_norm import nuclear_norm
from core.objectives.nuat import NuAT
from core.training.batch_gradient import descent
from core.training.batches import Batches
from core.training.loop import Training
from core.training.out_of_memory import steps
from tests.core.training.trainings import SCHEDULE, new
from tests.toys import dataset, draw, separable, small, whole


def ten_classes() -> tuple[Classifier, Tensor, Tensor]:
    """Answers that differ, some of them wrong; no batch normalisation."""
    classifier = mnist_cnn.fresh(1)
    classifier.net.double()
    classifier.net.head[-1].weight.data *= 40
    return classifier, draw(24, 1, 28, 28).double(), torch.arange(24) % 10


def with_statistics() -> tuple[Classifier, Tensor, Tensor]:
    """Batch normalisation, which answers otherwise in evaluation mode."""
    classifier = small()
    classifier.net.double()
    images, labels = separable(16)
    return classifier, images.double(), labels


CASES = pytest.mark.parametrize("made", [ten_classes, with_statistics])


def test_the_norm_is_the_sum_of_the_singular_values_and_so_is_its_pull() -> None:
    for shape in ((64, 10), (5, 10), (6, 2)):
        matrix = draw(*shape).double().sub(0.5).requires_grad_(True)
        found, wanted = nuclear_norm(matrix), torch.linalg.svdvals(matrix).sum()
        assert found.item() == pytest.approx(wanted.item(), rel=1e-12)
        pulls = [torch.autograd.grad(each, matrix)[0] for each in (found, wanted)]
        torch.testing.assert_close(*pulls)


def test_the_norm_in_half_precision_and_without_an_answer() -> None:
    rough = draw(64, 10).sub(0.5).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        matrix = rough.clone().requires_grad_(True)
        found = nuclear_norm(matrix)
    (pull,) = torch.autograd.grad(found, matrix)
    exact = rough.double().requires_grad_(True)
    wanted = torch.linalg.svdvals(exact).sum()
    (pulled,) = torch.autograd.grad(wanted, exact)
    assert found.dtype == torch.float32
    assert found.item() == pytest.approx(wanted.item(), rel=1e-6)
    torch.testing.assert_close(pull, pulled.bfloat16(), rtol=0.008, atol=1e-6)  # of the images' kind: one rounding
    assert nuclear_norm(torch.tensor([[1.0, torch.nan]])).isnan()
    assert nuclear_norm(torch.zeros(3, 2)).item() == 0


@CASES
def test_the_loss_is_the_authors_with_gradients_through_both_answers(made: Any) -> None:
    classifier, images, labels = made()
    classifier.net.train()
    mirror = copy.deepcopy(classifier.net)
    attacked = (images + 0.2 * (draw(*images.shape, seed=1) - 0.5)).clamp(0, 1)
    batch = replace(whole(images, labels), trained=0.75)
    loss, parts = NuAT(weight=4.0).loss(classifier, batch, attacked)
    adv_out = mirror((attacked - classifier.mean[0]) / classifier.std[0])  # in this order, as their statistics are kept
    out = mirror((images - classifier.mean[0]) / classifier.std[0])
    apart = torch.norm(out - adv_out, "nuc") / len(images)
    wanted = cross_entropy(out, labels) + 3.0 * apart
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-8)
    assert parts == pytest.approx({"cross_entropy": cross_entropy(out, labels).item(), "nuclear_norm": apart.item(),
                                   "weight": 3.0})  # fmt: skip
    assert apart.item() > 0.01
    pulls = [torch.autograd.grad(each, list(net.parameters())) for each, net in
             ((loss, classifier.net), (wanted, mirror))]  # fmt: skip
    for one, other in zip(*pulls, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-9)
    for one, other in zip(classifier.net.buffers(), mirror.buffers(), strict=True):
        torch.testing.assert_close(one, other)


@CASES
@pytest.mark.parametrize("turn", [0.0, 1.0])
def test_the_attack_is_the_authors(made: Any, turn: float) -> None:
    """Written out. Clean answers in training mode, the others in evaluation mode; the norm by turns."""
    classifier, images, labels = made()
    classifier.net.train()
    mirror = copy.deepcopy(classifier.net)

    def model(x: Tensor) -> Tensor:
        return mirror((x - classifier.mean[0]) / classifier.std[0])  # type: ignore[no-any-return]

    batch = replace(whole(images, labels, seed=4), kept={"nuclear": turn}, trained=0.75)
    found = NuAT(eps=0.1).attack(classifier, batch)
    out = model(images).detach()
    signs = 2 * torch.randint(2, images.shape, generator=torch.Generator().manual_seed(stream(4, "start"))) - 1
    moved = (images + 0.05 * signs).clamp(0, 1).requires_grad_(True)
    mirror.eval()
    rout = model(moved)
    cost = cross_entropy(rout, labels) + (3.0 * torch.norm(out - rout, "nuc") / len(images) if turn else 0.0)
    cost.backward()
    adv = (moved.detach() + 0.1 * moved.grad.sign()).clamp(0, 1)  # type: ignore[union-attr]
    wanted = (images + (adv - images).clamp(-0.1, 0.1)).clamp(0, 1)
    torch.testing.assert_close(found, wanted)
    for one, other in zip(classifier.net.buffers(), mirror.buffers(), strict=True):
        torch.testing.assert_close(one, other)
    other_turn = NuAT(eps=0.1).attack(made()[0], replace(batch, kept={"nuclear": 1 - turn}))
    assert (found != other_turn).any()


def test_the_start_is_by_lot_at_half_the_strength() -> None:
    classifier, images, labels = ten_classes()
    seen: list[Tensor] = []
    batch = whole(images * 0.5 + 0.25, labels, seed=1)
    with CancelScope(watcher=lambda batch, _: seen.append(batch.detach().clone())):
        NuAT(eps=0.1).attack(classifier, batch)
    change = seen[1] - batch.images
    torch.testing.assert_close(change.abs(), torch.full_like(change, 0.05))
    assert 0.48 < (change > 0).double().mean() < 0.52


def test_which_modes_and_what_it_costs() -> None:
    classifier, modes = small(), []
    classifier.net.train()
    batch = whole(*separable(8))
    with CancelScope(watcher=lambda *_: modes.append(classifier.net.training)) as scope:
        NuAT()(classifier, batch)
    assert modes == [True, False, True, True]
    assert scope.evaluations == pytest.approx(8 * (3 + 1 / 3))


def test_the_norm_counts_more_from_epoch_to_epoch_and_in_every_second_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[float] = []
    plain = NuAT.attack

    def attack(self: NuAT, classifier: Classifier, batch: Any) -> Tensor:
        turns.append(batch.kept["nuclear"])
        return plain(self, classifier, batch)

    monkeypatch.setattr(NuAT, "attack", attack)
    found = list(new(NuAT(weight=3.0), replace(SCHEDULE, epochs=3)))
    assert [step.parts["weight"] for step in found] == [float(step.epoch) for step in found]
    assert turns == [index % 2 for index in range(18)]


def test_a_batch_in_parts_is_another_loss() -> None:
    """Why `whole` is declared: the norms of the parts add up to more than that of all."""
    classifier, images, labels = ten_classes()
    batch, losses = replace(whole(images, labels), trained=0.5), []
    for at_once in (24, 8):
        numbers = descent(classifier, NuAT(), batch.parts(at_once), 0, make_fabric("cpu"))
        losses.append(numbers["loss"])
    assert losses[1] > losses[0] * 1.01
    assert NuAT.whole


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def no_room(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(NuAT, "loss", no_room)
    return


@pytest.mark.usefixtures("short")
def test_too_little_memory_does_not_cut_a_batch() -> None:
    training, said = new(NuAT()), []
    with pytest.raises(MemoryError):
        next(steps(training, said.append))
    assert (training.at_once, said) == (32, [])


def test_several_processes_are_refused() -> None:
    two: Any = SimpleNamespace(world_size=2, device=torch.device("cpu"))
    with pytest.raises(ValueError, match="that of a whole batch"):
        Batches(dataset(), SCHEDULE, two, whole=True)
    Batches(dataset(), SCHEDULE, two)
    training = new(NuAT())
    with pytest.raises(ValueError, match="that of a whole batch"):
        Training(training.classifier, NuAT(), dataset(), SCHEDULE, fabric=two)
