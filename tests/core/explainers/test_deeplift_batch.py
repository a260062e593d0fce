"""Many images at once have the maps that shap gives them one by one, and networks that the rules miss go to shap."""

import gc
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.explainers import _deeplift_batch
from core.explainers._deeplift_batch import explained
from core.explainers._deeplift_reach import follows
from core.explainers._deeplift_rules import KINDS, Seen, look, multiplier, pooled
from core.explainers._deeplift_support import obstacle
from core.explainers.shap_deep import ShapDeep
from core.images.samples import sample_images
from core.occlusion.backgrounds import background

SAME = 1e-9  # of a map's largest value, in double precision; 1e-4 is what is asked


def drawn(classifier: Classifier, count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(seed))


def doubled(classifier: Classifier) -> Classifier:
    with classifier.frozen():
        copy = classifier.copy()
    copy.net.double()
    return copy


def by_shap(classifier: Classifier, images: Tensor, targets: Tensor, others: Tensor) -> Tensor:
    """Maps (N, H, W) in double precision, by a DeepExplainer of all logits, one image at a time."""
    from shap import DeepExplainer

    made = []
    for image, target in zip(images.double(), targets.tolist(), strict=True):
        explainer = DeepExplainer(doubled(classifier).module().double(), others.double())
        values = explainer.shap_values(image[None], check_additivity=False)
        made.append(torch.from_numpy(values)[0, ..., target].sum(dim=0))
    return torch.stack(made)


def ours(classifier: Classifier, images: Tensor, targets: Tensor, others: Tensor, **own: bool) -> Tensor:
    copy = doubled(classifier)
    with copy.frozen():
        return explained(copy, images.double(), targets, others.double(), **own)[0]


def apart(one: Tensor, other: Tensor) -> float:
    """The largest difference of two sets of maps, in parts of each map's largest value."""
    return float(((one - other).abs().amax(dim=(1, 2)) / other.abs().amax(dim=(1, 2)).clamp_min(1e-12)).max())


