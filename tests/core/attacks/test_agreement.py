"""Attacks against what this project did not write: torchattacks, foolbox, and linear networks solved by hand."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torchattacks
from torch import Tensor, nn

from core.attacks._torchattacks import borrowed
from core.attacks.apgd import APGD, aimed_ratio
from core.attacks.autoattack import AutoAttack
from core.attacks.bim import BIM
from core.attacks.cw import CW
from core.attacks.deepfool import DeepFool
from core.attacks.fab import FAB
from core.attacks.fgsm import FGSM
from core.attacks.mi_fgsm import MIFGSM
from core.attacks.one_pixel import OnePixel
from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.attacks.square import Square
from core.base.cancellation import CancelScope
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear

EPS, STEP = 8 / 255, 2 / 255


def network(classes: int = 10, seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 64, classes)
        )
    for weight in net.parameters():
        weight.requires_grad_(False)
    labels = tuple(map(str, range(classes)))
    return Classifier(net.eval(), labels, (3, 16, 16), (0.4, 0.5, 0.6), (0.2, 0.25, 0.3))


def batch(classifier: Classifier, count: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """Images with black and white among them, the classifier's own answers, and classes that are never the answer."""
    generator = torch.Generator().manual_seed(1)
    images = (torch.rand(count, 3, 16, 16, generator=generator) * 1.4 - 0.2).clamp(0, 1)
    labels = classifier.probabilities(images).argmax(dim=1)
    shift = 1 + torch.arange(count) % (len(classifier.labels) - 1)
    return images, labels, (labels + shift) % len(classifier.labels)


def answers(classifier: Classifier, images: Tensor) -> Tensor:
    return classifier.probabilities(images).argmax(dim=1)


PAIRS: list[tuple[Attack, Any, dict[str, Any]]] = [
    (FGSM(eps=EPS), torchattacks.FGSM, {"eps": EPS}),
    (BIM(eps=EPS, step=STEP, steps=7), torchattacks.BIM, {"eps": EPS, "alpha": STEP, "steps": 7}),
    (PGD(eps=EPS, step=STEP, steps=7), torchattacks.PGD, {"eps": EPS, "alpha": STEP, "steps": 7}),
    (
        PGDL2(eps=0.5, step=0.1, steps=7),
        torchattacks.PGDL2,
        {"eps": 0.5, "alpha": 0.1, "steps": 7, "eps_for_division": 1e-10},
    ),
    (
        MIFGSM(eps=EPS, step=STEP, steps=7, decay=0.9),
        torchattacks.MIFGSM,
        {"eps": EPS, "alpha": STEP, "steps": 7, "decay": 0.9},
    ),
]


@pytest.mark.parametrize("aimed", [False, True], ids=["untargeted", "targeted"])
@pytest.mark.parametrize(("ours", "theirs", "settings"), [pytest.param(*pair, id=pair[0].key) for pair in PAIRS])
def test_gradient_steps_agree(ours: Attack, theirs: Any, settings: dict[str, Any], aimed: bool) -> None:
    classifier = network()
    images, labels, targets = batch(classifier)
    library = theirs(classifier.module(), **settings)
    if aimed:
        library.set_mode_targeted_by_function(lambda _images, _labels: targets)
    torch.manual_seed(3)  # a torch.Generator with the seed 3 draws the same numbers
    expected = library(images, labels)
    found = ours(classifier, images, labels, targets=targets if aimed else None, seed=3)
    assert (expected - images).abs().max() > 0.01
    assert (found - expected).abs().max() <= 1e-6


def test_deepfool_over_all_classes_agrees_with_torchattacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.attacks.deepfool.NUDGE", 0.0)
    classifier = network(seed=2)
    images = batch(classifier)[0] * 0.4 + 0.3  # nothing is clipped
    labels = answers(classifier, images)
    labels[0] = (labels[0] + 1) % 10  # one answered wrong already
    with CancelScope() as scope:
        found = DeepFool(classes=10)(classifier, images, labels)
    assert scope.forwards > 2
    expected = torchattacks.DeepFool(classifier.module())(images, labels)
    assert (expected - images).flatten(1).norm(dim=1)[1:].min() > 1e-3
    assert (found - expected).abs().max() <= 1e-5
    assert torch.equal(found[0], images[0])
    assert (answers(classifier, found) != labels).all()


