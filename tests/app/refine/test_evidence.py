"""What Refine says of a method that trials have held against its controls."""

from pathlib import Path

import pytest
import streamlit as st

from app.refine import measured_preset
from core.catalog import OBJECTIVES
from core.trials import kept
from core.trials.evidence import evidence, headline
from tests.app.pages import REFINE, TINY, button, opened, texts


def of(key: str) -> str:
    st.cache_data.clear()
    app = opened(REFINE, **(TINY | {"refine.objective": key}))
    assert not app.exception
    assert not app.error
    assert not button(app, "Start this run").disabled
    return texts(app).replace("\\", "")


def test_a_trial_that_was_carried_out_stands_under_its_method(digits: Path) -> None:
    said = of("lime_soft_label")
    found = evidence(OBJECTIVES["lime_soft_label"])
    assert f"**Does the explanation help?** {headline(found)}" in said
    assert "“Soft labels by LIME, few digits” (MNIST, 3 networks trained each way" in said
    assert all(each in said for each in found)
    assert "docs/guidance.md" in said
    assert "Does the explanation help?" not in of("trades")


def test_without_a_trial_it_is_open(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    said = of("lime_soft_label")
    assert "No trial of it has been carried out to its end yet" in said
    assert "docs/guidance.md" not in said


def test_an_experts_regions_stand_beside_both_controls(digits: Path) -> None:
    said = of("right_reasons")
    assert "moved by lot: +11.2 points (+9.55 to +12.77)" in said
    assert "as there are four corners: -0.1 points (-0.24 to -0.01)" in said


@pytest.mark.parametrize("raw", ["{", "{}", '{"plan": {}}'])
def test_a_damaged_file_costs_a_sentence_not_the_page(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: str
) -> None:
    (tmp_path / "soft_labels_few_digits").mkdir()
    (tmp_path / "soft_labels_few_digits" / "held_out.json").write_text(raw)
    (tmp_path / "mark.json").write_text(raw)
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    monkeypatch.setattr(measured_preset, "FILE", tmp_path / "mark.json")
    for key in ("lime_soft_label", "right_reasons"):
        assert "What was found of this method cannot be read from the project's files." in of(key)
