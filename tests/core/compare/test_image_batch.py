"""A row of a comparison is what each of its images gives by itself."""

import json
from dataclasses import replace

import numpy as np

from core.attacks.fgsm import FGSM
from core.compare.comparison import SIDES, Side
from core.compare.image_batch import Plan, measure
from core.contracts.classifier import Classifier
from core.contracts.toy_models import quadrant
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.map_distances.spearman import Spearman
from tests.core.compare.doubles import data


def test_a_row_is_what_each_image_gives_by_itself() -> None:
    models: dict[Side, Classifier] = {"before": quadrant(16), "after": replace(quadrant(16), mean=(0.2,))}
    images, labels = data(4)
    labels[2] = 1 - labels[2]
    plan = Plan(FGSM(eps=8 / 255), (0.0, 8 / 255), IntegratedGradients(steps=4))
    row = json.loads(json.dumps(measure(models, images, labels, 0, plan)))
    for side in SIDES:
        found, one = row[side], models[side]
        attacked = FGSM(eps=8 / 255)(one, images, labels)
        assert found["right"] == [
            (one.probabilities(shown).argmax(dim=1) == labels).int().tolist() for shown in (images, attacked)
        ]
        answers = one.probabilities(images).argmax(dim=1)
        drawn = [IntegratedGradients(steps=4)(one, shown, answers).values for shown in (images, attacked)]
        assert found["stable"][0] == [1.0] * 4
        np.testing.assert_allclose(found["stable"][1], Spearman()(*drawn).numpy(), atol=1e-5)
        assert all(-1 <= value <= 1 for value in found["noise"][1])
        assert found["noise"][1] != found["stable"][1]
        assert "seeds" not in found
        assert (found["bound"][2] == 0) == (answers[2] != labels[2])
    random = measure(
        models, images, labels, 0, replace(plan, explainer=Lime(samples=20, segments=9, segmentation="grid"))
    )
    assert all(-1 <= value < 1 for value in random["before"]["seeds"])
    bare = measure(models, images, labels, 0, replace(plan, explainer=None))
    assert bare["before"]["stable"] == []
