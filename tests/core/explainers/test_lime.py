"""LIME against the `lime` package, scikit-learn, and answers that are linear by construction."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.contracts.toy_models import checkers, quadrant
from core.explainers.lime import FILLS, Lime, cover
from core.occlusion.lime_engine import DESIGNS, closeness, draw_masks, explain_batch, ridge
from core.occlusion.masking import respond
from core.occlusion.superpixels import grid, superpixels
from tests.toys import LinearProbability


def photo(size: int = 32, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, 3, 4, 4, generator=generator).repeat_interleave(size // 4, 2).repeat_interleave(size // 4, 3)
    image = 0.7 * image + 0.2 * torch.rand(image.shape, generator=generator)
    image[:, :, : size // 2, : size // 2] += 0.1 * checkers(size // 2)
    return image.clamp(0, 1)


def test_agrees_with_the_lime_package_on_the_same_masks() -> None:
    from lime.lime_image import LimeImageExplainer

    classifier, image, samples = quadrant(), photo(), 120
    parts = superpixels(image, "slic", 30)
    count = int(parts.max()) + 1

    def answer(images: np.ndarray) -> np.ndarray:
        return classifier.probabilities(torch.from_numpy(images).permute(0, 3, 1, 2).float()).numpy()

    picture = image[0].permute(1, 2, 0).double().numpy()
    theirs = LimeImageExplainer(random_state=5, feature_selection="none").explain_instance(
        picture, answer, labels=(0,), top_labels=None, num_samples=samples, random_seed=0,
        segmentation_fn=lambda _: parts[0].numpy(),
    )  # fmt: skip
    drawn = np.random.RandomState(5).randint(0, 2, samples * count).reshape(samples, count)
    drawn[0] = 1
    keep = torch.from_numpy(drawn).bool()[None]
    with classifier.frozen():
        answers = respond(classifier, image, torch.tensor([0]), parts, keep, cover(image, parts, "mean"))
    ours = ridge(keep, answers, closeness(keep, torch.tensor([count])))
    wanted = dict(theirs.local_exp[0])
    np.testing.assert_allclose(ours.weights[0], [wanted[index] for index in range(count)], atol=1e-6)
    assert ours.intercept.item() == pytest.approx(theirs.intercept[0], abs=1e-6)
    assert ours.r2.item() == pytest.approx(theirs.score, abs=1e-6)
    assert np.abs(list(wanted.values())).max() > 1e-3


@pytest.mark.parametrize("alpha", [1.0, 0.01])
def test_ridge_is_that_of_scikit_learn_for_every_image(alpha: float) -> None:
    from sklearn.linear_model import Ridge
    from sklearn.metrics.pairwise import cosine_distances

    generator = torch.Generator().manual_seed(1)
    masks = torch.randint(0, 2, (3, 60, 12), generator=generator).bool()
    masks[:, 0], masks[:, 1] = True, False
    answers = torch.rand(3, 60, generator=generator)
    pi = closeness(masks, torch.full((3,), 12))
    fit = ridge(masks, answers, pi, alpha)
    for index in range(3):
        z, y = masks[index].double().numpy(), answers[index].double().numpy()
        distance = cosine_distances(z, z[:1]).ravel()
        weight = np.sqrt(np.exp(-(distance**2) / 0.25**2))
        np.testing.assert_allclose(pi[index], weight, atol=1e-6)
        model = Ridge(alpha=alpha).fit(z, y, sample_weight=pi[index].double().numpy())
        np.testing.assert_allclose(fit.weights[index], model.coef_, atol=1e-8)
        assert fit.intercept[index].item() == pytest.approx(model.intercept_, abs=1e-8)
        assert fit.r2[index].item() == pytest.approx(model.score(z, y, pi[index].double().numpy()), abs=1e-8)


def test_a_ridge_towards_earlier_weights_is_one_of_what_they_leave() -> None:
    """|y - c - Z w|^2 + a |w - p|^2 is least at p + v, v the plain ridge of y - Z p."""
    from sklearn.linear_model import Ridge

    draws = torch.Generator().manual_seed(2)
    z, y = torch.randint(0, 2, (3, 11, 4), generator=draws).float(), torch.rand(3, 11, generator=draws)
    pi, prior = torch.rand(3, 11, generator=draws), torch.randn(3, 4, generator=draws)
    fit = ridge(z, y, pi, 2.5, prior)
    for index in range(3):
        left = (y[index] - z[index] @ prior[index]).double().numpy()
        model = Ridge(alpha=2.5).fit(z[index].numpy(), left, sample_weight=pi[index].double().numpy())
        expected = prior[index].double() + torch.from_numpy(model.coef_)
        assert torch.allclose(fit.weights[index], expected, atol=1e-6)
        assert fit.intercept[index].item() == pytest.approx(model.intercept_, abs=1e-6)
    assert torch.allclose(ridge(z, y, pi, 2.5, torch.zeros(3, 4)).weights, ridge(z, y, pi, 2.5).weights)
    assert torch.allclose(ridge(z, y, pi, 1e9, prior).weights.float(), prior, atol=1e-6)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_linear_probability_is_recovered_exactly(design: str) -> None:
    weight = 0.02 * torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(2)) - 0.005
    classifier = Classifier(LinearProbability(weight), ("yes", "no"), (3, 8, 8))
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(3))
    parts = torch.stack([grid(8, 8, 2, 3), grid(8, 8, 4, 4)])
    fill = cover(images, parts, "mean")
    with classifier.frozen():
        fit = explain_batch(
            classifier, images, torch.tensor([0, 1]), parts, fill, samples=80, design=design, alpha=1e-9
        )
    for index, sign in enumerate((1, -1)):
        worth = sign * (weight * (images[index] - fill[index])).sum(dim=0)
        wanted = [worth[parts[index] == part].sum().item() for part in range(16)]
        np.testing.assert_allclose(fit.weights[index], wanted, atol=2e-6)
    torch.testing.assert_close(fit.r2, torch.ones(2, dtype=torch.float64), rtol=0, atol=1e-4)


def test_balanced_masks_are_complementary_pairs_that_no_two_parts_share() -> None:
    masks = draw_masks(1 + 128, 50, seed=9)
    assert masks[0].all()
    assert (masks[1::2] ^ masks[2::2]).all()
    signs = 2 * masks[1:].float() - 1
    torch.testing.assert_close(signs.T @ signs, 128 * torch.eye(50))
    assert torch.equal(masks, draw_masks(1 + 128, 50, seed=9))
    assert not torch.equal(masks, draw_masks(1 + 128, 50, seed=10))
    assert torch.equal(masks[:77], draw_masks(77, 50, seed=9))


@pytest.mark.parametrize("design", DESIGNS)
def test_every_single_mask_is_a_fair_coin_for_each_part(design: str) -> None:
    drawn = torch.stack([draw_masks(4, 5, seed, design)[3] for seed in range(3000)]).float()
    assert (drawn.mean(dim=0) - 0.5).abs().max() < 0.04
    together = (drawn[:, :, None] == drawn[:, None, :]).float().mean(dim=0)
    assert (together[~torch.eye(5, dtype=torch.bool)] - 0.5).abs().max() < 0.04


def test_pairs_and_balance_steady_the_weights() -> None:
    """On answers with interactions of two parts, the spread over seeds: balanced < paired < independent."""
    generator = torch.Generator().manual_seed(4)
    slope, twist = torch.randn(20, generator=generator), torch.randn(20, 20, generator=generator)
    spread = {}
    for design in DESIGNS:
        masks = torch.stack([draw_masks(65, 20, seed, design) for seed in range(200)])
        signs = 2 * masks.float() - 1
        answers = signs @ slope + 0.3 * torch.einsum("nms,st,nmt->nm", signs, twist, signs)
        fit = ridge(masks, answers, closeness(masks, torch.full((200,), 20)), 1e-6)
        spread[design] = fit.weights.var(dim=0).mean().item()
    assert spread["balanced"] < 0.6 * spread["independent"]
    assert spread["paired"] < spread["independent"]


def test_the_patches_come_from_the_reference() -> None:
    classifier, image, other = quadrant(), photo(32, 0), photo(32, 1)
    values = Lime(samples=60)(classifier, image, torch.tensor([0]), reference=other).values[0]
    for part in (parts := superpixels(other)[0]).unique():
        assert values[parts == part].unique().numel() == 1


@pytest.mark.parametrize("fill", FILLS)
def test_fills(fill: str) -> None:
    image = photo()
    shown = cover(image, superpixels(image), fill)
    assert shown.shape == image.shape
    assert shown.min() >= 0
    assert shown.max() <= 1
    assert fill not in ("grey", "black") or shown.unique().tolist() == [{"grey": 0.5, "black": 0.0}[fill]]
    assert fill not in ("mean", "blur") or shown.std() < image.std()


def test_costs_as_many_answers_as_samples_in_shared_batches() -> None:
    images = torch.cat([photo(32, seed) for seed in range(5)])
    with CancelScope() as scope:
        Lime(samples=40)(quadrant(), images, torch.zeros(5, dtype=torch.long))
    assert scope.queries == 200
    assert scope.forwards == 1


def test_half_precision_gives_nearly_the_same_map() -> None:
    maps = [
        Lime(precision=precision, samples=200)(quadrant(), photo(), torch.tensor([0])).values.flatten()
        for precision in ("fp32", "bf16")
    ]
    assert torch.corrcoef(torch.stack(maps))[0, 1] > 0.95
