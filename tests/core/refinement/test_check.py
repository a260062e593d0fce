"""Whether a refinement can be started: what speaks against it is one sentence, said before anything is loaded."""

from dataclasses import replace

import pytest

from core.contracts.classifier import Classifier
from core.contracts.interfaces import DataFacts
from core.contracts.layer import Layer
from core.contracts.objective import Objective
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from core.objectives.auxiliary_view import AuxiliaryView
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.nuat import NuAT
from core.objectives.sg_drop import SGDrop
from core.refinement import check as checking
from core.refinement.request import Refinement
from core.training.batches import UNDIVIDED
from core.training.schedule import Schedule
from tests.core.cli.told import Told
from tests.toys import small

FACTS = DataFacts((1, 6, 6), ("left", "right"), {"train": (250, 250)})


def looked_at(
    objective: Objective, classifier: Classifier, monkeypatch: pytest.MonkeyPatch, *layers: Layer, processes: int = 1
) -> checking.Check:
    monkeypatch.setattr(checking, "stored", lambda _: Told(FACTS))
    schedule = Schedule(batch=16, held_out=100)
    request = Refinement("mnist_cnn:standard", "sides", objective, schedule, processes=processes, layers=layers)
    return checking.check(request, classifier_of=lambda _: classifier)


def test_a_method_that_needs_a_layer_is_refused_unless_the_layer_is_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked_at(AuxiliaryView(), small(), monkeypatch)
    assert (found.cause, found.refusal) == ("method", AuxiliaryView().obstacle(small()))
    assert looked_at(AuxiliaryView(), small(), monkeypatch, AuxiliaryBatchNorm()).refusal == ""
    found = looked_at(AuxiliaryView(), small(norm=False), monkeypatch, AuxiliaryBatchNorm())
    assert found.cause == "method"
    assert found.refusal.endswith(": this network has no batch normalisation")


def test_a_method_that_cannot_train_a_network_is_refused_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    mapless = replace(small(), cam_layer="")
    found = looked_at(SGDrop(), mapless, monkeypatch)
    assert found.cause == "method"
    assert found.refusal == SGDrop().obstacle(mapless)
    assert "names none" in found.refusal
    for objective, classifier in ((SGDrop(), small()), (CrossEntropy(), mapless)):
        assert looked_at(objective, classifier, monkeypatch).refusal == ""


def test_a_batch_that_must_stay_whole_is_not_shared_among_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked_at(NuAT(), small(), monkeypatch, processes=2)
    assert (found.cause, found.refusal) == ("method", UNDIVIDED)
    assert not looked_at(NuAT(), small(), monkeypatch).refusal
    assert not looked_at(CrossEntropy(), small(), monkeypatch, processes=2).refusal
