"""A league on the page: what it would measure and its start; progress and results; what to download."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from app.explainers.results import show_results
from app.explainers.runs import LEAGUES
from app.run_words.words import begun, duration, part
from app.ui.cached import run_rows
from app.ui.markdown import plain
from app.ui.run_panel import ended, grow
from core.base.errors import Unreadable
from core.data.by_name import data_names
from core.explainer_league.command import command
from core.explainer_league.cost import drawn_again, maps, seconds
from core.explainer_league.exports import files
from core.explainer_league.request import LeagueRequest
from core.explainer_league.standings import standings
from core.explainer_league.words import listed
from core.runs.run import Run

NOTHING_YET = "Model and images are loaded; the first numbers appear after the first images."


def titles(known: Mapping[str, Run], models: Mapping[str, str]) -> dict[str, str]:
    """Id -> the model, the data and the number of images of a league, and when it was begun."""
    data, told = data_names(), {}
    for each, run in known.items():
        arguments = part(run.spec, "arguments")
        model, images = (str(arguments.get(name, "?")) for name in ("classifier", "data"))
        count = arguments.get("count", LeagueRequest.count)
        told[each] = f"{models.get(model, model)} on {data.get(images, images)}, {count} images · {begun(each)}"
    return told


def cost(asked: LeagueRequest) -> str:
    """What a league costs, in words."""
    explainers, metrics = asked.chosen_explainers() or (), asked.chosen_metrics()
    again = {each.title: times for each in metrics if (times := drawn_again(each))}
    said = (
        f"Draws **{maps(explainers, metrics, asked.count):,} maps**: {len(explainers)} "
        f"explainer{'' if len(explainers) == 1 else 's'} and two floors on {asked.count:,} images that the model gets "
        f"right, judged by {len(metrics)} metric{'' if len(metrics) == 1 else 's'}."
    )
    if again:
        told = listed([f"{name} {'once' if times == 1 else f'{times} times'}" for name, times in again.items()])
        said += f" Every map is drawn again for {told}."
    took = seconds(explainers, metrics, asked.count)
    if took is not None:
        said += (
            f" With usual settings that takes about {duration(max(took, 60))} for the small networks of CIFAR-10 on "
            "one CPU core, and many times longer for large pictures and networks."
        )
    if asked.attack:
        said += " How still maps stay under attack may take longer than all of that."
    return f"{said} It goes on in the background, also when this page is closed."


def show_start(asked: LeagueRequest, device: str) -> None:
    """What it would do, its button, and the same from a shell."""
    st.markdown(cost(asked))
    st.button("Measure the explainers", type="primary", icon=":material/play_arrow:", on_click=LEAGUES.start,
              args=(asked.arguments(), device))  # fmt: skip
    LEAGUES.show_refusal()
    with st.expander("The same from a shell"):
        st.code(command(asked, device), language="sh")


def show_run(run: Run) -> None:
    """Progress and results of a league, and what to download of one that has ended."""
    try:
        asked = LeagueRequest.read(run.spec.get("arguments") or {})
    except (ValueError, TypeError, AttributeError) as error:
        st.error(f"This league cannot be read: {plain(str(error), 300)}.")
        return
    if run.status.alive:
        grow(run, lambda: _show(run, asked) is not None, NOTHING_YET, "stop-league")
        return
    ended(run)
    for note in run.status.notes[:20]:
        st.caption(plain(note, 400))
    if (told := _show(run, asked)) is not None:
        _downloads(run, asked, told)


def _show(run: Run, asked: LeagueRequest) -> Mapping[str, Any] | None:
    """Draw what is known so far; None if that is nothing."""
    rows = run_rows(run.folder)
    told = _told(run, rows)
    if told is None or not told["count"]:
        return None
    show_results(told, asked, rows, run.id)
    return told


def _told(run: Run, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What the rows tell; once it has completed, what its result does."""
    try:
        result = run.result() or {}
        return result if result.get("columns") else standings(rows)
    except (Unreadable, KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError):
        st.warning("The numbers of this league cannot be read. Delete it on the Runs page to measure anew.")
        return None


def _file(name: str, run: Run, told: Mapping[str, Any]) -> bytes:
    return files(told, run_rows(run.folder), run.id)[name]


def _downloads(run: Run, asked: LeagueRequest, told: Mapping[str, Any]) -> None:
    st.subheader("Take it with you")
    words = {
        "numbers.csv": ("Rows (CSV)", "One row for each image, explainer and metric."),
        "league.json": ("Standings and rows (JSON)", "Everything shown here, for other programs."),
    }
    for column, (name, (label, help)) in zip(st.columns(4), words.items(), strict=False):
        with column:
            st.download_button(label, partial(_file, name, run, told), f"{run.id}-{name}", help=help, width="stretch",
                               on_click="ignore", key=f"download-{name}")  # fmt: skip
    with st.expander("The same from a shell"):
        st.code(command(asked), language="sh")
