"""Each check on functions whose answer can be worked out, and on one that is planted to make it fail."""

import math

import pytest
import torch
from torch import Tensor

from core.contracts.toy_models import linear
from core.evaluation.paired import newcombe_difference
from core.gradient_masking.checklist import CHECKS, carried_out
from core.gradient_masking.checks.local_linearity import forecast
from core.gradient_masking.checks.unfinished import still_rising
from core.gradient_masking.subject import Subject, subject
from core.gradient_masking.walk import STEPS, Walk
from tests.core.gradient_masking.subjects import digits, of, planted, probabilities_of


def mean(images: Tensor) -> Tensor:
    return images.flatten(1).mean(dim=1)


def test_a_linear_model_passes_every_check_that_can_tell() -> None:
    """Its gradient tells all: score 20 (mean - 0.3), so within 0.3 every image of mean 0.5 falls."""
    found = {key: carried_out(key, of(planted(lambda x: 20 * (mean(x) - 0.3)), 64 / 255)) for key in CHECKS}
    assert {key for key, each in found.items() if each.verdict != "pass"} == {"transfer"}
    assert found["gradient_agreement"].values["cosine"]["value"] == pytest.approx(1, abs=1e-6)
    assert found["local_linearity"].values["relative_gamma"]["value"] == pytest.approx(0, abs=1e-4)
    assert found["local_linearity"].values["unforeseen"]["value"] == pytest.approx(0, abs=1e-4)


def test_the_unbounded_attack_may_go_anywhere() -> None:
    """Only black all over is answered otherwise: 64/255 never reaches it, no bound does, in both views."""
    subject = of(planted(lambda x: 20 * (mean(x) - 0.01)), 64 / 255, 60)
    values = carried_out("unbounded", subject).values
    assert values["textbook"]["hits"] == values["careful"]["hits"] == 0
    assert values["allowed"] == 0.5, "chance of two classes"
    assert int(subject.walk("careful").held.sum()) == 60


def test_gradients_that_lead_the_wrong_way_are_found_out() -> None:
    """The score falls with light, but its gradient says the opposite, as of a straight-through trick gone wrong."""

    def score(images: Tensor) -> Tensor:
        light = 40 * (mean(images) - 0.5)
        return 1.5 - (2 * light.detach() - light)  # the value is 1.5 - light; the slope is + 40

    examined = of(planted(score), 32 / 255)
    found = {key: carried_out(key, examined) for key in ("black_box", "random_noise", "unbounded", "zero_gradients")}
    assert {key: each.verdict for key, each in found.items()} == {
        "black_box": "fail", "random_noise": found["random_noise"].verdict, "unbounded": "fail",
        "zero_gradients": "pass",
    }  # fmt: skip
    told = found["black_box"].values["careful"]
    assert told["gradients_left_right"]["hits"] == examined.count
    assert told["found_beyond"]["hits"] > 0.5 * examined.count


def test_a_transfer_shows_what_the_models_own_gradients_hide() -> None:
    weights = [[[[8.0, 8.0]]], [[[0.0, 0.0]]]]
    honest, shy = linear(weights), planted(lambda x: 8 * x.detach().flatten(1).sum(dim=1) - 6 + 0 * mean(x), 2)
    image = torch.full((60, 1, 2, 2), 0.25)
    honest = planted(lambda x: 8 * x.flatten(1).sum(dim=1) - 6, 2)
    examined = subject(shy, image, torch.zeros(60).long(), 32 / 255, surrogate=honest)
    found = carried_out("transfer", examined)
    assert found.verdict == "fail"
    assert found.values["fooled_surrogate"]["hits"] == found.values["of_these_transfer"]["hits"] == 60
    told = found.values["careful"]
    assert told["found_beyond"]["hits"] == told["gradients_left_right"]["hits"] > 50
    with pytest.raises(ValueError, match="other images or tells other classes apart"):
        subject(shy, image, torch.zeros(60).long(), 0.1, surrogate=linear(weights))


def test_one_step_against_many_is_the_paired_difference() -> None:
    """With a ditch in the way, small steps end in it, and one large step leaps over: many steps do worse."""

    def score(images: Tensor) -> Tensor:  # falls, rises again a little farther on, and is wrong beyond
        moved = 255 * (mean(images) - 0.5)
        return 2 + torch.cos(moved * 2 * math.pi / 12) - 3 * (moved.abs() > 20)

    grey = torch.full((50, 1, 4, 4), 0.502)
    examined = subject(planted(score), grey, torch.zeros(50).long(), 24 / 255)
    found = carried_out("iterative", examined)
    many, once = examined.walk("careful").held, examined.held(24 / 255, "careful", 1)
    assert not once.any()
    assert many.all()
    assert found.verdict == "fail"
    wanted = newcombe_difference(many.tolist(), once.tolist())
    assert found.values["careful"]["weaker_by"]["value"] == wanted.value == 1.0


def test_more_strength_that_does_less_harm_fails() -> None:
    """Wrong only in a belt: 8/255 and 16/255 end in it, and 32/255 goes beyond."""

    def score(images: Tensor) -> Tensor:
        away = (mean(images) - 0.5).abs()
        return 6 - 10 * away - 20 * ((away > 0.02) & (away < 0.09))

    grey = torch.full((50, 1, 4, 4), 0.5001)
    found = carried_out("monotone", subject(planted(score), grey, torch.zeros(50).long(), 32 / 255))
    assert found.verdict == "fail"
    assert [each["hits"] for each in found.values["careful"]["right"]] == [0, 0, 50, 50, 50]
    assert found.values["careful"]["largest_rise"]["value"] == 1.0


