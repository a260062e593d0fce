"""The parts of the Runs page that show one run: how it stands, its curves, numbers, log, settings."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.runs import charts as run_charts
from app.runs import series as run_series
from app.runs.facts import DAMAGED, RunFacts, progress
from app.runs.masks import NOTHING, NOTHING_YET, show_masks
from app.runs.outcome import guess, held_out, state
from app.ui.cached import bases, run_rows
from app.ui.markdown import plain
from app.ui.run_settings import setting, value
from app.ui.run_words import duration, part
from core.catalog import OBJECTIVES
from core.data.by_name import data_names
from core.runs.settings_difference import flat

LEARNT = {"adversarial": "attacked images", "clean": "the images as they are"}
TAIL = 6_000  # bytes of the log on the page
LISTED = 500  # rows of the table on the page
LOADING = "Loading the model and the images"


def show_standing(found: RunFacts) -> None:
    """Title, state, what happens or happened in a sentence, and the run's own remarks."""
    status = found.status
    st.subheader(f"{' '.join(state(found))} · {plain(found.title)}")
    st.caption(" · ".join(each for each in (plain(found.about, 200), f"run {found.run.id}") if each))
    if found.damaged:
        st.warning(DAMAGED)
    elif status.alive:
        what = status.said or (loading(found) if status.state == "starting" else progress(found))
        said = " · ".join(each for each in (plain(what, 300), found.left) if each)
        st.progress(min(max(status.progress, 0.0), 1.0), said)
    elif status.state == "failed":
        st.error(plain(status.said or "It failed; the log below has the details.", 600))
    elif status.state == "lost":
        st.warning(plain(status.said, 400))
    elif status.said:
        st.markdown(plain(status.said, 400))
    for note in status.notes:
        st.info(plain(note, 400))


def loading(found: RunFacts) -> str:
    """What a run does that has started and says nothing yet."""
    return f"{LOADING}; nothing is learnt yet." if found.task == "refine" else f"{LOADING}."


def nothing(found: RunFacts) -> str:
    """What a run learns from if no spurious region is found."""
    if found.status.alive:
        return NOTHING_YET
    weights = {name: weight(found, name) for name in ("adversarial", "clean")}
    learnt = [words for name, words in LEARNT.items() if weights[name]]
    alone = " alone" if learnt == [LEARNT["adversarial"]] else ""
    return f"{NOTHING} This run trained on {' and on '.join(learnt)}{alone}." if learnt else NOTHING


def weight(found: RunFacts, name: str) -> float:
    """A weight of the objective: as asked, or its default; 0 where the objective has none of that name."""
    asked = part(found.arguments, "objective")
    usual: float = getattr(OBJECTIVES.get(str(asked.get("method"))), name, 0.0)
    given = run_series.numeric(asked.get(name))
    return usual if given is None else given


def source(found: RunFacts) -> str:
    """Where the regions of a run came from."""
    return str(part(found.arguments, "objective").get("mask_source", "lime"))


def span(found: RunFacts, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Steps in an epoch, and the epochs that the curves' axis ends at."""
    epochs = part(found.arguments, "schedule").get("epochs")
    asked = float(epochs) if isinstance(epochs, int) and epochs > 0 else 1.0
    return run_series.each(rows, found.status.progress, int(asked)), asked


def show_curves(found: RunFacts) -> None:
    """Loss and accuracy while the run goes on, the masks and the leak warning; for other tasks their numbers."""
    rows = run_series.whole(run_rows(found.run.folder))
    if not rows:
        if found.status.alive and found.task == "refine":
            st.caption("Curves appear here after the first steps.")
        return
    steps, end = span(found, rows)
    losses = run_series.losses(rows, steps)
    cycles = run_series.cycles(rows)
    if cycles and (warning := run_series.leak(cycles[-1], covering=weight(found, "masking") > 0)):
        st.warning(warning)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Loss**", help="What training pushes down; each point is a mean over neighbouring steps. Its "
                    "size means nothing by itself, its course does. Parts are shown before their weights.")  # fmt: skip
        if losses:
            st.altair_chart(run_charts.losses(losses, end), width="stretch")
    with right:
        count = held_out(found)
        st.markdown("**Right on held-out images**", help=f"Measured after every epoch on {count:,} training images "
                    "kept apart, as they are (circles) and under attacks of the same strength (squares). The shaded "
                    "band is the 95 % interval: what other images could have given.")  # fmt: skip
        if points := run_series.held(rows, count):
            st.altair_chart(run_charts.accuracy(points, end, guess(found)), width="stretch")
            if len({point["weights"] for point in points}) > 1:
                st.caption("Solid: the weights as trained. Dashed: their moving average, which is often steadier.")
        else:
            st.caption("Measured at the end of each epoch." if count else "No images are held out in this run.")
    show_masks(found.run.folder, cycles, end, run_series.covered(rows), nothing(found), source(found))


def show_details(found: RunFacts) -> None:
    """Settings, numbers with downloads, and the end of the log, folded."""
    rows, name = run_rows(found.run.folder), found.run.id
    with st.expander("Settings"):
        st.dataframe(settings(found), width="stretch", hide_index=True)
        _download("Download the settings (JSON)", lambda: json.dumps(found.spec, indent=1) + "\n", f"{name}-spec.json")
    with st.expander(f"Numbers ({len(rows):,} rows)", expanded=found.task not in ("refine", "compare")):
        if rows:
            st.dataframe(pd.json_normalize(rows[-LISTED:]), width="stretch", hide_index=True, height=280)
            if len(rows) > LISTED:
                st.caption(f"The last {LISTED} rows; the downloads hold all.")
            with st.container(horizontal=True):
                _download("Download all as CSV", lambda: pd.json_normalize(rows).to_csv(index=False), f"{name}.csv")
                _download("Download all as JSON", lambda: json.dumps(rows, indent=1), f"{name}.json")
        else:
            st.caption("None yet.")
    with st.expander("Log"):
        st.code(found.run.log(TAIL) or "Nothing yet.", language=None, height=280, wrap_lines=True)
        took = [f"attempt {found.status.attempt}"] if found.status.attempt > 1 else []
        if found.status.started and found.status.ended:
            took.append(f"the last attempt took {duration(found.status.ended - found.status.started)}")
        if took:
            st.caption(", ".join(took).capitalize() + ".")


def _download(title: str, data: Callable[[], str], file: str) -> None:
    kind = "text/csv" if file.endswith(".csv") else "application/json"
    st.download_button(title, data=data, file_name=file, mime=kind, on_click="ignore")


def settings(found: RunFacts) -> pd.DataFrame:
    """Every setting of a run, in words."""
    models, data = bases(), data_names()
    named = flat(found.spec)
    return pd.DataFrame(
        [(setting(name, found.spec), value(name, entry, found.spec, models, data)) for name, entry in named.items()],
        columns=["setting", "value"],
    )