class Residual(nn.Module):
    """An addition around elementwise layers; one of them is read twice, by max pooling and by the addition."""

    def __init__(self, make: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.curves, self.pool = nn.ModuleList(make() for _ in range(3)), nn.MaxPool2d(2)
        self.norm, self.head = nn.BatchNorm2d(4), nn.Linear(4 * 16 + 4, 5)

    def forward(self, images: Tensor) -> Tensor:
        low = self.curves[0](self.norm(self.first(images)))
        high = self.curves[1](low + self.second(low))
        pooled = self.pool(high).flatten(1)
        return self.curves[2](self.head(torch.cat([pooled, high.mean(dim=(2, 3))], dim=1)))


class Cubes(nn.Module):
    """Max pooling that does not come right after a layer with a rule."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv3d(1, 3, 3, padding=1), nn.Conv3d(3, 3, 1)
        self.pool, self.line = nn.MaxPool3d(2), nn.MaxPool1d(3, padding=1)
        self.curve, self.head = nn.ReLU(), nn.Linear(16, 5)

    def forward(self, images: Tensor) -> Tensor:
        cubes = self.pool(self.second(self.curve(self.first(images.reshape(-1, 1, 4, 4, 8)))))
        return self.head(self.line(cubes.reshape(len(images), 2, 24)).flatten(1))


def toy(net: nn.Module) -> Classifier:
    return Classifier(net.eval(), tuple("abcde"), (2, 8, 8), mean=(0.4, 0.5), std=(0.5, 0.25))


def residual(make: Callable[[], nn.Module], seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Residual(make)
        net.norm.running_var.fill_(0.1)
    return toy(net)


CURVES = [
    nn.ReLU, nn.Sigmoid, nn.Tanh, nn.ELU, nn.SELU, nn.GELU, nn.Softplus, lambda: nn.LeakyReLU(0.3), lambda: nn.ELU(0.5),
]  # fmt: skip


@pytest.mark.parametrize("make", CURVES)
@pytest.mark.parametrize(("count", "many"), [(5, 3), (2, 3)])
def test_every_curve_is_as_shap_has_it(make: Callable[[], nn.Module], count: int, many: int) -> None:
    """With more images than backgrounds, and with fewer, when the two change places on the way back."""
    model = residual(make)
    images, targets, others = drawn(model, count), torch.arange(count) % 5, drawn(model, many, seed=1)
    assert obstacle(model) == ""
    assert follows(model)
    assert apart(ours(model, images, targets, others), by_shap(model, images, targets, others)) < SAME


def test_max_pooling_in_one_and_three_dimensions() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = toy(Cubes())
    images, targets, others = drawn(model, 4), torch.tensor([0, 1, 2, 3]), drawn(model, 2, seed=1)
    assert follows(model)
    assert apart(ours(model, images, targets, others), by_shap(model, images, targets, others)) < SAME


@pytest.mark.parametrize(("name", "kind"), [("mnist_cnn:standard", "auto"), ("cifar10_resnet20:standard", "black")])
def test_the_networks_that_ship_are_as_shap_has_them(name: str, kind: str) -> None:
    """With plain surfaces, where neighbours are equal and max pooling has to choose one of them."""
    model = load_classifier(name)
    images, targets = sample_images(model, 3), torch.tensor([1, 0, 7])
    images[0] = images[0].round()
    others = background(kind, model, images[:1], 0)[:6]
    wanted = by_shap(model, images, targets, others)
    assert apart(ours(model, images, targets, others), wanted) < SAME
    if kind == "black":
        found = ShapDeep(background=kind)(model, images, targets)
        assert apart(found.values, wanted.float()) < 1e-6
        assert found.gap is not None
        assert (found.gap < 1e-9).all()


def test_parts_that_are_equal_on_both_sides_have_the_slope() -> None:
    model = residual(nn.Tanh)
    images, targets = drawn(model, 3), torch.tensor([0, 1, 2])
    others = images.roll(1, dims=0)[:2].clone()
    images[:, :, :5], others[:, :, :5] = 0.25, 0.25
    found = ours(model, images, targets, others)
    assert (found[:, :5] == 0).all()
    assert apart(found, by_shap(model, images, targets, others)) < SAME
    tanh, at = nn.Tanh(), torch.tensor([[0.5]])
    seen = look(tanh, at, tanh(at), slope=True)
    assert multiplier(tanh, seen, seen).item() == pytest.approx(1 - torch.tanh(at).item() ** 2)
    for value, slope in ((0.5, 1), (-0.5, 0), (0.0, 0)):
        seen = Seen(torch.tensor([[value]]), torch.tensor([[max(value, 0)]]))
        assert multiplier(nn.ReLU(), seen, seen).item() == slope
    pool, low = nn.MaxPool1d(2), torch.tensor([[[0.0, 1.0]]], dtype=torch.float64)
    for rise, share in ((1e-6, 1.0), (1e-8, 0.0), (0.0, 0.0)):  # shap's threshold at max pooling is 1e-7
        seen, other = (look(pool, each, pool(each), slope=False) for each in (low + rise, low))
        assert pooled(seen, other, torch.ones_like(low[..., :1])).flatten().tolist() == pytest.approx([0, share])


def test_each_image_with_a_background_of_its_own() -> None:
    model = residual(nn.ReLU)
    images, targets, others = drawn(model, 5), torch.tensor([0, 1, 2, 3, 4]), drawn(model, 5, seed=1)
    found = ours(model, images, targets, others, own=True)
    for place in range(5):
        one = slice(place, place + 1)
        assert apart(found[one], by_shap(model, images[one], targets[one], others[one])) < SAME
    blurred = ShapDeep(background="blurred")(model, images, targets)
    own = torch.cat([background("blurred", model, each[None], 0) for each in images])
    torch.testing.assert_close(blurred.values, ours(model, images, targets, own, own=True).float())


@pytest.mark.parametrize(("count", "many"), [(7, 3), (3, 7)])
def test_cut_in_parts_it_is_the_same(count: int, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = residual(nn.ReLU)
    images, targets, others = drawn(model, count), torch.arange(count) % 5, drawn(model, many, seed=1)
    whole = ours(model, images, targets, others)
    monkeypatch.setattr(_deeplift_batch, "MOST", 2)
    assert apart(ours(model, images, targets, others), whole) < SAME
    own = drawn(model, count, seed=2)
    cut = ours(model, images, targets, own, own=True)
    monkeypatch.setattr(_deeplift_batch, "MOST", 32)
    assert apart(cut, ours(model, images, targets, own, own=True)) < SAME


def test_scores_and_what_they_cost() -> None:
    model = doubled(residual(nn.ReLU))
    images, targets, others = drawn(model, 5).double(), torch.tensor([0, 1, 2, 3, 4]), drawn(model, 3, seed=1).double()
    with model.frozen(), CancelScope() as scope:
        maps, scores, base = explained(model, images, targets, others)
    rows = torch.arange(5)
    with torch.no_grad():
        torch.testing.assert_close(scores, model(images)[rows, targets])
        torch.testing.assert_close(base, model(others).mean(dim=0)[targets])
    torch.testing.assert_close(maps.sum(dim=(1, 2)), scores - base)
    assert (scope.queries, scope.graded) == (8, 5)
    assert scope.evaluations == pytest.approx(5 + 3 / 3 + 2 * 5 * 2 / 3), "two more ways back of five images"
    assert not any(each._forward_hooks or each._backward_hooks for each in model.net.modules())


class Folds(nn.Module):
    """Channels beside images along the first dimension, on the way through a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.curve, self.head = nn.ReLU(), nn.Linear(128, 5)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.curve(images.reshape(-1, 64)).reshape(-1, 128))


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.curve, self.head = nn.ReLU(), nn.Linear(128, 5)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.curve(input=images.flatten(1)))