def made(walk: Walk) -> Subject:
    """A subject whose attack is told instead of made."""
    subject = of(planted(lambda x: 20 * (mean(x) - 0.3)), 0.1, walk.held.numel())
    subject.walks.update(textbook=walk, careful=walk)
    return subject


def test_indicators_count_what_they_say() -> None:
    """Of 100 images 60 hold after 40 steps and 45 after 80; 30 of the 60 were wrong on the way, 20 at the last look."""
    places = torch.arange(100)
    wrong, loss = torch.zeros(2 * STEPS, 100).bool(), torch.zeros(2 * STEPS, 100)
    wrong[7, places < 30] = True
    wrong[STEPS, (places >= 40) & (places < 80)] = True
    loss[1:, :] = 9.0
    loss[-1, places < 10] = 10.0  # a tenth of the gain in the last step
    loss[-1, places >= 50] = 10.0  # of images that fell, some of them after 40 steps
    subject = made(Walk(places < 60, places < 45, wrong, loss))
    found = {key: carried_out(key, subject) for key in
             ("silent_success", "not_repeated", "unfinished", "twice_the_steps")}  # fmt: skip
    hits = {key: found[key].values["careful"]["hits"] for key in ("silent_success", "not_repeated", "unfinished")}
    assert hits == {"silent_success": 30, "not_repeated": 20, "unfinished": 10}
    assert found["twice_the_steps"].values["careful"]["took_more"]["value"] == pytest.approx(0.15)
    assert {each.verdict for key, each in found.items() if key != "unfinished"} == {"fail"}
    assert still_rising(loss).sum() == 10 + 50


def test_the_same_steps_twice_pass_only_below_half_a_point() -> None:
    none = torch.zeros(2 * STEPS, 1000)
    places = torch.arange(1000)
    for lost, verdict in ((4, "pass"), (6, "unknown"), (40, "fail")):
        subject = made(Walk(places < 500, places < 500 - lost, none.bool(), none))
        assert carried_out("twice_the_steps", subject).verdict == verdict


def test_a_loss_that_bends_more_than_it_slopes_fails() -> None:
    """Ripples of wavelength 1/50 in every pixel: flat at the image, and gradient attacks cannot leave a ripple."""

    def score(images: Tensor) -> Tensor:
        return 5 + torch.cos(2 * math.pi * 50 * images).flatten(1).sum(dim=1) / 4 + mean(images)

    grey = torch.full((60, 1, 4, 4), 0.5) + torch.rand(60, 1, 4, 4, generator=torch.Generator().manual_seed(1)) / 5000
    found = carried_out("curvature", subject(planted(score), grey, torch.zeros(60).long(), 32 / 255))
    assert found.verdict == "fail"
    assert found.values["bend"]["value"] > 100


def test_noise_too_weak_to_see_that_changes_the_score_fails() -> None:
    """Much of the lead hangs on ripples of wavelength 1/100, which no attack gets beyond."""
    ripples = planted(lambda x: 1 + torch.cos(2 * math.pi * 100 * x).flatten(1).mean(dim=1), 2)
    assert carried_out("unstable", of(ripples, 0.1)).verdict == "fail"
    assert carried_out("unstable", of(planted(lambda x: 1 + 0.01 * mean(x)), 0.1)).verdict == "pass"


def test_probabilities_instead_of_scores_fail() -> None:
    honest = planted(lambda x: mean(x))
    assert carried_out("probabilities", of(honest, 0.1)).verdict == "pass"
    assert carried_out("probabilities", of(probabilities_of(honest), 0.1)).verdict == "fail"


def test_averaged_gradients_are_told_where_answers_are_drawn() -> None:
    found = carried_out("randomness", digits("teaching:random_resizing", 4))
    single, averaged = (found.values[f"right_after_{kind}_gradients"]["hits"] for kind in ("single", "averaged"))
    assert found.values["averaging_takes_more"]["value"] == pytest.approx((single - averaged) / 4)
    assert found.values["differ"]["hits"] == 4


def test_the_forecast_error_is_that_of_a_brute_force_search() -> None:
    """On two pixels, over a grid of the whole box."""

    def loss(images: Tensor) -> Tensor:
        x, y = images[:, 0, 0, 0], images[:, 0, 0, 1]
        return 3 * x * y + x.square() + 2 * y

    at = torch.tensor([[[[0.5, 0.4]]]])
    found = forecast(loss, at, 0.2, at + 0.01)
    grid = torch.cartesian_prod(*[torch.linspace(-0.2, 0.2, 81)] * 2).view(-1, 1, 1, 2)
    slope = torch.tensor([3 * 0.4 + 2 * 0.5, 3 * 0.5 + 2]).view(1, 1, 1, 2)
    change = loss(at + grid) - loss(at)
    gamma = (change - (slope * grid).flatten(1).sum(dim=1)).abs().max()
    assert found.gamma.item() == pytest.approx(gamma.item(), abs=1e-5)
    assert found.rise.item() == pytest.approx(change.max().item(), abs=1e-5)


@pytest.mark.parametrize(
    ("eps", "said"),
    [(0.0, "above 0 and up to 64/255, got 0/255"), (0.5, "got 127.5/255"), (math.nan, "got nan/255")],
)
def test_a_strength_that_there_is_none_of_is_a_sentence(eps: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        of(planted(mean), eps)


def test_a_model_that_is_always_wrong_cannot_be_examined() -> None:
    with pytest.raises(ValueError, match="right on 0 of these 100 images: expected two or more"):
        of(planted(lambda x: -1 - mean(x)), 0.1)
