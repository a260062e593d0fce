"""The parts of the front page: one attack in five pictures, and the models at hand."""

from typing import Any

import streamlit as st

from app.ui import components
from app.ui.first_models import FIRST_MODELS
from app.ui.gates import WHY, cell
from app.ui.markdown import plain
from core.base.units import in_255ths
from core.catalog import EXPLAINERS, classifier_names
from core.checkpoints.card import Card, Entry, shipped_card
from core.images.samples import sample
from core.study.picture_row import FOLDER, PICTURES, PictureRow, shipped_row
from core.study.words import percent, strength

NO_BREAK = "\N{NO-BREAK SPACE}"
UNDER_ATTACK = (
    ("under PGD", "test_pgd20", "Attacked by projected gradient descent, 20 steps, each test image by itself."),
    ("under AutoAttack", "test_autoattack", "Attacked by four attacks in turn; an image counts as right only if it "
     "withstands all of them."),
)  # fmt: skip


def one_attack() -> None:
    """What one attack does, in five pictures and two sentences, as they were computed and stored."""
    row = shipped_row()
    limit = strength(row.case.attack.bound, row.case.attack.norm)
    for column, name in zip(st.columns(len(PICTURES)), PICTURES, strict=True):
        said, alt = _captions(row, limit)[name]
        column.image(str(FOLDER / f"{name}.png"), width="stretch", alt=alt)
        column.markdown(said)
    low, high = row.noise
    kind = EXPLAINERS[row.case.explainers[0].key].title
    st.markdown(
        f"For the model, a change of at most {limit} turns this from {plain(row.before[0])} into "
        f"{plain(row.after[0])}, and its map ({kind}) has moved: it agrees with the original's by **{row.moved:.2f}** "
        f"(1 is alike, 0 unrelated), after {row.draws} draws of ordinary noise of the same size by "
        f"**{low:.2f} to {high:.2f}**."
    )
    if (found := sample(row.case.image)) and found.credit:
        st.caption(f"Photograph: {plain(found.credit, 200)}; cut to the part that the model sees.")


def _captions(row: PictureRow, limit: str) -> dict[str, tuple[str, str]]:
    """What stands under each picture, and what is read to those who cannot see it."""
    said = [f"**{plain(name)}**, {percent(sure).replace(' ', NO_BREAK)}" for name, sure in (row.before, row.after)]
    return {
        "original": (f"Original: {said[0]}", f"the original, answered {row.before[0]}"),
        "change": (f"The change, × {row.factor}", f"the change of at most {limit}, {row.factor} times as strong"),
        "attacked": (f"Attacked: {said[1]}", f"the attacked image, which looks the same, answered {row.after[0]}"),
        "before": ("Where the model looked **before**", f"the original, coloured where it supports {row.before[0]}"),
        "after": ("Where it looked **after**", f"the attacked image, coloured where it supports {row.after[0]}"),
    }


def models_table() -> None:
    """The shipped models with the accuracies of their cards, each with its 95 % interval."""
    components.table(table_data(), key="models")


def table_data() -> dict[str, Any]:
    """Head and body of that table."""
    titles = classifier_names()
    head = [{"text": "Model"}, {"text": "original images", "title": "Right answers on test images as they are."},
            *({"text": title, "title": help} for title, _, help in UNDER_ATTACK),
            {"text": "strength", "title": "Largest change of a pixel, whose colours run from 0 to 255."},
            {"text": "checks", "title": WHY}]  # fmt: skip
    lines = [[*_line(titles.get(name, name), shipped_card(name)), cell(name)] for name in FIRST_MODELS]
    return {"head": head, "body": lines}


def counted() -> str:
    """How many images each number of the table comes from, in words.

    >>> counted()
    '10,000 test images as they are, 1,000 attacked'
    """
    cards = [card for name in FIRST_MODELS if (card := shipped_card(name))]
    plain_, attacked = ({entry["count"] for card in cards for name in names if (entry := getattr(card, name))}
                        for names in (("test_clean",), tuple(name for _, name, _ in UNDER_ATTACK)))  # fmt: skip
    said = [" or ".join(f"{count:,}" for count in sorted(counts)) for counts in (plain_, attacked)]
    return f"{said[0]} test images as they are, {said[1]} attacked"


def _line(title: str, card: Card | None) -> list[dict[str, Any]]:
    entries = [getattr(card, name, None) for name in ("test_clean", *(name for _, name, _ in UNDER_ATTACK))]
    eps = {entry["eps"] for entry in entries[1:] if entry}
    return [{"text": title}, *map(_cell, entries), {"text": " or ".join(map(in_255ths, sorted(eps))) or "–"}]


def _cell(entry: Entry | None) -> dict[str, Any]:
    if not entry:
        return {"text": "–", "range": "not measured"}
    low, high = (100 * bound for bound in entry["interval_95"])
    return {"text": f"{100 * entry['accuracy']:.1f} %", "strong": True, "range": f"{low:.1f} to {high:.1f} %"}