def pooling(*layers: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Conv2d(2, 4, 3), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))


OTHER = type("ReLU", (nn.ReLU,), {})  # another's layer of that name


@pytest.mark.parametrize(
    ("net", "fits"),
    [
        (pooling(nn.MaxPool2d(2)), True), (pooling(nn.MaxPool2d(2, stride=(3, 2), ceil_mode=True)), True),
        (pooling(nn.MaxPool2d((1, 2), stride=(1, 1))), False), (pooling(nn.MaxPool2d(2, dilation=2)), False),
        (pooling(nn.Softmax(dim=1)), False), (pooling(OTHER()), False), (pooling(nn.ReLU()), True),
        (Folds(), False), (Named(), False),
    ],
)  # fmt: skip
def test_what_the_rules_reach(net: nn.Module, fits: bool) -> None:
    model = toy(net)
    assert follows(model) == fits
    assert not any(each._forward_pre_hooks for each in net.modules())


def test_what_they_do_not_reach_goes_to_shap(monkeypatch: pytest.MonkeyPatch) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = replace(toy(Folds()), mean=(0.5,), std=(0.5,))
    monkeypatch.setattr("core.explainers.shap_deep.explained", None)
    images, targets = drawn(model, 2), torch.tensor([4, 1])
    found = ShapDeep(background="black")(model, images, targets)
    wanted = by_shap(model, images, targets, torch.zeros(1, *model.size))
    assert apart(found.values, wanted.float()) < 1e-6
    assert found.gap is not None
    assert (found.gap < 1e-9).all()


def test_the_kinds_of_layers_are_those_of_shap_but_for_one() -> None:
    from core.explainers._deeplift_support import _CURVED

    assert {kind.__name__ for kind in KINDS} == _CURVED - {"Softmax"}


def test_nothing_of_a_batch_is_kept_when_it_is_done() -> None:
    classifier = doubled(load_classifier("mnist_cnn:standard"))
    images = drawn(classifier, 6).double()
    held = []
    for _ in range(3):
        explained(classifier, images, torch.zeros(6, dtype=torch.int64), images[:2])
        gc.collect()
        held.append(sum(isinstance(each, Tensor) for each in gc.get_objects()))
    assert held[2] == held[1]
