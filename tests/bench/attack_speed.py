"""Attacks beside torchattacks and foolbox: PGD with its callback on, and DeepFool at 1,000 classes."""

from torch import Tensor

from core.attacks.deepfool import DeepFool
from core.attacks.pgd import PGD
from core.base.cancellation import CancelScope
from core.contracts.ascend import AttackStep
from core.contracts.classifier import Classifier
from tests.bench.subjects import large, pictures, plain, small
from tests.bench.timing import Row, Settings, Work, faster, race

EPS, STEP = 8 / 255, 2 / 255


def libraries(classifier: Classifier, images: Tensor, labels: Tensor, steps: int) -> dict[str, Work]:
    """The same attack by each library, on a copy of the network."""
    import torchattacks
    from foolbox import PyTorchModel
    from foolbox.attacks import LinfPGD

    apart = plain(classifier)
    one = torchattacks.PGD(apart, eps=EPS, alpha=STEP, steps=steps)
    model = PyTorchModel(apart, bounds=(0, 1))
    two = LinfPGD(abs_stepsize=STEP, steps=steps)
    return {
        "torchattacks": lambda _repeat: one(images, labels),
        "foolbox": lambda _repeat: two(model, images, labels, epsilons=EPS),
    }


def pgd(settings: Settings) -> list[Row]:
    steps, rows = settings.pick(40, 4), []
    for classifier, count in ((large(), 1), (small(), 1), (small(), settings.pick(64, 4))):
        images, labels = pictures(classifier, count)
        method = PGD(eps=EPS, step=STEP, steps=steps)

        def ours(repeat: int, classifier=classifier, images=images, labels=labels, method=method) -> None:  # type: ignore[no-untyped-def]
            trace: list[float] = []

            def keep(step: AttackStep) -> None:
                trace.append(float(step.loss.mean()))

            with CancelScope():
                method(classifier, images, labels, seed=repeat, on_step=keep)
            assert len(trace) == steps

        others = libraries(classifier, images, labels, steps)
        times = race({"ours": ours} | others, settings.pick(7, 1))
        for library in others:
            note = f"{steps} steps, {count} image{'s' * (count > 1)}, {classifier.key}, fp32, our callback and meter on"
            rows.append(
                faster(
                    f"PGD-{steps}, {classifier.size[1]} px, {count}", library, 1, times["ours"], times[library], note
                )
            )
    return rows


def soonest(classifier: Classifier, method: DeepFool) -> tuple[Tensor, Tensor, int]:
    """The first of twelve pictures to fall in the fewest steps, its label, and the steps: others take longer."""
    images, labels = pictures(classifier, 12)
    taken = []
    for place in range(len(images)):
        seen: list[AttackStep] = []
        method(classifier, images[place : place + 1], labels[place : place + 1], on_step=seen.append)
        taken.append(len(seen) - 1)
    best = min(range(len(taken)), key=taken.__getitem__)
    return images[best : best + 1], labels[best : best + 1], taken[best]


def deepfool(settings: Settings) -> list[Row]:
    import torchattacks

    classifier, method, found = large(), DeepFool(), {}
    images, labels, steps = soonest(classifier, method)
    theirs = torchattacks.DeepFool(plain(classifier), steps=settings.pick(50, 1))

    def ours(_repeat: int) -> None:
        found["ours"] = method(classifier, images, labels)

    def other(_repeat: int) -> None:
        found["torchattacks"] = theirs(images, labels)

    times = race({"ours": ours, "torchattacks": other}, settings.pick(3, 1), warm=False)
    sizes = {name: float((image - images).norm()) for name, image in found.items()}
    left = {
        name: bool((classifier.probabilities(image).argmax(dim=1) != labels).all()) for name, image in found.items()
    }
    note = (
        f"one image, 224 px, {steps} step{'s' * (steps > 1)} of ours, fp32; "
        f"ours among the {method.classes} likeliest of 1,000 classes, torchattacks among all; "
        f"L2 change {sizes['ours']:.3f} against {sizes['torchattacks']:.3f}, "
        f"answer changed: {'yes' if left['ours'] else 'no'} against {'yes' if left['torchattacks'] else 'no'}"
    )
    return [faster("DeepFool, 1,000 classes", "torchattacks", 20, times["ours"], times["torchattacks"], note, l2=sizes)]


ROWS = {"pgd_40": pgd, "deepfool_1000": deepfool}
