"""The parts of the Runs page that show one run: how it stands, and its curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.access.allowed import whose
from app.run_words.words import part
from app.runs import charts as run_charts
from app.runs import series as run_series
from app.runs.epoch_masks import show_epoch_masks
from app.runs.facts import DAMAGED, RunFacts, progress
from app.runs.maps import show_maps
from app.runs.mask_series import cycles_of, leak
from app.runs.masks import NOTHING, NOTHING_YET, show_masks
from app.runs.outcome import guess, held_out, state
from app.ui.cached import run_rows, unread_rows
from app.ui.markdown import plain
from core.catalog import OBJECTIVES
from core.contracts.objective import Objective
from core.runs.parts.folders import parts_of

LEARNT = {"adversarial": "attacked images", "clean": "the images as they are"}
LOADING = "Loading the model and the images"


def show_standing(facts: RunFacts) -> None:
    """Title, state, what happens or happened in a sentence, and the run's own remarks."""
    status = facts.status
    st.subheader(f"{' '.join(state(facts))} · {plain(facts.title)}")
    about = "" if facts.damaged else plain(facts.about, 200)
    started = plain(whose(facts.run.owner), 300)
    st.caption(" · ".join(each for each in (about, plain(where(facts)), started, f"run {facts.run.id}") if each))
    if facts.damaged:
        st.warning(plain(DAMAGED.format(facts.trouble), 400))
    elif status.alive:
        what = status.said or (loading(facts) if status.state == "starting" else progress(facts))
        line = " · ".join(each for each in (plain(what, 300), facts.left) if each)
        st.progress(min(max(status.progress, 0.0), 1.0), line)
    elif status.state == "failed":
        st.error(plain(status.said or "It failed; the log below has the details.", 600))
    elif status.state in ("lost", "unreadable"):
        st.warning(plain(status.said, 400))
    elif status.said:
        st.markdown(plain(status.said, 400))
    for note in status.notes:
        st.info(plain(note, 400))


def where(facts: RunFacts) -> str:
    """The engine that a run, or each of its parts, was handed to and, of a whole one, the machine; "" for this one."""
    place = facts.run.place
    if (of := parts_of(facts.spec)) > 1:
        return f"{of:,} parts" + (f" at {place}" if place else "")
    return f"{place}, on {facts.status.host}" if place and facts.status.host else place


def loading(facts: RunFacts) -> str:
    """What a run does that has started and says nothing yet."""
    return f"{LOADING}; nothing is learnt yet." if facts.task == "refine" else f"{LOADING}."


def nothing(facts: RunFacts) -> str:
    """What a run learns from if no spurious region is found."""
    if facts.status.alive:
        return NOTHING_YET
    weights = {name: weight(facts, name) for name in ("adversarial", "clean")}
    learnt = [words for name, words in LEARNT.items() if weights[name]]
    alone = " alone" if learnt == [LEARNT["adversarial"]] else ""
    return f"{NOTHING} This run trained on {' and on '.join(learnt)}{alone}." if learnt else NOTHING


def weight(facts: RunFacts, name: str) -> float:
    """A weight of the objective: as asked, or its default; 0 where the objective has none of that name."""
    objective = part(facts.arguments, "objective")
    usual: float = getattr(OBJECTIVES.get(str(objective.get("method"))), name, 0.0)
    given = run_series.numeric(objective.get(name))
    return usual if given is None else given


def source(facts: RunFacts) -> str:
    """Where the regions of a run came from: the source its objective names or has by default, or else the objective."""
    objective = part(facts.arguments, "objective")
    usual = getattr(kind(facts), "mask_source", objective.get("method", ""))
    return str(objective.get("mask_source", usual))


def region(facts: RunFacts) -> str:
    """What the objective of a run calls its regions."""
    found = kind(facts)
    return found.region if found else "spurious"


def kind(facts: RunFacts) -> type[Objective] | None:
    """The objective of a run; None if this version does not know it."""
    return OBJECTIVES.get(str(part(facts.arguments, "objective").get("method")))


def span(facts: RunFacts, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Steps in an epoch, and the epochs that the curves' axis ends at."""
    epochs = part(facts.arguments, "schedule").get("epochs")
    length = float(epochs) if isinstance(epochs, int) and epochs > 0 else 1.0
    return run_series.each(rows, facts.status.progress, int(length)), length


def show_curves(facts: RunFacts) -> None:
    """Loss and accuracy while the run goes on, the masks and the leak warning; for other tasks their numbers."""
    rows = run_series.whole(run_rows(facts.run.folder))
    if unread := unread_rows(facts.run.folder):
        st.warning(plain(f"{unread}. The others are shown.", 400))
    if not rows:
        if facts.status.alive and facts.task == "refine":
            st.caption("Curves appear here after the first steps.")
        return
    steps, end = span(facts, rows)
    losses = run_series.losses(rows, steps)
    cycles = cycles_of(rows)
    found = kind(facts)
    maps = found is not None and found.kept_as.is_floating_point
    if not maps and cycles and (warning := leak(cycles[-1], covering=weight(facts, "masking") > 0)):
        st.warning(warning)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Loss**", help="What training pushes down; each point is a mean over neighbouring steps. Its "
                    "size means nothing by itself, its course does. Parts are shown before their weights.")  # fmt: skip
        if losses:
            st.altair_chart(run_charts.losses(losses, end), width="stretch")
    with right:
        count = held_out(facts)
        st.markdown("**Right on held-out images**", help=f"Measured after every epoch on {count:,} training images "
                    "kept apart, as they are (circles) and under attacks of the same strength (squares). The shaded "
                    "band is the 95 % interval: what other images could have given.")  # fmt: skip
        if points := run_series.held(rows, count):
            st.altair_chart(run_charts.accuracy(points, end, guess(facts)), width="stretch")
            if len({point["weights"] for point in points}) > 1:
                st.caption("Solid: the weights as trained. Dashed: their moving average, which is often steadier.")
        else:
            st.caption("Measured at the end of each epoch." if count else "No images are held out in this run.")
    if found is not None and maps:
        show_maps(facts.run.folder, cycles, end, found, source(facts), facts.status.alive)
        return
    apart = run_series.covered(rows)
    show_masks(facts.run.folder, cycles, end, apart, nothing(facts), source(facts), region(facts))
    show_epoch_masks(facts.run.folder)
