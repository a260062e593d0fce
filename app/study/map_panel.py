"""The maps of a study, explainer by explainer, with their numbers beside their controls."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.ui import components
from app.ui.encoded import data_url
from app.ui.markdown import plain
from core.catalog import MAP_DISTANCES
from core.contracts.explainer import Explainer
from core.study.colour_scale import shared_limit, signed
from core.study.figures import pixels, png
from core.study.maps import Maps
from core.study.measures import Comparison, Row, spread
from core.study.study import Study
from core.study.words import finding, no_map, summary

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
    "agreement": "How alike PGCA's two parts are, hiding patches and Grad-CAM++ (cosine; 1 alike, 0 nothing in common)",
}


def show_maps(study: Study) -> None:
    """One row for each explainer that has its maps; those that cannot be drawn say why."""
    if not (study.maps or study.refused or study.failed):
        return
    st.subheader("Where the model looked", help="Red parts support the answer named under each map, blue parts speak "
                 "against it, white parts do neither. All three maps of a row share one scale.")  # fmt: skip
    if said := summary([finding(rows) for rows in study.measured.values()]):
        st.markdown(f"**{said}**")
    st.caption(
        "In each table the bold column is the attack. The line marked ▸ decides: 1 is the same order of pixels, 0 "
        "unrelated. It is a finding only where the attack lies beyond every draw of ordinary noise."
    )
    components.opacity("opacity")
    for explainer in study.case.explainers:
        key = explainer.key
        if key in study.maps:
            maps = study.maps[key]
            spent = f"{maps.seconds:.1f} s" if maps.seconds >= 0.05 else "under 0.1 s"
            st.markdown(f"**{explainer.title}** · {spent}", help=f"{explainer.plain}\n\n{explainer.cite}")
            components.maps(_data(study, explainer, maps), key=f"maps-{key}")
        elif key in study.refused:
            st.markdown(f"**{explainer.title}**", help=explainer.plain)
            st.info(plain(study.refused[key], 400))
        if key in study.failed:
            st.warning(plain(study.failed[key], 400) + " Press the button above to try it again.")


def _data(study: Study, explainer: Explainer, maps: Maps) -> dict[str, Any]:
    assert study.attacked is not None
    limit = shared_limit(maps)
    original = data_url(png(pixels(study.original), 224))
    attacked = data_url(png(pixels(study.attacked.image), 224))
    first, last = (study.labels[label] for label in maps.classes)
    shown = (
        (original, maps.original, f"original: what supports ‘{first}’"),
        (attacked, maps.attacked, f"attacked: what supports ‘{last}’"),
        (original, maps.attacked - maps.original, "difference: attacked minus original"),
    )
    found = study.measured[explainer.key]
    said = no_map(maps) or finding(found, (first, last))
    if study.attacked.sizes["linf"] == 0:
        said = "The attack changed nothing, so there is nothing to compare."
    return {
        "pictures": [
            {"under": under, "map": data_url(png(signed(values, limit), 224)), "caption": caption, "alt": caption}
            for under, values, caption in shown
        ],
        "legend": ["speaks against", "supports", f"±{limit:.2g}"],
        **_table(found),
        "finding": said or "The controls are still to come.",
        "pending": not said,
        "notes": _notes(explainer, maps),
    }


def _table(found: Sequence[Row]) -> dict[str, Any]:
    """Head and body of the table, one line a measure, one column a comparison; the deciding line first."""
    if not found:
        return {"head": [], "body": [], "more": []}
    columns = [column for column in COLUMNS if any(row.comparison == column[0] for row in found)]
    head = [{"text": "compared with the original's map"}, *({"text": text, "title": help} for _, text, help in columns)]
    lines = {name: line(found, name, [comparison for comparison, _, _ in columns]) for name in MAP_DISTANCES}
    return {"head": head, "body": [lines.pop(FIRST)], "more": list(lines.values())}


def line(found: Sequence[Row], name: str, comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One measure, by comparison: the mean, and of several draws the range; an empty cell for what is not there."""
    shift = MAP_DISTANCES[name]
    line: list[dict[str, Any]] = [{"text": shift.title, "title": shift.plain, "deciding": name == FIRST}]
    unit = " %" if shift.unit.startswith("%") else ""
    for comparison in comparisons:
        values = spread(found, name, comparison)
        if values is None:
            line.append({"text": ""})
            continue
        mean, low, high = (_number(value, shift.digits) for value in values)
        several = sum(row.measure == name and row.comparison == comparison for row in found) > 1
        line.append({"text": mean + unit, "strong": comparison == "attack",
                     "range": f"{low} to {high}{unit}" if several else ""})  # fmt: skip
    return line


def _notes(explainer: Explainer, maps: Maps) -> list[str]:
    notes = [f"Compared with: {maps.against}."] if maps.against else []
    for name, before in maps.facts["original"].items():
        shown = [_fact(name, value) for value in (before, maps.facts["attacked"][name])]
        both = shown[0] if shown[0] == shown[1] else f"{shown[0]} on the original, {shown[1]} on the attacked image"
        notes.append(f"{FACTS.get(name, name)}: {both}.")
    if maps.noise is not None and not explainer.random:
        notes.append("This method draws no random numbers: another seed gives the same map.")
    changed = sum(label != maps.classes[0] for label in maps.noise_classes)
    if changed:
        notes.append(f"In {changed} of {len(maps.noise_classes)} noise draws the answer itself changed.")
    return notes


def _fact(name: str, value: float) -> str:
    if name == "completeness gap":
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if name == "superpixels" else f"{value:.2f}"


def _number(value: float, digits: int) -> str:
    """With a true minus sign, and none before zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
