"""The maps of a study, explainer by explainer, with their numbers beside their controls."""

from typing import Any

import streamlit as st

from app import views
from app.cached import data_url
from app.text import plain
from core.catalog import EXPLAINERS, SHIFTS
from core.figures import pixels, png, shared_limit, signed
from core.maps import Maps
from core.measure import Comparison, Row, measured, spread
from core.study import Study
from core.words import finding

COLUMNS: tuple[tuple[Comparison, str, str], ...] = (
    ("attack", "attacked image", "How far the map moved between the original and the attacked image."),
    ("noise", "ordinary noise", "The same, for pictures with noise of the attack's size but without its aim: the "
     "attack's own change with its pixels shuffled. Mean of the draws; below, the lowest and highest."),
    ("seed", "another seed", "The same picture explained again with other random numbers: the method's own noise."),
    ("switch", "new answer, same image", "The original image, asked about the attacked image's answer: how far the "
     "map moves because the question changed, with no pixel touched."),
)  # fmt: skip


FIRST = "spearman"  # the measure the sentence goes by
FACTS = {
    "fit (R²)": "How well LIME's simple model fits the network around this picture (R², 1 is perfectly)",
    "superpixels": "Patches the picture was cut into",
    "completeness gap": "What the map leaves unexplained of the score's rise over the comparison (0 % is nothing)",
    "sampling gap": "What the map leaves unexplained because it is drawn from samples (0 is nothing)",
    "agreement": "Rank agreement of the two parts PGCA joins, hiding patches and Grad-CAM++",
}


def show_maps(study: Study) -> None:
    """One row for each explainer that has its maps; those that cannot be drawn say why."""
    if not study.maps and not study.refused:
        return
    st.subheader("Where the model looked", help="Red parts support the answer named under each map, blue parts speak "
                 "against it, white parts do neither. All three maps of a row share one scale.")  # fmt: skip
    views.opacity("opacity")
    for explainer in study.case.explainers:
        key = explainer.key
        if key in study.maps:
            maps = study.maps[key]
            spent = f"{maps.seconds:.1f} s" if maps.seconds >= 0.05 else "under 0.1 s"
            st.markdown(f"**{explainer.title}** · {spent}", help=f"{explainer.plain}\n\n{explainer.cite}")
            views.maps(_data(study, key, maps), key=f"maps-{key}")
        elif key in study.refused:
            st.markdown(f"**{explainer.title}**", help=explainer.plain)
            st.info(plain(study.refused[key], 400))


def _data(study: Study, key: str, maps: Maps) -> dict[str, Any]:
    assert study.attacked is not None
    limit = shared_limit(maps)
    original = data_url(png(pixels(study.original), 224))
    attacked = data_url(png(pixels(study.attacked.image), 224))
    names = [study.labels[label] for label in maps.classes]
    shown = (
        (original, maps.original, f"original: what supports ‘{names[0]}’"),
        (attacked, maps.attacked, f"attacked: what supports ‘{names[1]}’"),
        (original, maps.attacked - maps.original, "difference: attacked minus original"),
    )
    found = measured(key, maps)
    return {
        "pictures": [
            {"under": under, "map": data_url(png(signed(values, limit), 224)), "caption": caption, "alt": caption}
            for under, values, caption in shown
        ],
        "legend": ["speaks against", "supports", f"strongest colour: ±{limit:.2g}; white: 0"],
        **_table(found),
        "finding": finding(found),
        "notes": _notes(study, key, maps),
    }


def _table(found: list[Row]) -> dict[str, Any]:
    """Head and body of the table: one line a measure, one column a comparison."""
    columns = [column for column in COLUMNS if any(row.comparison == column[0] for row in found)]
    head = [{"text": "compared with the original's map"}, *({"text": text, "title": help} for _, text, help in columns)]
    body = []
    for name, shift in sorted(SHIFTS.items(), key=lambda each: each[0] != FIRST):
        line: list[dict[str, Any]] = [{"text": shift.title, "title": shift.plain}]
        for comparison, _, _ in columns:
            values = spread(found, name, comparison)
            assert values is not None
            mean, low, high = (f"{value:.{shift.digits}f}".replace("-", "−") for value in values)
            several = sum(row.measure == name and row.comparison == comparison for row in found) > 1
            unit = " %" if shift.unit.startswith("%") else ""
            line.append({"text": mean + unit, "strong": comparison == "attack",
                         "range": f"{low} to {high}" if several else ""})  # fmt: skip
        body.append(line)
    return {"head": head, "body": body}


def _notes(study: Study, key: str, maps: Maps) -> list[str]:
    notes = [f"Compared with: {maps.against}."] if maps.against else []
    for name, before in maps.facts["original"].items():
        shown = [_fact(name, value) for value in (before, maps.facts["attacked"][name])]
        both = shown[0] if shown[0] == shown[1] else f"{shown[0]} on the original, {shown[1]} on the attacked image"
        notes.append(f"{FACTS.get(name, name)}: {both}.")
    if maps.noise is not None and not EXPLAINERS[key].random:
        notes.append("This method draws no random numbers: another seed gives the same map.")
    changed = sum(label != maps.classes[0] for label in maps.noise_classes)
    if changed:
        notes.append(f"In {changed} of {len(maps.noise_classes)} noise draws the answer itself changed.")
    return notes


def _fact(name: str, value: float) -> str:
    if name == "completeness gap":
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if name == "superpixels" else f"{value:.2f}"
