"""What all attacks in L-infinity share."""

import math
from dataclasses import fields

import pytest

from core.attacks.pgd_l2 import PGDL2
from core.base.params import Method
from core.catalog import ATTACKS, OBJECTIVES
from core.contracts.attack import LinfAttack
from core.contracts.objective import Adversarial
from core.contracts.strength import LARGEST_CHANGE

LINF = [kind for kind in ATTACKS.values() if kind.norm == math.inf]
ADVERSARIAL = [kind for kind in OBJECTIVES.values() if issubclass(kind, Adversarial)]


@pytest.mark.parametrize("kind", [*LINF, *ADVERSARIAL], ids=lambda kind: kind.key)
def test_eps_comes_first_and_is_the_same_wherever_it_bounds_each_pixel(kind: type[Method]) -> None:
    first, wanted = fields(kind)[0], fields(LinfAttack)[0]
    assert (first.name, first.default) == ("eps", wanted.default)
    assert first.metadata["help"].startswith(LARGEST_CHANGE)
    assert {**first.metadata, "help": ""} == {**wanted.metadata, "help": ""}


def test_every_attack_with_a_strength_in_linf_is_of_the_one_kind() -> None:
    assert {kind.key for kind in LINF} == {kind.key for kind in ATTACKS.values() if issubclass(kind, LinfAttack)}
    assert not issubclass(PGDL2, LinfAttack)
