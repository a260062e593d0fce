"""The maps of a study, explainer by explainer, with their numbers beside their controls."""

from typing import Any

import streamlit as st

from app.study.map_notes import TOWARDS, notes_of
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

CHANGED = "what was changed for that"
NO_ATTRIBUTION = "This says nothing of what spoke for the answer, so it counts for no finding."


def show_maps(study: Study, coming: bool = False) -> None:
    """One row for each explainer that has its maps; those that cannot be drawn say why.

    coming: those that are not there yet are being drawn, and their rows hold the place.
    """
    if not (study.maps or study.refused or study.failed or (coming and study.case.explainers)):
        return
    st.subheader("Where the model looked", help="Red parts support the answer named under each map, blue parts speak "
                 "against it, white parts do neither. All three maps of a row share one scale.")  # fmt: skip
    read = [explainer.key for explainer in study.case.explainers if explainer.attribution]
    if said := summary([finding(rows) for key, rows in study.measured.items() if key in read]):
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
            components.maps(_place(explainer), key=f"maps-{key}")


def _data(study: Study, explainer: Explainer, maps: Maps) -> dict[str, Any]:
    assert study.attacked is not None
    limit = shared_limit(maps)
    found = study.measured[explainer.key]
    first, last = (study.labels[label] for label in maps.classes)
    said = no_map(maps) or finding(found, (first, last))
    if said and not explainer.attribution:
        said = NO_ATTRIBUTION
    if study.attacked.sizes["linf"] == 0:
        said = "The attack changed nothing, so there is nothing to compare."
    return {
        "pictures": _pictures(study, explainer, maps, limit),
        "legend": [*explainer.poles, f"±{limit:.2g}"],
        **(
            table(found, columns_of(found, () if maps.noise is not None else pending(explainer, maps)))
            if found
            else NONE
        ),
        "finding": said or "The controls are still to come.",
        "pending": not said,
        "notes": notes_of(explainer, maps),
    }


def _pictures(study: Study, explainer: Explainer, maps: Maps, limit: float) -> list[dict[str, str]]:
    """Both maps and their difference; of a method that makes pictures, both pictures, each beside its change."""
    assert study.attacked is not None
    original, attacked = (data_url(shown_png(pixels(each), 224)) for each in (study.original, study.attacked.image))
    first, last = (f"{explainer.caption} ‘{study.labels[label]}’" for label in maps.classes)
    drawn = [data_url(shown_png(signed(each, limit), 224)) for each in (maps.original, maps.attacked)]
    if maps.pictures is None:
        apart = data_url(shown_png(signed(maps.attacked - maps.original, limit), 224))
        shown = [
            (original, drawn[0], f"original: {first}"),
            (attacked, drawn[1], f"attacked: {last}"),
            (original, apart, "difference: attacked minus original"),
        ]
    else:
        made = [data_url(shown_png(pixels(each), 224)) for each in maps.pictures]
        if maps.facts["original"].get(TOWARDS) is not None:
            first, last = (
                f"{explainer.caption} ‘{study.labels[int(maps.facts[which][TOWARDS])]}’" for which in maps.facts
            )
        shown = [
            (made[0], "", f"original, made {first}"),
            (original, drawn[0], CHANGED),
            (made[1], "", f"attacked, made {last}"),
            (attacked, drawn[1], CHANGED),
        ]
    return [{"under": under, "map": drawn_map, "caption": said, "alt": said} for under, drawn_map, said in shown]


def _place(explainer: Explainer) -> dict[str, Any]:
    """What holds the place of a row: captions and headings, no picture and no number."""
    captions: tuple[str, ...] = ("original", "attacked", "difference: attacked minus original")
    if explainer.pictured:
        captions = ("original", CHANGED, "attacked", CHANGED)
    return {
        "pictures": [{"under": "", "caption": caption} for caption in captions],
        "legend": [*explainer.poles, "…"],
        **table((), columns_of((), ("attack", "noise"))),
        "more": [],
        "finding": "This map is still to come.",
        "pending": True,
        "notes": [],
        "soon": True,
    }
