"""ROAD, infidelity and faithfulness correlation: captum, a sparse solver, loops, and closed forms on a linear model."""

import numpy as np
import pytest
import torch
from captum.metrics import infidelity
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from torch import Tensor

from core.catalog import METRICS
from core.classifiers import mnist_cnn
from core.contracts.explainer import Attribution
from core.metrics.faithfulness_correlation import FaithfulnessCorrelation
from core.metrics.infidelity import Infidelity, squares
from core.metrics.road import Road, imputed
from tests.core.metrics.doubles import GradientTimesInput, planted

WEIGHTS = {(i, j): 1 / 6 if 0 in (i, j) else 1 / 12 for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)}


def subject() -> tuple[object, Tensor, Tensor, Tensor]:
    model = mnist_cnn.fresh(1)
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    return model, images, torch.tensor([4, 7]), torch.randn(2, 28, 28, generator=torch.Generator().manual_seed(1))


def solved(image: np.ndarray, removed: np.ndarray) -> np.ndarray:
    """One channel (H, W), filled in by an equation for every removed pixel, one neighbour at a time."""
    places = {place: row for row, place in enumerate(zip(*np.nonzero(removed), strict=True))}
    matrix, given = lil_matrix((len(places), len(places))), np.zeros(len(places))
    for (row, column), number in places.items():
        for (down, across), weight in WEIGHTS.items():
            other = row + down, column + across
            if not (0 <= other[0] < image.shape[0] and 0 <= other[1] < image.shape[1]):
                continue
            matrix[number, number] += weight
            if other in places:
                matrix[number, places[other]] -= weight
            else:
                given[number] += weight * image[other]
    filled = image.copy()
    filled[removed] = spsolve(matrix.tocsr(), given)
    return filled


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_imputation_solves_the_equations_written_one_by_one(share: float) -> None:
    images = torch.rand(2, 3, 14, 11, generator=torch.Generator().manual_seed(0))
    removed = torch.rand(2, 14, 11, generator=torch.Generator().manual_seed(1)) < share
    found = imputed(images, removed)
    for place in range(2):
        for channel in range(3):
            expected = solved(images[place, channel].double().numpy(), removed[place].numpy())
            np.testing.assert_allclose(found[place, channel].numpy(), expected, atol=1e-6)
        assert torch.equal(imputed(images[place : place + 1], removed[place : place + 1])[0], found[place])


def test_road_is_the_loop_over_removals() -> None:
    model, images, targets, values = subject()
    targets = model.probabilities(images).argmax(dim=1)  # type: ignore[attr-defined]
    found = Road(steps=5)(model, images, targets, Attribution(values), seeds=[3, 8])  # type: ignore[arg-type]
    for place, seed in enumerate((3, 8)):
        noise = torch.randn(4, 1, 28, 28, generator=torch.Generator().manual_seed(seed)) * 0.01
        order = np.argsort(-values[place].numpy().ravel(), kind="stable")
        hits = []
        for step in range(1, 5):
            removed = np.zeros(784, bool)
            removed[order[: round(step * 784 / 5)]] = True
            removed = removed.reshape(28, 28)
            filled = torch.from_numpy(solved(images[place, 0].double().numpy(), removed)).float()
            filled = torch.where(torch.from_numpy(removed), filled + noise[step - 1, 0], filled).clamp(0, 1)
            answer = model.probabilities(filled[None, None]).argmax()  # type: ignore[attr-defined]
            hits.append(float(answer == targets[place]))
        assert found[place].item() == pytest.approx(np.mean(hits))


@pytest.mark.parametrize("scaled", [True, False])
def test_infidelity_is_captums_on_the_same_squares(scaled: bool) -> None:
    model, images, targets, values = subject()
    metric, count = Infidelity(squares=40, part=0.2, scaled=scaled), 40
    masks = squares(metric.subject(model, images, targets, Attribution(values), seeds=[5, 6]), count, 6)  # type: ignore[arg-type]

    def covered(inputs: Tensor) -> tuple[Tensor, Tensor]:
        away = masks(torch.arange(2).repeat_interleave(count), torch.arange(count).repeat(2))[:, None]
        return away.float(), torch.where(away, 0.0, inputs)

    with torch.no_grad():
        expected = infidelity(
            model, covered, images, values[:, None], target=targets, n_perturb_samples=count, normalize=scaled
        )
    found = metric(model, images, targets, Attribution(values), seeds=[5, 6])  # type: ignore[arg-type]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_squares_lie_inside_everywhere_and_are_whole() -> None:
    model, images, targets, values = subject()
    masks = squares(Infidelity().subject(model, images, targets, Attribution(values), seeds=[1, 2]), 3000, 9)  # type: ignore[arg-type]
    made = masks(torch.zeros(3000).long(), torch.arange(3000))
    assert (made.sum(dim=(1, 2)) == 81).all()
    corners = made.flatten(1).float().argmax(dim=1)
    assert corners.min() == 0
    assert corners.max() == 19 * 28 + 19


def test_faithfulness_correlation_is_numpys_in_a_loop() -> None:
    model, images, targets, values = subject()
    found = FaithfulnessCorrelation(runs=30)(model, images, targets, Attribution(values), seeds=[5, 6])  # type: ignore[arg-type]
    for place, seed in enumerate((5, 6)):
        chosen = torch.rand(30, 784, generator=torch.Generator().manual_seed(seed)).topk(49, dim=1).indices
        pairs = []
        for pixels in chosen:
            covered = images[place].flatten().clone()
            covered[pixels] = 0
            with torch.no_grad():
                scores = model(torch.stack([images[place].flatten(), covered]).view(2, 1, 28, 28))[:, targets[place]]  # type: ignore[operator]
            pairs.append((values[place].flatten()[pixels].sum().item(), (scores[0] - scores[1]).item()))
        assert found[place].item() == pytest.approx(np.corrcoef(np.array(pairs).T)[0, 1], abs=1e-4)


def test_on_a_linear_score_the_worth_of_each_pixel_is_told_without_fault() -> None:
    model, images, targets, _ = planted()
    exact = GradientTimesInput()(model, images, targets)
    fidelity = {scaled: Infidelity(scaled=scaled)(model, images, targets, exact) for scaled in (True, False)}
    assert max(each.max().item() for each in fidelity.values()) < 1e-9
    torch.testing.assert_close(FaithfulnessCorrelation()(model, images, targets, exact), torch.ones(3))
    tripled = Attribution(3 * exact.values)
    assert Infidelity(scaled=True)(model, images, targets, tripled).max() < 1e-9
    assert Infidelity(scaled=False)(model, images, targets, tripled).min() > 0.1


def test_there_is_a_metric_of_each_kind() -> None:
    kinds = {METRICS[key].needs for key in METRICS}
    assert kinds == {"", "explainer", "masks"}
