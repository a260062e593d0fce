"""Metrics that ask the explainer again: captum, loops, and explainers whose answer is known beforehand."""

import copy

import numpy as np
import pytest
import torch
from captum.metrics import sensitivity_max
from scipy.stats import entropy, spearmanr
from torch import Tensor

from core.base.rng import seeded
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.contracts.toy_models import linear
from core.metrics._randomised import SEED, layers, randomised
from core.metrics.efficient_mprt import EfficientMprt, discrete_entropy
from core.metrics.local_lipschitz import LocalLipschitz
from core.metrics.max_sensitivity import MaxSensitivity
from core.metrics.mprt import Mprt
from tests.core.metrics.doubles import GradientTimesInput, Stubborn, planted

METHOD = GradientTimesInput()


def digits() -> tuple[Classifier, Tensor, Tensor, Attribution]:
    model = mnist_cnn.fresh(1)
    model.net.eval()
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([4, 7])
    return model, images, targets, METHOD(model, images, targets)


def test_max_sensitivity_is_captums_on_the_same_draws() -> None:
    model, images, targets, found = digits()
    draws = [torch.empty(6, 1, 28, 28).uniform_(-0.1, 0.1, generator=torch.Generator().manual_seed(s)) for s in (3, 8)]

    def moved(inputs: Tensor, _radius: float) -> Tensor:
        return (inputs + torch.cat(draws)).clamp(0, 1)

    def explain(inputs: Tensor | tuple[Tensor], target: Tensor) -> tuple[Tensor]:
        return (METHOD(model, inputs if isinstance(inputs, Tensor) else inputs[0], target).values,)

    with torch.no_grad():
        expected = sensitivity_max(explain, images, moved, n_perturb_samples=6, target=targets)
    value = MaxSensitivity(radius=0.1, draws=6)(model, images, targets, found, seeds=[3, 8], explainer=METHOD)
    torch.testing.assert_close(value, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("scaled", [True, False])
def test_local_lipschitz_is_the_loop_over_draws(scaled: bool) -> None:
    model, images, targets, found = digits()
    metric = LocalLipschitz(draws=5, scaled=scaled)
    value = metric(model, images, targets, found, seeds=[3, 8], explainer=METHOD)
    for place, seed in enumerate((3, 8)):
        steepest = 0.0
        for change in torch.randn(5, 1, 28, 28, generator=torch.Generator().manual_seed(seed)) * 0.1:
            other = (images[place] + change).clamp(0, 1)
            one, two = found.values[place], METHOD(model, other[None], targets[place : place + 1]).values[0]
            if scaled:
                one, two = one / one.abs().max(), two / two.abs().max()
            way = float((other - images[place]).norm())
            steepest = max(steepest, float((one - two).norm()) / way)
        assert value[place].item() == pytest.approx(steepest, rel=1e-3)


def test_what_never_moves_has_no_sensitivity_and_fails_the_randomisation_test() -> None:
    model, images, targets, _ = planted()
    method = Stubborn()
    given = model, images, targets, method(model, images, targets)
    assert MaxSensitivity()(*given, explainer=method).tolist() == [0.0] * 3
    assert LocalLipschitz()(*given, explainer=method).tolist() == [0.0] * 3
    assert Mprt()(*given, explainer=method).tolist() == pytest.approx([1.0] * 3)
    assert EfficientMprt()(*given, explainer=method).tolist() == [0.0] * 3


def test_randomisation_cascades_from_the_output_down() -> None:
    """Against a loop that gives a copy of the network new layers one after the other; agreement by scipy."""
    model, images, targets, found = digits()
    kept = [weight.clone() for weight in model.net.parameters()]
    names = [name for name, part in model.net.named_modules() if list(part.parameters(recurse=False))]
    metric = Mprt(stages=1000)
    subject = metric.subject(model, images, targets, found, explainer=METHOD)
    by_stage = metric.by_stage(subject)
    assert by_stage.shape == (len(names), 2)
    net = copy.deepcopy(model.net)
    for place, name in enumerate(reversed(names)):
        with seeded(SEED + place):
            net.get_submodule(name).reset_parameters()  # type: ignore[operator]
        other = Classifier(net, model.labels, model.size, model.mean, model.std)
        maps = METHOD(other, images, targets).values
        for image in range(2):
            expected = spearmanr(found.values[image].flatten(), maps[image].flatten()).statistic
            assert by_stage[place, image].item() == pytest.approx(expected, abs=1e-4)
    torch.testing.assert_close(metric(model, images, targets, found, explainer=METHOD), by_stage.mean(dim=0))
    assert all(torch.equal(now, then) for now, then in zip(model.net.parameters(), kept, strict=True))


def test_stages_are_spread_over_the_layers_and_end_with_the_last() -> None:
    model = digits()[0]
    count = len(layers(model.net))
    first = next(part for part in model.net.modules() if list(part.parameters(recurse=False)))
    place = list(model.net.modules()).index(first)
    for stages in (1, 2, count):
        changed = [
            not torch.equal(list(other.net.modules())[place].weight, first.weight)  # type: ignore[arg-type]
            for other in randomised(model, stages)
        ]
        assert changed == [False] * (stages - 1) + [True], "the layer nearest to the image is the last"
    plain = linear([[[[1.0]]]])
    with pytest.raises(ValueError, match="no layer"):
        next(randomised(plain, 3))


def test_discrete_entropy_is_that_of_numpys_histogram() -> None:
    maps = torch.randn(3, 9, 7, generator=torch.Generator().manual_seed(0))
    expected = [entropy(np.histogram(each.double().numpy(), bins=20)[0]) for each in maps]
    assert discrete_entropy(maps, 20).tolist() == pytest.approx(expected)


def test_a_map_that_reads_the_network_passes_the_randomisation_tests() -> None:
    model, images, targets, found = digits()
    assert Mprt()(model, images, targets, found, explainer=METHOD).max() < 0.5
    sparse = planted()
    rise = EfficientMprt()(*sparse[:3], METHOD(*sparse[:3]), explainer=METHOD)
    assert (rise > 0.5).all(), "one pixel in nine counted before, all of them after"
