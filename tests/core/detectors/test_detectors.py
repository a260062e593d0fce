"""What every detector of the catalogue keeps to."""

import pytest
import torch

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import from_spec, to_spec
from core.catalog import DETECTORS
from core.contracts.detector import Detector, Evidence
from core.detection.scoring.roc import area
from tests.core.detectors.evidence import toy_evidence

EVERY = [kind() for kind in DETECTORS.values()]
LEARNING = [each for each in EVERY if each.learns]
BY_KEY = {"ids": lambda each: each.key}


def test_the_five_detectors_are_there() -> None:
    assert set(DETECTORS) == {"signature_cnn", "pixel_cnn", "signature_boosting", "max_softmax", "feature_squeezing"}


@pytest.mark.parametrize("detector", EVERY, **BY_KEY)
def test_it_has_words_a_source_and_a_json_form(detector: Detector) -> None:
    assert detector.title
    assert detector.plain.endswith(".")
    assert detector.cite
    assert from_spec(to_spec(detector), DETECTORS) == detector


@pytest.mark.parametrize("detector", EVERY, **BY_KEY)
def test_its_tensors_are_all_it_has_learned(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    fitted = detector.fit(model, seen, attacked)
    again = detector.restore({name: value.clone() for name, value in fitted.tensors.items()})
    scores = fitted.score(model, seen)
    assert scores.shape == (len(seen),)
    assert scores.dtype == torch.float32
    assert torch.equal(scores, again.score(model, seen))


@pytest.mark.parametrize("detector", EVERY, **BY_KEY)
def test_each_image_is_judged_by_itself(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    fitted = detector.fit(model, seen, attacked)
    alone = torch.cat([fitted.score(model, seen[torch.tensor([row])]) for row in range(0, 60, 7)])
    torch.testing.assert_close(alone, fitted.score(model, seen)[::7])
    assert fitted.score(model, seen[torch.zeros(60, dtype=torch.bool)]).shape == (0,)


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_the_same_seed_gives_the_same_and_the_global_generators_stay(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    before = torch.get_rng_state()
    first, second, other = (detector.fit(model, seen, attacked, seed=seed).tensors for seed in (3, 3, 4))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(first[name].shape == other[name].shape and torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_it_finds_what_it_has_learned_in_images_it_has_not_seen(detector: Detector) -> None:
    model, seen, attacked = toy_evidence(200)
    _, others, which = toy_evidence(200, seed=1)
    scores = detector.fit(model, seen, attacked).score(model, others)
    assert area(scores[~which], scores[which]) > 0.95


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_it_reads_what_it_says_it_reads(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    fitted = detector.fit(model, seen, attacked)
    other_images = Evidence(1 - seen.images, seen.probabilities, seen.signatures)
    other_maps = Evidence(seen.images, seen.probabilities, -seen.signatures)
    kept, turned = (other_images, other_maps) if detector.reads == "signatures" else (other_maps, other_images)
    assert torch.equal(fitted.score(model, seen), fitted.score(model, kept))
    assert not torch.equal(fitted.score(model, seen), fitted.score(model, turned))


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_it_needs_both_kinds_to_learn_from(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    for kind, which in (("original", ~attacked), ("attacked", attacked)):
        with pytest.raises(ValueError, match=f"no {kind} ones"):
            detector.fit(model, seen[~which], attacked[~which])


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_the_two_kinds_count_alike_however_many_there_are(detector: Detector) -> None:
    """Nine in ten are attacked, and all look the same: the score is that of one half, not of nine in ten (2.2)."""
    model, seen, _ = toy_evidence(400)
    same = seen[torch.zeros(400, dtype=torch.int64)]
    scores = detector.fit(model, same, torch.arange(400) >= 40).score(model, same)
    assert float(scores.abs().max()) < 0.7


@pytest.mark.parametrize("detector", LEARNING, **BY_KEY)
def test_learning_can_be_stopped(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    with CancelScope() as scope:
        scope.stop()
        with pytest.raises(Cancelled):
            detector.fit(model, seen, attacked)


@pytest.mark.parametrize("detector", EVERY, **BY_KEY)
def test_foreign_tensors_are_refused(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    learned = dict(detector.fit(model, seen, attacked).tensors)
    wrong = [{"other": torch.zeros(2)}]
    for name, value in learned.items():
        wrong += [{each: learned[each] for each in learned if each != name}, learned | {name: value[:-1]}]
        wrong += [learned | {name: value.to(torch.float16)}]
        if value.is_floating_point():
            wrong += [learned | {name: value * torch.nan}]
    for tensors in wrong:
        with pytest.raises(ValueError, match="[a-z]"):
            detector.restore(tensors)


@pytest.mark.parametrize("detector", EVERY, **BY_KEY)
def test_a_graph_leads_back_to_what_it_reads(detector: Detector) -> None:
    model, seen, attacked = toy_evidence()
    fitted = detector.fit(model, seen, attacked)
    given = [each.clone().requires_grad_(True) for each in (seen.images, seen.probabilities, seen.signatures)]
    if detector.key == "signature_boosting":
        with pytest.raises(NotImplementedError):
            fitted.differentiable(model, *given)
        return
    scores = fitted.differentiable(model, *given)
    torch.testing.assert_close(scores.detach(), fitted.score(model, seen))
    gradients = torch.autograd.grad(scores.sum(), given, allow_unused=True)
    used = {"pixels": 0, "answers": 1, "signatures": 2}[detector.reads]
    assert gradients[used] is not None
    assert gradients[used].abs().sum() > 0