def test_deepfool_agrees_with_foolbox_where_pixels_are_clipped() -> None:
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=2)
    images, labels, _ = batch(classifier)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    theirs = foolbox.attacks.L2DeepFoolAttack(steps=50, candidates=4, overshoot=0.02, loss="logits")
    expected = theirs.run(model, images, foolbox.criteria.Misclassification(labels))
    found = DeepFool(steps=50, classes=4)(classifier, images, labels)
    assert (answers(classifier, found) != labels).all()
    assert (found - expected).abs().max() <= 1e-5


def test_deepfool_among_few_classes_is_hardly_longer() -> None:
    classifier = network(classes=200, seed=2)
    images, labels, _ = batch(classifier)
    full = (DeepFool(classes=200)(classifier, images, labels) - images).flatten(1).norm(dim=1)
    few = (DeepFool(classes=10)(classifier, images, labels) - images).flatten(1).norm(dim=1)
    assert (few <= 1.25 * full).all()


def test_carlini_wagner_agrees_with_foolbox() -> None:
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=3)
    images, labels, targets = batch(classifier)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    for kappa, aim in [(0.0, None), (0.1, None), (0.0, targets)]:
        theirs = foolbox.attacks.L2CarliniWagnerAttack(
            binary_search_steps=4, steps=40, stepsize=0.01, confidence=kappa, initial_const=0.01, abort_early=False
        )
        wanted = foolbox.criteria.Misclassification(labels)
        if aim is not None:
            wanted = foolbox.criteria.TargetedMisclassification(aim)
        expected = theirs.run(model, images, wanted)
        ours = CW(steps=40, search_steps=4, lr=0.01, kappa=kappa, c=0.01)
        found = ours(classifier, images, labels, targets=aim)
        success = expected.flatten(1).norm(dim=1) > 0  # foolbox returns black where it failed, we return the image
        assert success.sum() >= 4
        assert (found - expected)[success].abs().max() <= 1e-4
        assert torch.equal(found[~success], images[~success])


def test_carlini_wagner_searches_for_each_image_by_itself() -> None:
    """Linear with two classes: the least distance is score / |w|; a c that suits one image does not suit the other."""
    weight = torch.zeros(2, 1, 4, 4)
    weight[0] = torch.tensor([1.0, -2.0, 3.0, -4.0])
    classifier = linear(weight.tolist())
    images = 0.5 + weight[:1].repeat(2, 1, 1, 1) * torch.tensor([0.045, 0.09]).view(2, 1, 1, 1)
    labels = torch.tensor([0, 0])
    exact = (classifier(images)[:, 0] / weight[0].norm()).detach()
    found = CW(steps=200, search_steps=6)(classifier, images, labels)
    length = (found - images).flatten(1).norm(dim=1)
    assert (answers(classifier, found) == 1).all()
    assert (length >= exact - 1e-5).all()
    assert (length <= 1.02 * exact).all()


def test_carlini_wagner_in_the_target_class_or_not_at_all() -> None:
    """The library's targeted mode returns any wrong answer; here it is the target or the clean image."""
    classifier = network(seed=4)
    images, labels, targets = batch(classifier)
    found = CW(steps=10, search_steps=3)(classifier, images, labels, targets=targets)
    moved = (found != images).flatten(1).any(dim=1)
    assert (answers(classifier, found)[moved] == targets[moved]).all()


@pytest.mark.parametrize("loss", ["ce", "dlr"])
def test_apgd_agrees_where_it_succeeds(loss: str) -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.APGD(classifier.module(), eps=EPS, steps=20, loss=loss, seed=3)(images, labels)
    found = APGD(eps=EPS, steps=20, loss=loss)(classifier, images, labels, seed=3)
    success = answers(classifier, expected) != labels
    assert success.sum() >= 4
    assert (found - expected)[success].abs().max() <= 1e-6
    assert (answers(classifier, found) != labels).tolist() == success.tolist()


