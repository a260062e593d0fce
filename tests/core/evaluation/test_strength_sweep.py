"""The strengths at which an attack is tried."""

import pytest

from core.attacks.deepfool import DeepFool
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.evaluation.strength_sweep import at, strengths


def test_strengths_keep_the_step_in_proportion_and_end_where_the_attack_does() -> None:
    assert [round(255 * eps, 3) for eps in strengths(PGD(eps=51 / 255))] == [0, 6.375, 12.75, 25.5, 51, 64]
    for eps in strengths(PGD())[1:]:
        weak = at(PGD(), eps)
        assert weak.step / weak.eps == pytest.approx(1 / 4)
    assert at(FGSM(), 0.0).eps == 0.0
    for attack in (DeepFool(), PGD(eps=0.0)):
        with pytest.raises(ValueError, match="no strength to vary"):
            strengths(attack)
