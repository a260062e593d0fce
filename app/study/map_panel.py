"""The maps of a study, explainer by explainer, with their numbers beside their controls."""

from typing import Any

import streamlit as st

from app.study.map_table import NONE, columns_of, pending, table
from app.ui import components
from app.ui.cached_pictures import shown_png
from app.ui.encoded import data_url
from app.ui.markdown import plain
from core.contracts.explainer import Explainer
from core.study.colour_scale import shared_limit, signed
from core.study.figures import pixels
from core.study.maps import Maps
from core.study.study import Study
from core.study.words import finding, no_map, summary

FACTS = {
    "fit (R²)": "How well LIME's simple model fits the network around this picture (R², 1 is perfectly)",
    "superpixels": "Patches the picture was cut into",
    "completeness gap": "What the map leaves unexplained of the score's rise over the comparison (0 % is nothing)",
    "sampling gap": "What the map leaves unexplained because it is drawn from samples (0 is nothing)",
    "agreement": "How alike PGCA's two parts are, hiding patches and Grad-CAM++ (cosine; 1 alike, 0 nothing in common)",
    "moved": "How much of PGCA's covering map lies elsewhere since its spots were aligned (0 nothing, 1 all)",
}


def show_maps(study: Study, coming: bool = False) -> None:
    """One row for each explainer that has its maps; those that cannot be drawn say why.

    coming: those that are not there yet are being drawn, and their rows hold the place.
    """
    if not (study.maps or study.refused or study.failed or (coming and study.case.explainers)):
        return
    st.subheader("Where the model looked", help="Red parts support the answer named under each map, blue parts speak "
                 "against it, white parts do neither. All three maps of a row share one scale.")  # fmt: skip
    if said := summary([finding(rows) for rows in study.measured.values()]):
        st.markdown(f"**{said}**")
    elif coming:
        st.markdown("What came of all maps is said here once their controls are there.")
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
        elif coming and key not in study.maps and key not in study.refused:
            st.markdown(f"**{explainer.title}** · to come", help=f"{explainer.plain}\n\n{explainer.cite}")
            components.maps(_place(study), key=f"maps-{key}")


def _data(study: Study, explainer: Explainer, maps: Maps) -> dict[str, Any]:
    assert study.attacked is not None
    limit = shared_limit(maps)
    original = data_url(shown_png(pixels(study.original), 224))
    attacked = data_url(shown_png(pixels(study.attacked.image), 224))
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
            {"under": under, "map": data_url(shown_png(signed(values, limit), 224)), "caption": caption, "alt": caption}
            for under, values, caption in shown
        ],
        "legend": ["speaks against", "supports", f"±{limit:.2g}"],
        **(
            table(found, columns_of(found, () if maps.noise is not None else pending(explainer, maps)))
            if found
            else NONE
        ),
        "finding": said or "The controls are still to come.",
        "pending": not said,
        "notes": _notes(explainer, maps),
    }


def _place(study: Study) -> dict[str, Any]:
    """What holds the place of a row: captions and headings, no picture and no number."""
    captions = ("original", "attacked", "difference: attacked minus original")
    return {
        "pictures": [{"under": "", "caption": caption} for caption in captions],
        "legend": ["speaks against", "supports", "…"],
        **table((), columns_of((), ("attack", "noise"))),
        "more": [],
        "finding": "This map is still to come.",
        "pending": True,
        "notes": [],
        "soon": True,
    }


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
