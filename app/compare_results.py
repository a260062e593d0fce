"""What a comparison over many images has found so far: curves, a table, and the images gained and lost."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import views
from app.cached import test_images, test_thumbnail
from app.compare_charts import curve
from app.compare_setup import Two, inspect, show_here
from app.controls import segments
from app.state import keep, kept
from core.compare import Pair
from core.compare_words import change, interval, short
from core.data import data_names
from core.picture import to_png
from core.samples import keep_upload
from core.words import strength

SHOWN = 60  # thumbnails
NEXT = {
    "gained": "A test image that only the model after refinement gets right, at the strength chosen in the list below.",
    "lost": "A test image that only the model before refinement gets right, at the strength chosen in the list below.",
}
STABLE = (
    "Rank agreement (Spearman) between the map of the original and the map of the attacked picture, averaged over the "
    "images; both maps are for the original answer, so the question stays the same. 1: the map did not move. Dashed: "
    "ordinary noise of the same size."
)
RIGHT = (
    "Share of the images answered right when each model is attacked by itself. The bands are 95 % intervals (Wilson): "
    "with other images of the same kind, the curve would be expected inside them."
)


def show_curves(seen: Mapping[str, Any], pair: Pair) -> None:
    """Accuracy and stability over strength, and the numbers at the strength asked for."""
    eps, norm = seen["strengths"], pair.attack.norm
    where = eps.index(pair.attack.bound)
    st.markdown(f"**{_sentence(seen, pair, where)}**")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Answered right under attack**", help=RIGHT)
        chart = curve(seen, "accuracy", eps, norm, "right, %", chosen=eps[where], percent=True)
        st.altair_chart(chart, width="stretch")
    with right:
        st.markdown("**How stable the maps are**", help=STABLE)
        if "stability" in seen["before"] or "stability" in seen["after"]:
            chart = curve(seen, "stability", eps, norm, "rank agreement", control="noise", chosen=eps[where])
            st.altair_chart(chart, width="stretch")
        else:
            st.caption("No map was chosen, or it cannot be drawn for these models.")
    st.table(_table(seen, pair, where), border="horizontal")
    st.caption(
        f"Over {seen['count']:,} test images, with 95 % intervals. Both models see the same ones, so a difference can "
        "be clear even where their two intervals overlap. The change needed is a linearised bound: a diagnostic, not a "
        "certificate; it counts 0 for an image answered wrongly."
    )


def _sentence(seen: Mapping[str, Any], pair: Pair, where: int) -> str:
    value, low, high = seen["difference"]["accuracy"][where]
    asked = strength(pair.attack.bound, pair.attack.norm)
    said = f"On {seen['count']:,} images attacked with {asked}, "
    if low > 0 or high < 0:
        more = "more" if value > 0 else "less"
        points = f"{change((value, low, high), 100, 0)} percentage points"
        return f"{said}the model after refinement is right {more} often: {points}."
    return f"{said}the two models are not told apart: the interval of their difference includes 0."


def _table(seen: Mapping[str, Any], pair: Pair, where: int) -> pd.DataFrame:
    before, after, moved = seen["before"], seen["after"], seen["difference"]
    asked = strength(pair.attack.bound, pair.attack.norm)
    rows = [
        ("Right on the originals, %", *(interval(side["accuracy"][0], 100, 1) for side in (before, after)),
         change(moved["accuracy"][0], 100, 1)),
        (f"Right under attack ({asked}), %", *(interval(side["accuracy"][where], 100, 1) for side in (before, after)),
         change(moved["accuracy"][where], 100, 1)),
    ]  # fmt: skip
    if "stability" in moved:
        rows.append((f"Map stability under attack ({asked})",
                     *(interval(side["stability"][where], 1, 2) for side in (before, after)),
                     change(moved["stability"][where], 1, 2)))  # fmt: skip
        rows.append(("Map stability under ordinary noise of that size",
                     *(interval(side["noise"][where], 1, 2) for side in (before, after)), ""))  # fmt: skip
    if "seeds" in before and "seeds" in after:
        rows.append(("Map stability under another seed", *(interval(side["seeds"], 1, 2) for side in (before, after)),
                     ""))  # fmt: skip
    scale, unit = (1, "length") if pair.attack.norm == 2 else (255, "of 255 per pixel")
    rows.append((f"Change needed at least, {unit}", *(interval(side["bound"], scale, 2) for side in (before, after)),
                 change(moved["bound"], scale, 2)))  # fmt: skip
    rows.append(("Sensitivity in the spurious region, %",
                 *(interval(side["share"], 100, 1) for side in (before, after)),
                 change(moved["share"], 100, 1)))  # fmt: skip
    names = ["", "Before refinement", "After refinement", "After minus before"]
    return pd.DataFrame(rows, columns=names).set_index("")


def show_lists(seen: Mapping[str, Any], pair: Pair, two: Two, data: str) -> None:
    """The images gained and lost at one strength, as thumbnails to click."""
    eps: Sequence[float] = seen["strengths"]
    st.subheader("Gained and lost", help="Gained: images that the model before refinement gets wrong under its attack, "
                 "and the model after it gets right under its own. Lost: the other way round.")  # fmt: skip
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        options = {str(place): "no attack" if not value else short(value, pair.attack.norm)
                   for place, value in enumerate(eps)}  # fmt: skip
        where = int(segments("compare.at", "At strength", options, str(eps.index(pair.attack.bound))))
    with right:
        goes = segments("compare.click", "A click on a picture", {"here": "shows it here", "inspect": "opens Inspect"},
                        "here")  # fmt: skip
    for column, name in zip(st.columns(2, gap="large"), ("gained", "lost"), strict=True):
        places: list[int] = seen[name][where]
        with column:
            st.markdown(f"**{name.capitalize()}: {len(places):,} of {seen['count']:,}**")
            if not places:
                st.caption("None.")
                continue
            images = test_images(data)
            tiles = [
                {"id": str(place), "label": f"{images.classes[images.labels[place]]}, test image {place}",
                 "src": test_thumbnail(data, place)}
                for place in places[:SHOWN]
            ]  # fmt: skip
            picked = views.gallery(tiles, str(kept(f"picked {name}", "")), key=f"list-{name}-{where}")
            if len(places) > SHOWN:
                st.caption(f"The first {SHOWN} are shown; the buttons under the gallery go through all.")
            if picked:
                keep(f"picked {name}", int(picked))
                if goes == "inspect":
                    inspect(pair, "before" if name == "gained" else "after", _stored(int(picked), data))
                st.toast("The picture is shown at the top of this page.")
                show_here(_stored(int(picked), data))
    keep("lists", (two.names, data, {name: seen[name][where] for name in ("gained", "lost")}))


def next_buttons(two: Two) -> None:
    """Under the gallery: the next image gained and the next one lost, once a run has found some for these models."""
    names, data, lists = kept("lists", ({}, "", {}))
    if names != two.names or not any(lists.values()):
        return
    for column, (name, places) in zip(st.columns(2), lists.items(), strict=True):
        last = kept(f"picked {name}", -1)
        place = (places.index(last) + 1) % len(places) if last in places else 0
        pressed = column.button(f"Next {name} ({len(places):,})", key=f"next-{name}", width="stretch",
                                disabled=not places, help=NEXT[name])  # fmt: skip
        if pressed:
            keep(f"picked {name}", places[place])
            show_here(_stored(places[place], data))


def _stored(place: int, data: str) -> str:
    """The id of a test image, now among the pictures of this machine, its class noted."""
    images = test_images(data)
    label = int(images.labels[place])
    title = f"{data_names()[data]} test image {place} ({images.classes[label]}).png"
    image = keep_upload(to_png(images.images[place].float() / 255), title)
    keep("truths", kept("truths", {}) | {image: label})
    return image
