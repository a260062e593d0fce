"""The robustness matrix beside a loop that attacks every image at every strength, as a user of foolbox writes it."""

import sys

import torch
from torch import Tensor

from core.attacks.autoattack import AutoAttack
from core.attacks.bim import BIM
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.robustness.sweep import sweep
from tests.bench.subjects import pictures, plain
from tests.bench.timing import Row, Settings, Work, faster, race

STRENGTHS = (0.03, 0.04, 0.05, 0.1, 0.2, 0.25)
TOP = STRENGTHS[-1]


def digits(count: int) -> tuple[Classifier, Tensor, Tensor]:
    """The ordinary digits network, gallery digits with noise of their own so that no two are alike, its answers."""
    classifier = load_classifier("mnist_cnn:standard")
    images, _ = pictures(classifier, count)
    noise = 0.2 * torch.rand(images.shape, generator=torch.Generator().manual_seed(0)) - 0.1
    images = (images + noise).clamp(0, 1)
    return classifier, images, classifier.probabilities(images).argmax(dim=1)


def matrix(settings: Settings) -> list[Row]:
    import foolbox

    classifier, images, labels = digits(settings.pick(1000, 20))
    attacks: list[Attack] = [
        BIM(eps=TOP, step=0.2 * TOP, steps=10), FGSM(), DeepFoolLinf(steps=50),
        PGD(eps=TOP, step=TOP / 30, steps=40, random_start=False),
    ]  # fmt: skip
    kinds = foolbox.attacks
    theirs = [
        kinds.LinfBasicIterativeAttack(rel_stepsize=0.2, steps=10, random_start=False), kinds.FGSM(),
        kinds.LinfDeepFoolAttack(steps=50), kinds.LinfPGD(rel_stepsize=1 / 30, steps=40, random_start=False),
    ]  # fmt: skip
    model = foolbox.PyTorchModel(plain(classifier), bounds=(0, 1))
    found: dict[str, list[list[int]]] = {}

    def ours(_repeat: int) -> None:
        swept = [sweep(classifier, images, labels, attack, STRENGTHS).fell for attack in attacks]
        found["ours"] = [[int((fell <= place).sum()) for place in range(len(STRENGTHS))] for fell in swept]

    def loop(_repeat: int) -> None:
        found["loop"] = []
        for attack in theirs:
            fallen, counts = torch.zeros(len(images), dtype=torch.bool), []
            for eps in STRENGTHS:
                fallen |= attack(model, images, labels, epsilons=eps)[2]
                counts.append(int(fallen.sum()))
            found["loop"].append(counts)

    works: dict[str, Work] = {"ours": ours, "loop": loop}
    times = race(works, settings.pick(3, 1), warm=False)
    apart = max(abs(a - b) for one, two in zip(found["ours"], found["loop"], strict=True)
                for a, b in zip(one, two, strict=True))  # fmt: skip
    assert apart <= 1 + len(images) // 500, f"the two disagree: {found}"
    note = f"4 attacks x 6 strengths, {len(images)} digits, {classifier.key}, fp32; counts differ by at most {apart}"
    return [
        faster("robustness matrix", "foolbox, every image at every strength", 3, times["ours"], times["loop"], note)
    ]


def autoattack(settings: Settings) -> list[Row]:
    """The standard version beside the authors' own code, on images of which some fall and some hold."""

    def zero_gradients(images: object) -> None:
        if isinstance(images, Tensor) and images.grad is not None:
            images.grad.zero_()

    sys.modules["torch.autograd.gradcheck"].zero_gradients = zero_gradients  # type: ignore[attr-defined]
    import autoattack as authors

    classifier = load_classifier("mnist_cnn:pgd_adversarial")
    images, labels = pictures(classifier, settings.pick(40, 4))
    eps, held = 0.25, {}
    method = AutoAttack(eps=eps)
    reference = authors.AutoAttack(plain(classifier), norm="Linf", eps=eps, device="cpu", verbose=False, seed=0)

    def right(attacked: Tensor) -> int:
        return int((classifier.probabilities(attacked).argmax(dim=1) == labels).sum())

    def ours(_repeat: int) -> None:
        held["ours"] = right(method(classifier, images, labels))

    def theirs(_repeat: int) -> None:
        held["theirs"] = right(reference.run_standard_evaluation(images, labels, bs=len(images)))

    times = race({"ours": ours, "theirs": theirs}, settings.pick(3, 1), warm=False)
    assert abs(held["ours"] - held["theirs"]) <= 1, f"the two disagree: {held}"
    note = f"{len(images)} digits, {classifier.key}, at {eps}; {held['ours']} and {held['theirs']} held"
    return [faster("AutoAttack, standard", "the authors' code", 1, times["ours"], times["theirs"], note)]


ROWS = {"matrix": matrix, "autoattack": autoattack}