def test_apgd_that_fails_returns_the_highest_loss() -> None:
    classifier = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    image = torch.tensor([[[[0.9, 0.1]]]])
    found = APGD(eps=0.125, steps=20)(classifier, image, torch.tensor([0]))
    assert torch.allclose(found, torch.tensor([[[[0.775, 0.225]]]]))


def test_apgd_ratio_is_the_librarys_while_the_label_leads() -> None:
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0))
    labels = logits.argmax(dim=1)
    targets = (labels + 1 + torch.arange(50) % 6) % 7
    library = torchattacks.APGDT(network().module())
    assert torch.allclose(aimed_ratio(logits, targets), library.dlr_loss_targeted(logits, labels, targets))


def test_apgd_needs_enough_classes_for_its_ratio() -> None:
    classifier, image, label = network(classes=3), torch.rand(1, 3, 16, 16), torch.tensor([0])
    APGD(loss="dlr", steps=2)(classifier, image, label)
    with pytest.raises(ValueError, match="4 classes"):
        APGD(loss="dlr", steps=2)(classifier, image, label, targets=torch.tensor([1]))


@pytest.mark.parametrize(
    "attack",
    [APGD(eps=0.2), APGD(eps=0.2, loss="dlr"), Square(eps=0.2, queries=400), FAB(eps=0.2)],
    ids=["apgd-ce", "apgd-dlr", "square", "fab"],
)
def test_targets_are_reached_and_not_mixed_up(attack: Attack) -> None:
    """In a batch whose second image has the target for its answer already, and whose third is answered wrong."""
    classifier = network(seed=5)
    images, labels, targets = batch(classifier)
    targets[1] = labels[1]
    labels[2] = (labels[2] + 5) % 10
    targets[2] = (labels[2] + 2) % 10
    found = attack(classifier, images, labels, targets=targets)
    assert answers(classifier, found).tolist() == targets.tolist()


def test_square_agrees_where_it_succeeds() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.Square(classifier.module(), eps=EPS, n_queries=300, seed=3)(images, labels)
    found = Square(eps=EPS, queries=300)(classifier, images, labels, seed=3)
    success = answers(classifier, expected) != labels
    assert success.sum() >= 4
    assert torch.equal(found[success], expected[success])


def test_fab_agrees() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.FAB(classifier.module(), eps=EPS, steps=10, seed=3)(images, labels)
    found = FAB(eps=EPS, steps=10, classes=10)(classifier, images, labels, seed=3)
    assert (answers(classifier, expected) != labels).all()
    assert torch.equal(found, expected)
    few = FAB(eps=EPS, steps=10, classes=9)(classifier, images, labels, seed=3)  # all but the least likely
    assert (few - expected).abs().max() <= 1e-5


def test_fab_finds_the_nearest_and_the_chosen_boundary() -> None:
    """Linear: the L-infinity distance to the boundary with class k is (z_y - z_k) / |w_y - w_k|_1."""
    rows = 2 * torch.eye(4)[:3]
    classifier = linear(rows.view(3, 1, 2, 2).tolist())
    image = torch.tensor([[[[0.6, 0.45], [0.4, 0.5]]]])
    scores = rows @ image.flatten()
    exact = [(scores[0] - scores[k]).item() / (rows[0] - rows[k]).abs().sum().item() for k in (1, 2)]
    label = torch.tensor([0])
    free = FAB(eps=0.25, steps=30)(classifier, image, label)
    assert (free - image).abs().max().item() == pytest.approx(min(exact), rel=0.06)
    for k in (1, 2):
        found = FAB(eps=0.25, steps=30)(classifier, image, label, targets=torch.tensor([k]))
        assert answers(classifier, found).item() == k
        assert (found - image).abs().max().item() == pytest.approx(exact[k - 1], rel=0.06)


