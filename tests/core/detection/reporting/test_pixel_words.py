"""What is said of critical pixels, also where a rule chooses none or all, and of an earlier study without classes."""

from typing import Any

import pytest

from core.detection.critical_pixels.selection import Rule
from core.detection.presets import PRESETS
from core.detection.reporting import pixel_words
from core.detection.reporting.pixel_words import pixel_sentences, short_test_sentences
from core.detection.request import DetectionRequest
from tests.core.detection.told import told_pixels

ASKED = DetectionRequest.read(PRESETS["mnist_study"].arguments)


def test_the_pixels_and_whether_they_depend_on_the_class() -> None:
    told = told_pixels()
    first, second = pixel_sentences(told["pixels"], ASKED)
    assert first.startswith("6 of 36 pixels are critical, where the attacked images' explanations are strong.")
    assert "The pixels depend on the class: those of single classes overlap the whole set by" in second
    assert "(at least" in second
    assert "An attack on them alone fools" in second


def test_without_a_difference_between_classes_that_is_said() -> None:
    told = told_pixels()
    for reading in ("generation", "detection"):
        means = told["pixels"][reading]["class_overlap"]
        means["mean"] = means["mixed_least"]
    assert all("No dependence on the class shows" in each for each in pixel_sentences(told["pixels"], ASKED))


@pytest.mark.parametrize(
    ("rule", "said"),
    [(Rule(deviations=50.0), "no pixel is critical"), (Rule(0.999), "every pixel is critical")],
)
def test_none_and_all_are_one_sentence_each(rule: Rule, said: str) -> None:
    told = told_pixels(rule)
    for sentences in (pixel_sentences(told["pixels"], ASKED), short_test_sentences(told["tests"], ASKED),
                      pixel_words.test_sentences(told["tests"], ASKED)):  # fmt: skip
        assert len(sentences) == 2
        assert all(said in each for each in sentences)
        assert not any("100 %" in each for each in sentences), "an empty set agrees with itself, and says nothing"


def test_classes_left_out_are_named_once() -> None:
    told: dict[str, Any] = told_pixels()["pixels"]
    for reading in ("generation", "detection"):
        told[reading]["left_out"] = [f"digit {each}" for each in range(14)]
    *_, last = pixel_sentences(told, ASKED)
    assert last.endswith("digit 10, digit 11 and 2 more.")
    assert len(pixel_sentences(told, ASKED)) == 3


def test_a_study_from_before_classes_were_told_is_still_read() -> None:
    told = told_pixels()["pixels"]
    for reading in ("generation", "detection"):
        for name in ("per_class", "class_overlap", "left_out"):
            del told[reading][name]
    assert len(pixel_sentences(told, ASKED)) == 2
