"""The front page: five pictures with their words, and a table with one number in a cell."""

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.overview.panels import table_data
from app.ui.first_models import FIRST_MODELS
from core.base.paths import ROOT
from core.checkpoints.card import shipped_card
from core.study.picture_row import PICTURES, shipped_row
from core.study.words import percent


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "overview.py"), default_timeout=60).run()
    assert not app.exception
    return app


def test_every_picture_is_there_with_words_for_those_who_cannot_see_it(home: Path) -> None:
    app, row = opened(), shipped_row()
    pictures = [each.proto.imgs[0] for each in app.get("image")]
    assert len(pictures) == len(PICTURES)
    assert len({each.alt for each in pictures}) == len(pictures)
    assert all(len(each.alt) > 10 for each in pictures)
    assert f"answered {row.after[0]}" in pictures[2].alt
    said = " ".join(each.value for each in app.markdown).replace("\N{NO-BREAK SPACE}", " ")
    for name, probability in (row.before, row.after):
        assert f"**{name}**, {percent(probability)}" in said
    assert f"**{row.moved:.2f}**" in said
    assert any("CC BY 2" in each.value for each in app.caption), "the photographer is named"


def test_nothing_is_computed_or_kept_for_it(home: Path) -> None:
    opened()
    assert list(home.iterdir()) == []


def test_one_number_in_a_cell_and_it_is_the_cards() -> None:
    data = table_data()
    head = [each["text"] for each in data["head"]]
    assert head == ["Model", "original images", "under PGD", "under AutoAttack", "strength", "checks"]
    for name, line in zip(FIRST_MODELS, data["body"], strict=True):
        card = shipped_card(name)
        assert len(line) == len(head)
        for cell, field in zip(line[1:4], ("test_clean", "test_pgd20", "test_autoattack"), strict=True):
            entry = getattr(card, field) if card else None
            if entry is None:
                assert (cell["text"], cell["range"]) == ("–", "not measured")
                continue
            low, high = entry["interval_95"]
            assert cell["text"] == f"{100 * entry['accuracy']:.1f} %"
            assert cell["range"] == f"{100 * low:.1f} to {100 * high:.1f} %"
        assert re.fullmatch(r"\d+/255|–", line[4]["text"])