@pytest.mark.parametrize("aimed", [False, True], ids=["untargeted", "targeted"])
def test_one_pixel_agrees(aimed: bool) -> None:
    classifier = network()
    images, labels, targets = batch(classifier, 2)
    library = torchattacks.OnePixel(classifier.module(), pixels=2, steps=5, popsize=20)
    if aimed:
        library.set_mode_targeted_by_function(lambda _images, _labels: targets)
    with CancelScope() as scope:
        ours = OnePixel(pixels=2, steps=5, population=20)
        found = ours(classifier, images, labels, targets=targets if aimed else None, seed=3)
    np.random.seed(3)
    with CancelScope() as theirs:
        expected = library(images, labels)
    assert torch.equal(found, expected)
    assert scope.queries == theirs.queries


def ensemble(classifier: Classifier, eps: float) -> Any:
    """The library's, with Square's schedule as its authors publish it: not squeezed into the queries there are."""
    found = torchattacks.AutoAttack(classifier.module(), eps=eps, seed=3)
    found._autoattack.attacks[3].rescale_schedule = False
    return found


def test_autoattack_is_the_librarys_at_its_ten_steps() -> None:
    classifier = network()
    images, labels, _ = batch(classifier, 12)
    eps = 1.6 / 255  # some fall to the first part, some withstand all four
    expected = ensemble(classifier, eps)(images, labels)
    found = AutoAttack(eps=eps, steps=10, queries=5000)(classifier, images, labels, seed=3)
    fallen = answers(classifier, expected) != labels
    assert 0 < fallen.sum() < 12
    assert torch.equal(found, expected)


def test_autoattack_is_made_of_the_librarys_parts() -> None:
    def facts(attack: Any) -> dict[str, Any]:
        plain = {name: value for name, value in vars(attack).items() if isinstance(value, str | bool | int | float)}
        return plain | {"steps": 0}

    classifier = network(30)
    theirs = ensemble(classifier, EPS)._autoattack.attacks
    ours = [make(classifier.module(), 3) for make in AutoAttack(eps=EPS)._parts(30).values()]
    assert [facts(attack) for attack in ours] == [facts(attack) for attack in theirs]
    assert [attack.steps for attack in ours[:3]] == [100, 100, 100]


def test_autoattack_says_what_it_ran() -> None:
    standard = AutoAttack()
    order = "Runs in this order and stops at the first success:"
    assert standard.describe(network(10)) == f"{order} APGD-CE, APGD-T, FAB-T, Square."
    assert standard.describe(network(4)) == f"{order} APGD-CE, APGD-T, FAB-T, Square."
    for classes in (2, 3):
        said = standard.describe(network(classes))
        assert said.startswith(f"{order} APGD-CE, FAB, Square;")
        assert "AutoAttack" not in said
    assert "20 steps and 50 queries" in AutoAttack(steps=20, queries=50).describe(network(10))


@pytest.mark.parametrize("classes", [2, 3, 4, 11])
def test_autoattack_runs_whatever_the_number_of_classes(classes: int) -> None:
    classifier = network(classes)
    images, labels, _ = batch(classifier)
    strong = AutoAttack(eps=EPS, steps=5, queries=20)(classifier, images, labels)
    assert (answers(classifier, strong) != labels).any()
    weak = AutoAttack(eps=1e-6, steps=5, queries=20)(classifier, images, labels)  # every part runs, none succeeds
    assert torch.equal(weak, images)


def test_what_the_library_writes_into_logits_stays_with_it() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    seen: list[Tensor] = []
    with CancelScope(watcher=lambda _images, logits: seen.append(logits)):
        Square(eps=EPS, queries=5)(classifier, images, labels)
    assert all(torch.isfinite(logits).all() for logits in seen)


def test_a_borrowed_network_shares_nothing() -> None:
    classifier = network()
    with classifier.frozen():
        module = borrowed(classifier)
    addresses = {weight.data_ptr() for weight in classifier.net.parameters()}
    assert addresses.isdisjoint(weight.data_ptr() for weight in module.parameters())
    assert not any(weight.requires_grad for weight in module.parameters())
    assert math.isclose(float((module(torch.ones(1, 3, 16, 16)) - classifier(torch.ones(1, 3, 16, 16))).abs().max()), 0)
