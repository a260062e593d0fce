"""What a batch has found so far: sentences, the pictures in the order and of the kind chosen, one of them in full."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.batch.one_picture import show_picture
from app.batch.own_pictures import show_unused
from app.batch.save_cases import GALLERY, show_saving
from app.batch.tiles import row_id, table, tile
from app.ui import components
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.state import force, kept, remember, setting, write_link
from app.ui.widgets import pick, segments
from core.batch.order import ORDERS, SHOWN, ordered
from core.batch.picture_rows import UNUSED
from core.batch.request import BatchRequest
from core.batch.words import sentences
from core.runs.run import Run

ORDER, SHOW, CHOSEN, TICKED, PAGE = (f"pictures.{each}" for each in ("order", "show", "chosen", "ticked", "page"))
AT_ONCE = 60
INTERVAL = (
    "In brackets: with other pictures of the same kind, the share would be expected between these (95 %, Wilson). It "
    "holds for pictures drawn at random, not for ones that were picked."
)


def show_results(told: Mapping[str, Any], asked: BatchRequest, names: Mapping[str, str], run: Run) -> None:
    """Draw what `core.batch.summary.summary` tells, and the rows. names: model -> title."""
    first, *others = sentences(told)
    st.markdown(f"**{plain(first, 400)}**", help=INTERVAL)
    if others:
        st.markdown(plain(" ".join(others), 2000))
    if any(maps["drawn"] for maps in told["maps"].values()):
        draws = f"{asked.controls} draw{'' if asked.controls == 1 else 's'} of noise"
        st.caption(f"With {draws}, a map moves more than under every one of them by luck alone on 1 picture in "
                   f"{asked.controls + 1}.")  # fmt: skip
    rows = run_rows(run.folder)
    studied = [row for row in rows if row["outcome"] != UNUSED]
    show_unused([(row["name"], row["reason"]) for row in rows if row["outcome"] == UNUSED])
    if not studied:
        return
    left, right = st.columns([1, 1.6], gap="medium", vertical_alignment="bottom")
    with left:
        order = pick(ORDER, "Order", list(ORDERS), "fooled", lambda key: ORDERS[key][0])
    with right:
        options = {key: words for key, words in SHOWN.items() if key != "unused"}
        show = segments(SHOW, "Show", options, "all")
    shown = ordered(studied, order, show)
    here = _page(shown, len(studied))
    chosen, ticked = _gallery(here, run)
    show_saving(run, [row for row in studied if row_id(row, run) in ticked])
    with st.expander("The same as a table"):
        st.dataframe(table(here, asked), hide_index=True, width="stretch", key="batch-table")
        st.caption(
            "Under each map: the rank agreement of the attacked image's map with the original's (1 the same order "
            "of pixels, 0 unrelated), and under ‘noise’ the range that ordinary noise of the same size gives."
        )
    if row := next((row for row in studied if row_id(row, run) == chosen), None):
        show_picture(run, row)
    else:
        st.caption("Choose a picture to see it with its maps.")
    write_link({"batch": run.id} | {name: setting(name, "") for name in (ORDER, SHOW, CHOSEN, TICKED)})


def _page(shown: Sequence[Mapping[str, Any]], total: int) -> Sequence[Mapping[str, Any]]:
    """Those of this page of the list, under how many there are."""
    last = max(0, len(shown) - 1) // AT_ONCE
    page = min(max(setting(PAGE, 0), 0), last)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(shown):,} of {total:,} picture{'' if total == 1 else 's'}**", width="content")
        for label, step in (("Earlier", -1), ("Later", 1)) if last else ():
            if st.button(label, key=f"batch page {step}", disabled=not 0 <= page + step <= last):
                remember(PAGE, page + step)
                st.rerun()
        if last:
            st.caption(f"page {page + 1} of {last + 1}", width="content")
    remember(PAGE, page)
    return shown[page * AT_ONCE : (page + 1) * AT_ONCE]


def _gallery(here: Sequence[Mapping[str, Any]], run: Run) -> tuple[str, list[str]]:
    """The tiles; returns which one is looked at, and which are ticked."""
    chosen = setting(CHOSEN, "")
    ticked = [each for each in setting(TICKED, "").split(",") if each.startswith(row_id({"step": ""}, run))]
    if not here:
        st.caption("No picture is like that.")
        return chosen, ticked
    tiles, key = [tile(row, run) for row in here], f"batch-{run.id}-{kept(GALLERY, 0)}"
    picked, now = components.cases(tiles, chosen, ticked, key=key, label="Pictures of this batch")
    remember(TICKED, ",".join(now))
    if picked and picked != chosen:
        chosen = picked
        force(CHOSEN, chosen)
    return chosen, now
