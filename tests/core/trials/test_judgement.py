"""Judging: what each image gives, against the evaluation's own ways, in any parts."""

import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.catalog import MAP_DISTANCES, load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation.accuracy import right
from core.evaluation.corruption_accuracy import Generated, corruption_accuracy, each_image
from core.explainers.integrated_gradients import IntegratedGradients
from core.images.samples import sample_images
from core.trials.judgement import Judging

ATTACKS = (FGSM(eps=0.1), PGD(eps=0.2, step=0.05, steps=3))
JUDGING = Judging(ATTACKS, corruptions=4, stability=2, explainers=("integrated_gradients",), batch=2)


def digits(count: int = 4) -> tuple[Classifier, Images]:
    model = load_classifier("mnist_cnn:standard")
    images = (255 * sample_images(model, count)).round().to(torch.uint8)
    return model, Images(images, model.probabilities(images.float() / 255).argmax(dim=1), model.labels)


def test_every_measure_against_the_evaluations_own() -> None:
    model, data = digits()
    found = {m: [v for begin, end in JUDGING.parts(m, 4) for v in JUDGING.values(m, model, data, begin, end)]
             for m in JUDGING.measures}  # fmt: skip
    assert list(found) == ["clean", "attacked", "corrupted", "steady:integrated_gradients"]
    assert found["clean"] == [1.0] * 4
    alone = [right(model, data, attack, batch=2) for attack in ATTACKS]
    assert found["attacked"] == (alone[0] & alone[1]).double().tolist()
    expected = each_image(corruption_accuracy(model, data, Generated(data)))
    assert torch.allclose(torch.tensor(found["corrupted"]).double(), expected, atol=1e-4)
    images, labels = data.images[:2].float() / 255, data.labels[:2]
    shown = ATTACKS[0](model, images, labels, seed=0).cpu()
    maps = [IntegratedGradients()(model, each, labels, reference=images).values for each in (images, shown)]
    assert torch.allclose(torch.tensor(found["steady:integrated_gradients"]), MAP_DISTANCES["spearman"]()(*maps),
                          atol=1e-4)  # fmt: skip


def test_parts_are_whole_and_do_not_overlap() -> None:
    assert list(JUDGING.parts("clean", 5)) == [(0, 2), (2, 4), (4, 5)]
    assert list(JUDGING.parts("steady:integrated_gradients", 5)) == [(0, 2)]
    assert list(JUDGING.parts("corrupted", 5)) == [(0, 2), (2, 4)]
    assert Judging.read(JUDGING.entry()) == JUDGING
    earlier = JUDGING.entry() | {"corruptions": False}
    assert Judging.read(earlier).corruptions == 0
