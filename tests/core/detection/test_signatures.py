"""A signature is the explainer's map of the answer, whatever else is in its batch, and is drawn once."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.detection.content_cache import ContentCache
from core.detection.signatures import Signatures, signatures
from core.explainers.shap_deep import ShapDeep
from core.explainers.shap_gradient import ShapGradient
from tests.toys import draw, separable, small

DEEP, GRADIENT = ShapDeep(background="shades"), ShapGradient(background="noise", samples=5)


@pytest.fixture(scope="module")
def model() -> Classifier:
    return replace(small(3), fingerprint="0" * 64)


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.cat([separable(20)[0], draw(3, 1, 6, 6)])


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path)


@dataclass(frozen=True)
class Counted(Explainer):
    """The image, positive, signed by the class it is asked about; notes what it was asked."""

    key = "counted"
    title = "Counted"
    strength: float = param(1.0, low=0.0, high=10.0)
    against_what = "nothing"

    def against(self, classifier: Classifier) -> str:
        return self.against_what

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        ASKED.append((len(images), seed))
        return Attribution(self.strength * images.sum(dim=1) * (2 * targets.view(-1, 1, 1) - 1))


ASKED: list[tuple[int, int]] = []


@pytest.mark.parametrize("explainer", [DEEP, GRADIENT], ids=lambda each: each.key)
def test_evidence_is_what_the_explainer_and_the_classifier_say(
    explainer: Explainer, model: Classifier, images: Tensor
) -> None:
    found = signatures(model, explainer, images, seed=4, batch=8)
    sure = model.probabilities(images)
    assert torch.equal(found.evidence.images, images)
    torch.testing.assert_close(found.evidence.probabilities, sure)
    assert torch.equal(found.answers, sure.argmax(dim=1))
    assert len(found.answers.unique()) == 2
    wanted = explainer(model, images, sure.argmax(dim=1), seed=4).values
    torch.testing.assert_close(found.evidence.signatures, wanted, rtol=1e-4, atol=1e-6)
    assert (wanted < 0).any(), "signed"
    assert (wanted > 0).any()
    assert (found.made, found.taken, found.seconds > 0) == (23, 0, True)


@pytest.mark.parametrize("explainer", [DEEP, GRADIENT], ids=lambda each: each.key)
def test_cut_otherwise_and_in_another_order_the_maps_are_the_same(
    explainer: Explainer, model: Classifier, images: Tensor
) -> None:
    whole = signatures(model, explainer, images, seed=4).evidence.signatures
    for batch in (1, 5, 23):
        cut = signatures(model, explainer, images, seed=4, batch=batch).evidence.signatures
        torch.testing.assert_close(cut, whole, rtol=1e-4, atol=1e-6)
    turned = signatures(model, explainer, images.flip(0), seed=4, batch=5).evidence.signatures
    torch.testing.assert_close(turned.flip(0), whole, rtol=1e-4, atol=1e-6)


def test_another_seed_gives_another_map_where_the_explainer_draws(model: Classifier, images: Tensor) -> None:
    one, other = (signatures(model, GRADIENT, images[:4], seed=seed).evidence.signatures for seed in (4, 5))
    assert (one - other).abs().max() > 0.01 * one.abs().max()


def test_what_is_cached_is_not_drawn_again(model: Classifier, images: Tensor, cache: ContentCache) -> None:
    seen: list[tuple[int, int]] = []

    def ask(
        by: Classifier = model, explainer: Explainer = Counted(), rows: Tensor = images, seed: int = 0  # noqa: B008
    ) -> Signatures:  # fmt: skip
        ASKED.clear()
        return signatures(
            by, explainer, rows, seed=seed, batch=10, cache=cache, on_done=lambda done, of: seen.append((done, of))
        )

    first = ask()
    assert ASKED == [(10, 0), (10, 0), (3, 0)], "one seed for all"
    again = ask()
    assert ASKED == []
    assert (again.made, again.taken) == (0, 23)
    assert torch.equal(again.evidence.signatures, first.evidence.signatures)
    assert torch.equal(again.evidence.probabilities, first.evidence.probabilities)
    assert seen == [(10, 23), (20, 23), (23, 23)] * 2
    assert ask(rows=torch.cat([images, images[:10]])).taken == 20, "batches that are the same, as far as they are"

    class Elsewhere(Counted):
        against_what = "something else"

    others = [ask(seed=1), ask(explainer=Counted(strength=2.0)), ask(explainer=Elsewhere()), ask(rows=images.flip(0))]
    others.append(ask(by=replace(model, fingerprint="1" * 64)))
    others += [ask(by=replace(model, fingerprint="")), ask(by=replace(model, fingerprint=""))]
    assert [each.taken for each in others] == [0] * 7


def test_a_damaged_file_of_the_cache_is_drawn_again(model: Classifier, images: Tensor, cache: ContentCache) -> None:
    first = signatures(model, Counted(), images, cache=cache)
    (path,) = cache.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-4])
    again = signatures(model, Counted(), images, cache=cache)
    assert again.made == 23
    assert torch.equal(again.evidence.signatures, first.evidence.signatures)
    assert signatures(model, Counted(), images, cache=cache).taken == 23


def test_an_interrupted_computation_goes_on(model: Classifier, images: Tensor, cache: ContentCache) -> None:
    with CancelScope() as scope, pytest.raises(Cancelled):
        signatures(model, GRADIENT, images, batch=6, cache=cache, on_done=lambda done, _: done > 6 and scope.stop())
    found = signatures(model, GRADIENT, images, batch=6, cache=cache)
    assert (found.made, found.taken) == (11, 12)
    whole = signatures(model, GRADIENT, images, batch=6)
    assert torch.equal(found.evidence.signatures, whole.evidence.signatures)


def test_what_cannot_be_asked_is_said(model: Classifier, images: Tensor) -> None:
    with pytest.raises(ValueError, match=r"cannot make signatures: The gallery has no sample images .*background$"):
        signatures(model, ShapDeep(background="gallery"), images)
    with pytest.raises(ValueError, match="no images"):
        signatures(model, DEEP, images[:0])
