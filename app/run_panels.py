"""The parts of the Runs page that show one run: how it stands, its curves, numbers, log, settings."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import run_charts, run_series
from app.cached import bases, run_rows
from app.run_facts import DAMAGED, Facts, progress
from app.run_masks import show_masks
from app.run_words import duration, part, setting, value
from app.text import plain
from core.data import data_names
from core.evaluate import Share
from core.judge import collapsed
from core.runs.compare import flat
from core.schedule import Schedule

TAIL = 6_000  # bytes of the log on the page
LISTED = 500  # rows of the table on the page
LONGEST = 100  # letters of a result on the page


def show_standing(found: Facts) -> None:
    """Title, state, what happens or happened in a sentence, and the run's own remarks."""
    status = found.status
    st.subheader(f"{found.state} · {plain(found.title)}")
    st.caption(" · ".join(each for each in (plain(found.about, 200), f"run {found.run.id}") if each))
    if found.damaged:
        st.warning(DAMAGED)
    elif status.alive:
        said = " · ".join(each for each in (plain(status.said, 300) or progress(found), found.left) if each)
        st.progress(min(max(status.progress, 0.0), 1.0), said)
    elif status.state == "failed":
        st.error(plain(status.said or "It failed; the log below has the details.", 600))
    elif status.state == "lost":
        st.warning(plain(status.said, 400))
    elif status.said:
        st.markdown(plain(status.said, 400))
    for note in status.notes:
        st.info(plain(note, 400))


def show_outcome(found: Facts, rows: Sequence[Mapping[str, Any]]) -> None:
    """What a completed run found, as a sentence where its task is known, else as a table."""
    if found.status.state != "completed":
        return
    result = found.run.result()
    if result is None:
        st.warning("It says that it has completed, but its result cannot be read.")
    elif said := outcome(found.task, result, held_out(found)):
        failed = collapsed(result) if found.task == "refine" else ""
        (st.warning if failed else st.success)(" ".join(filter(None, (said, failed))))
    else:
        numbers = {name: entry for name, entry in flat(result).items() if not name.startswith("asked.")}
        st.dataframe(pd.DataFrame({"result": {setting(name): _text(entry) for name, entry in numbers.items()}}),
                     width="content")  # fmt: skip


def outcome(task: str, result: Mapping[str, Any], count: int) -> str:
    """The result of a run in a sentence or two; "" for a task or a result that is not known.

    >>> outcome("evaluate", {"hits": 712, "count": 1000, "interval_95": [0.683, 0.739]}, 0)
    'Right on 712 of 1,000 images: 71.2 % (95 % interval: 68.3 to 73.9 %).'
    >>> outcome("refine", {"epoch_kept": 2, "averaged": True, "held": {"clean": 0.5, "clean_average": 0.75}}, 100)
    'Kept: the averaged weights after epoch 2. On the 100 held-out images it is right on 75.0 % (65.7 to 82.5 %)...'
    """
    if task == "evaluate":
        hits, total = result.get("hits"), result.get("count")
        if isinstance(hits, int) and isinstance(total, int) and 0 <= hits <= total > 0:
            low, high = Share(hits, total).interval
            return (f"Right on {hits:,} of {total:,} images: {100 * hits / total:.1f} % "
                    f"(95 % interval: {100 * low:.1f} to {100 * high:.1f} %).")  # fmt: skip
    if task == "refine" and isinstance(epoch := result.get("epoch_kept"), int):
        averaged = bool(result.get("averaged"))
        kept = f"Kept: the {'averaged ' if averaged else ''}weights after epoch {epoch}."
        shown = run_series.held([{"epoch": epoch - 1, "held": result.get("held")}], count)
        said = [
            f"{point['value']:.1f} % ({point['low']:.1f} to {point['high']:.1f} %) "
            + ("as they are" if point["images"] == run_series.KINDS["clean"] else "under attack")
            for point in shown
            if point["weights"] == run_series.WEIGHTS["average" if averaged else ""]
        ]
        return kept + (f" On the {count:,} held-out images it is right on {' and on '.join(said)}." if said else "")
    return ""


def held_out(found: Facts) -> int:
    """How many held-out images the accuracies of a refining run are measured on."""
    count = part(found.arguments, "schedule").get("held_out", Schedule().held_out)
    return count if isinstance(count, int) and count > 0 else 0


def span(found: Facts, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """Steps in an epoch, and the epochs that the curves' axis ends at."""
    epochs = part(found.arguments, "schedule").get("epochs")
    asked = float(epochs) if isinstance(epochs, int) and epochs > 0 else 1.0
    return run_series.each(rows, found.status.progress, int(asked)), asked


def show_curves(found: Facts) -> None:
    """Loss and accuracy while the run goes on, the masks and the leak warning; for other tasks their numbers."""
    rows = run_series.whole(run_rows(found.run.folder))
    if not rows:
        if found.status.alive and found.task == "refine":
            st.caption("Curves appear here after the first steps.")
        return
    steps, end = span(found, rows)
    losses = run_series.losses(rows, steps)
    cycles = run_series.cycles(rows)
    if cycles and (warning := run_series.leak(cycles[-1])):
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
                    "kept apart, as they are and attacked within the objective's strength. The shaded band is the "
                    "95 % interval: what other images could have given.")  # fmt: skip
        if points := run_series.held(rows, count):
            st.altair_chart(run_charts.accuracy(points, end), width="stretch")
            if len({point["weights"] for point in points}) > 1:
                st.caption("Solid: the weights as trained. Dashed: their moving average, which is often steadier.")
        else:
            st.caption("Measured at the end of each epoch." if count else "No images are held out in this run.")
    show_masks(found.run.folder, cycles, end, run_series.covered(rows))


def show_details(found: Facts) -> None:
    """Settings, numbers with downloads, and the end of the log, folded."""
    rows, name = run_rows(found.run.folder), found.run.id
    with st.expander("Settings"):
        st.dataframe(settings(found), width="stretch", hide_index=True)
        _download("Download the settings (JSON)", lambda: json.dumps(found.spec, indent=1) + "\n", f"{name}-spec.json")
    with st.expander(f"Numbers ({len(rows):,} rows)", expanded=found.task != "refine"):
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


def settings(found: Facts) -> pd.DataFrame:
    """Every setting of a run, in words."""
    models, data = bases(), data_names()
    named = flat(found.spec)
    return pd.DataFrame(
        [(setting(name, found.spec), value(name, entry, found.spec, models, data)) for name, entry in named.items()],
        columns=["setting", "value"],
    )


def _text(entry: Any) -> str:
    text = f"{entry:.4g}" if isinstance(entry, float) else str(entry)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
