"""Whether a refinement can be started: what speaks against it is one sentence, said before anything is loaded."""

from dataclasses import replace

import pytest

from core.contracts.classifier import Classifier
from core.contracts.interfaces import DataFacts
from core.contracts.objective import Objective
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.sg_drop import SGDrop
from core.refinement import check as checking
from core.refinement.request import Refinement
from core.training.schedule import Schedule
from tests.core.cli.told import Told
from tests.toys import small

FACTS = DataFacts((1, 6, 6), ("left", "right"), {"train": (250, 250)})


def looked_at(objective: Objective, classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> checking.Check:
    monkeypatch.setattr(checking, "stored", lambda _: Told(FACTS))
    request = Refinement("mnist_cnn:standard", "sides", objective, Schedule(batch=16, held_out=100))
    return checking.check(request, classifier_of=lambda _: classifier)


def test_a_method_that_cannot_train_a_network_is_refused_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    mapless = replace(small(), cam_layer="")
    found = looked_at(SGDrop(), mapless, monkeypatch)
    assert found.cause == "method"
    assert found.refusal == SGDrop().obstacle(mapless)
    assert "names none" in found.refusal
    for objective, classifier in ((SGDrop(), small()), (CrossEntropy(), mapless)):
        assert looked_at(objective, classifier, monkeypatch).refusal == ""
