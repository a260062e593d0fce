"""The settings of a batch, drawn as controls in reading order."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.batch.own_pictures import ask_pictures
from app.measuring.ask import ask_data, ask_model
from app.study.case_form import EXPLAINED, GROUPS, group
from app.ui.cached import classifier
from app.ui.method_form import tune
from app.ui.state import settings, write_link
from app.ui.takes import show_takes
from app.ui.widgets import choose, number, pick, segments, several, text
from core.base.params import to_spec
from core.batch.collection import MOST
from core.batch.request import BatchRequest
from core.catalog import ATTACKS, EXPLAINERS
from core.contracts.classifier import Classifier
from core.contracts.strength import ON_DIGITS
from core.data.by_name import known_data

PREFIX = "batch"
SOURCES = {"own": "my own files", "data": "a data set"}
MODEL = "cifar10_resnet20:standard"
FIRST_MAPS = ("grad_cam_pp",)


def ask() -> BatchRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    source = segments(f"{PREFIX}.source", "Pictures from", SOURCES, "own")
    if source == "own":
        name, found = ask_pictures()
        pictures: dict[str, Any] = {"collection": name, "count": max(found.pictures, 1)}
    else:
        pictures = _data()
    model = ask_model(PREFIX, MODEL, "The network that is attacked and explained.")
    if (here := loaded(model)) is not None:
        show_takes(here, deep=source == "own")
    attack = _attack(here)
    titles = {key: kind.title for key, kind in EXPLAINERS.items()}
    about = "Of every picture, before and after the attack and with ordinary noise. Each takes time."
    lines = [f"- **{kind.title}**: {kind.plain}" for kind in EXPLAINERS.values()]
    chosen = several(f"{PREFIX}.maps", "Maps to draw", titles, FIRST_MAPS, "\n".join([about, "", *lines]))
    explainers = _explainers(chosen)
    with st.expander("More settings"):
        explained = choose(f"{PREFIX}.explained", "Each map explains", EXPLAINED, "answer")
        controls = number(f"{PREFIX}.controls", "Draws of each control", 3, 1, 99,
                          "How many pictures with ordinary noise stand beside each attack.")  # fmt: skip
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1, "The same seed gives the same numbers again.")
        title = text(f"{PREFIX}.title", "Name (optional)", "Shown in the list of batches and of runs.")
    if source == "own" and not pictures["collection"]:
        st.info("Add pictures above, or choose a data set.")
        write_link({name: value for name, value in settings().items() if name.startswith(f"{PREFIX}.")})
        st.stop()
    return BatchRequest(model, to_spec(attack), explainers=explainers, explained=explained,  # type: ignore[arg-type]
                        controls=controls, seed=seed, title=title, **pictures)  # fmt: skip


def loaded(name: str) -> Classifier | None:
    """The classifier, if its weights are here; the run fetches what is not."""
    try:
        return classifier(name)
    except (ValueError, OSError):
        return None


def _data() -> dict[str, Any]:
    columns = st.columns(3, gap="medium")
    with columns[0]:
        data = ask_data(PREFIX)
    with columns[1]:
        count = number(f"{PREFIX}.count", "Number of pictures", 20, 1, MOST, "Drawn at random; all if there are fewer.")
    with columns[2]:
        draw = number(f"{PREFIX}.draw_seed", "Seed of the draw", 0, 0, 2**31 - 1, "Which pictures are drawn.")
    return {"data": data, "count": count, "draw_seed": draw, **known_data(data)}


def _attack(model: Classifier | None) -> Any:
    """The attack with its settings; on digits a strength that is usual for them."""
    ordered = sorted(ATTACKS, key=lambda each: (GROUPS.index(group(ATTACKS[each])), ATTACKS[each].title))
    words = {each: f"{ATTACKS[each].title} — {group(ATTACKS[each])}" for each in ordered}
    left, right = st.columns(2, gap="medium")
    with left:
        key = pick(f"{PREFIX}.attack", "Attack", ordered, "pgd", words.__getitem__, "How the pictures are changed.")
    kind = ATTACKS[key]
    names = [entry.name for entry in fields(kind)]
    lead = [name for name in ("eps", "pixels") if name in names][:1]
    grey = model is not None and model.size[0] == 1 and kind.norm == float("inf")
    values: dict[str, Any] = {}
    with right:
        if lead:
            values = tune(kind, f"{PREFIX}.{key}", only=lead, usual={"eps": ON_DIGITS} if grey else {})
        else:
            st.caption("No strength: it looks for the smallest change that works.")
    st.caption(f"{kind.plain} *{kind.cite}*")
    if rest := [name for name in names if name not in lead]:
        with st.expander("More settings of the attack"):
            drawn = tune(kind, f"{PREFIX}.{key}", only=rest, typed=True)
            values |= {name: drawn[name] for name in rest}
    return kind(**values)


def _explainers(chosen: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """The JSON forms of the explainers chosen, each with its parameters in one folded part."""
    made = []
    with st.expander("Settings of the maps"):
        for key in chosen:
            kind = EXPLAINERS[key]
            st.markdown(f"**{kind.title}** — {kind.plain} *{kind.cite}*")
            made.append(to_spec(kind(**tune(kind, f"{PREFIX}.{key}", typed=True))))
    return tuple(made)
