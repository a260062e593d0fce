"""The list as a whole: it catches what is masked on purpose, accuses nothing that is not, and repeats itself."""

import json
from pathlib import Path

import pytest
import torch

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.gradient_masking.checklist import CHECKS, carried_out, examined
from core.gradient_masking.finding import Finding
from tests.core.gradient_masking.subjects import digits

CAUGHT = {  # teaching model -> checks that must fail, each a sign of its own kind of masking
    "saturated": {"zero_gradients", "black_box", "unbounded"},
    "quantised": {"zero_gradients", "black_box", "unbounded", "random_noise", "local_linearity"},
    "random_resizing": {"randomness"},
}
LONG = {"unbounded", "monotone", "iterative"}  # left to the slow tests
HONEST = ("mnist_cnn:standard", "mnist_cnn:pgd_adversarial", "mnist_cnn:lime_guided")


def failed(found: list[Finding]) -> set[str]:
    return {each.key for each in found if each.verdict == "fail"}


@pytest.mark.parametrize("how", CAUGHT)
def test_what_is_masked_on_purpose_is_caught(how: str) -> None:
    subject = digits(f"teaching:{how}", 16 if how != "random_resizing" else 4, queries=100)
    found = [carried_out(key, subject) for key in CAUGHT[how] - LONG]
    assert failed(found) == CAUGHT[how] - LONG
    for each in found:
        assert each.said.endswith(".")
        assert json.loads(json.dumps(each.entry())) == each.entry()


@pytest.mark.parametrize("name", HONEST)
def test_what_is_not_masked_is_not_accused(name: str) -> None:
    subject = digits(name, 8, queries=50)
    found = [carried_out(key, subject) for key in CHECKS if key not in LONG]
    assert not failed(found)
    assert {each.verdict for each in found} == {"pass", "unknown"}


def test_a_check_finds_the_same_whatever_went_before() -> None:
    """And a stopped one, carried out again: a run that is resumed ends with the findings of one that was not."""
    alone = carried_out("unfinished", digits("teaching:random_resizing", 6))
    subject = digits("teaching:random_resizing", 6)
    with CancelScope() as scope:
        scope.stop()
        with pytest.raises(Cancelled):
            carried_out("random_noise", subject)
    state = torch.random.get_rng_state()
    carried_out("not_repeated", subject)
    assert torch.equal(torch.random.get_rng_state(), state), "the generators are put back"
    assert carried_out("unfinished", subject) == alone


def test_every_check_says_what_it_is() -> None:
    assert len({check.title for check in CHECKS.values()}) == len(CHECKS)
    for key, check in CHECKS.items():
        assert check.key == key == Path(check.measure.__code__.co_filename).stem
        assert check.cite
        assert not check.title.endswith(".")
    indicators = sorted(check.indicator for check in CHECKS.values() if check.indicator)
    assert indicators == ["I1", "I2", "I3", "I4", "I5", "I6"], "all six of Pintor et al."


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_nothing_honest_is_accused_by_the_whole_list(name: str) -> None:
    other = load_classifier("mnist_cnn:standard" if name != "mnist_cnn:standard" else "mnist_cnn:lime_guided")
    found = examined(digits(name, 40, surrogate=other))
    assert not failed(found)
    assert len(found) == len(CHECKS)


@pytest.mark.slow
@pytest.mark.parametrize("how", CAUGHT)
def test_everything_masked_is_caught_by_the_whole_list(how: str) -> None:
    found = examined(digits(f"teaching:{how}", 40, surrogate=load_classifier("mnist_cnn:standard")))
    assert CAUGHT[how] <= failed(found)
    if how != "random_resizing":
        assert "transfer" in failed(found)
