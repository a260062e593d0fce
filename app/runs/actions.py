"""What can be done with a run: stop, resume, look into on its page, compare, refine again, delete."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from app.access.allowed import why_not
from app.access.sharing import share_button
from app.nav import has, page
from app.run_words.words import entries
from app.runs.comparison import reopen
from app.runs.facts import RunFacts
from app.runs.outcome import barren
from app.ui.markdown import plain
from app.ui.state import drop, force, keep, kept, remember

Kind = Literal["primary", "secondary"]  # of a button
SAVE = "Ends after the step it is at and keeps everything, so that it can go on later."
NOW = "Ends within three seconds. What came after the last saved point is lost; from there it can go on later."
RESUME = "Goes on from the last saved point, as if there had been no break."
CURVES = "Shows the curves of this run, and the images gained and lost."
COMPARE = "Puts the model before and after refinement side by side, with the best weights so far."
SHOWN = {  # task -> its page: what it is called, its address, the setting that holds the run on show
    "explainers": ("Explainers", "explainers", "league"),
    "batch": ("Batch", "batch", "batch"),
} | dict.fromkeys(("evaluate", "corruptions", "ara", "masking"), ("Evaluate", "evaluate", "evaluation"))
SHOW = "Shows what it has found so far, in tables and charts."
AGAIN = "Opens Refine with the settings of this run, to change something and start another."


def show_actions(facts: RunFacts) -> None:
    """The buttons that make sense now, side by side."""
    with st.container(horizontal=True, vertical_alignment="center"):
        _going(facts)
        _onward(facts)
        owner = facts.run.owner
        share_button(owner, owner.shared(), "run", lambda all_: _do(facts.run.id, lambda: facts.run.share(all_)), "run")
        if not facts.status.alive:
            why = why_not("delete", owner)
            with st.popover("Delete", icon=":material/delete:", key=f"delete-{facts.run.id}", disabled=bool(why),
                            help=why or None):  # fmt: skip
                st.markdown(f"Delete ‘{plain(facts.title)}’ with its weights, numbers and log? This cannot be undone.")
                if st.button("Delete this run", key="delete"):
                    _do(facts.run.id, lambda: _delete(facts))
    if refusal := kept("run refused", {}).pop(facts.run.id, ""):
        st.error(plain(refusal, 500))


def _delete(facts: RunFacts) -> None:
    """Delete the run, and show none; one that cannot be deleted stays where it is."""
    facts.run.delete()
    drop("run")


def _going(facts: RunFacts) -> None:
    """Stop, or go on."""
    run, stopping = facts.run, facts.status.state == "stopping"
    why = why_not("run", run.owner)
    if facts.status.alive or run.parts_at_work:
        if st.button("Stop and save", icon=":material/save:", type="primary", disabled=stopping or bool(why),
                     key="save", help=why or SAVE):  # fmt: skip
            _do(run.id, lambda: run.stop("save"))
        if st.button("Stop now", icon=":material/stop_circle:", key="now", disabled=bool(why), help=why or NOW):
            _do(run.id, lambda: run.stop("now"))
    over = facts.resumable and not facts.status.alive
    if over and st.button("Resume", icon=":material/play_arrow:", type="primary", key="go", disabled=bool(why),
                          help=why or RESUME):  # fmt: skip
        _do(run.id, run.resume)


def _onward(facts: RunFacts) -> None:
    """To the page of its task, to Compare with what it has made, and to Refine with its settings."""
    arguments, poor = facts.arguments, barren(facts)
    kind: Kind = "primary" if facts.status.state == "completed" and not poor else "secondary"
    before, after = (arguments.get(name) for name in ("before", "after"))  # of a run of Compare
    if facts.task == "refine":
        before, after = arguments.get("base"), facts.refined
    shows = CURVES if facts.task == "compare" else COMPARE
    comparable = after and isinstance(before, str) and isinstance(after, str) and has("compare")
    if comparable and st.button("Open in Compare", icon=":material/compare:", type=kind, key="compare", help=shows):
        if facts.task == "compare":
            reopen(arguments)
        else:
            force("before", before)
            force("after", after)
            if any(each.get("method") == "sgam" for each in entries(arguments, "layers")):
                force("compare.maps", "pgca,attention_mask")
        keep("compare begun", True)  # this press asks for it, whatever link the session began with
        st.switch_page(page("compare"), query_params={"before": str(before), "after": str(after)})
    if facts.task in SHOWN:
        where, address, shown = SHOWN[facts.task]
        if st.button(f"Open on {where}", icon=":material/open_in_new:", type=kind, key="show", help=SHOW):
            force(shown, facts.run.id)
            st.switch_page(page(address), query_params={shown: facts.run.id})
    again = facts.task == "refine" and not facts.damaged and has("refine")
    first: Kind = "primary" if poor else "secondary"
    if again and st.button(
        "Refine again with these settings", icon=":material/tune:", type=first, key="again", help=AGAIN
    ):
        remember("refine.again", facts.run.id)
        st.switch_page(page("refine"))


def _do(run: str, action: Callable[[], object]) -> None:
    """Do it and draw the page again; a refusal is kept for the next drawing, as a sentence."""
    try:
        action()
    except (ValueError, OSError) as error:
        refused: dict[str, str] = kept("run refused", {})
        refused[run] = str(error)
    st.rerun()
