"""Where a new run is to work: asked for only where there is more than this machine."""

import shlex
from dataclasses import fields, replace

import streamlit as st

from app.ui.cached import offered
from app.ui.markdown import plain
from app.ui.state import setting
from app.ui.widgets import number, segments, text
from core.contracts.launcher import Launcher, Needs
from core.runs.launchers import LOCAL, catalogue, launcher, spoken

ON, PARTS = "place.on", "place.parts"
LEFT_OUT = ("python", "engine")  # for who sets the cluster up, not for who starts a run


def places() -> dict[str, Launcher]:
    """Every launcher that can be used from here, by its key; as the environment has set it, if it names one."""
    usual = _usual()
    known = {key: usual if key == usual.key else kind() for key, kind in catalogue().items()}
    return {key: each for key, each in known.items() if key == LOCAL or each.offered and not each.obstacle()}


def ask_place(parts: bool = False) -> bool:
    """Draw the choice, if there is one, and what the chosen place wants to know; whether it is another than this.

    parts: whether what is to run there can be divided into jobs of their own.
    """
    known = places()
    if len(known) < 2:
        return False
    usual = _usual().key if _usual().key in known else LOCAL
    chosen = segments(ON, "Where to run", {key: known[key].title for key in sorted(known, key=LOCAL.__ne__)}, usual,
                      "A run elsewhere waits in the queue of a cluster that sees the same folders; Runs says "
                      "why.")  # fmt: skip
    now = offered(spoken(known[chosen]))
    if chosen == LOCAL:
        st.caption(f"Now: {plain(now)}.")
        return False
    st.caption(plain(known[chosen].plain) + (f" Now {plain(now)}." if now else ""))
    for entry in fields(known[chosen]):
        value = getattr(known[chosen], entry.name)
        if isinstance(value, str) and entry.name not in LEFT_OUT:
            text(f"place.{chosen}.{entry.name}", entry.metadata["title"], entry.metadata["help"], 200, value)
    left, right, *third = st.columns(3 if parts else 2)
    with left:
        number("place.gpus", "GPUs", 1, 0, 64, "0 for none: it then runs on processors.")
    with right:
        number("place.hours", "Hours (0 for the usual)", 0, 0, 8760, "When its time is up it saves, and goes on.")
    if third:
        with third[0]:
            number(PARTS, "Parts", 1, 1, 10_000, "The images are divided into as many ranges, each a job of its own; "
                   "the numbers are those of one job with as many threads.")  # fmt: skip
    return True


def chosen_parts() -> int:
    """Into how many jobs what runs elsewhere is to be divided; 1 on this machine."""
    on, _ = chosen_place()
    return 1 if on is None or on.key == LOCAL else setting(PARTS, 1)


def chosen_place() -> tuple[Launcher | None, Needs | None]:
    """The place that was chosen, and what is asked for there; (None, None) where nobody could choose."""
    known = places()
    key = setting(ON, _usual().key)
    if len(known) < 2 or key not in known:
        return None, None
    if key == LOCAL:
        return known[LOCAL], None
    on = known[key]
    texts = [entry.name for entry in fields(on) if isinstance(getattr(on, entry.name), str)]
    said = {name: setting(f"place.{key}.{name}", getattr(on, name)) for name in texts if name not in LEFT_OUT}
    return replace(on, **said), Needs(gpus=setting("place.gpus", 1), hours=float(setting("place.hours", 0)))


def place_options(parts: bool = False) -> str:
    """The same for a shell, with a blank before it; "" for this machine."""
    on, needs = chosen_place()
    if on is None or on.key == LOCAL:
        return ""
    wanted = [("--on", spoken(on))]
    if needs is not None:
        wanted += [(f"--{name}", f"{value:g}") for name in ("gpus", "hours") if (value := getattr(needs, name))]
    wanted += [("--parts", str(count))] if parts and (count := chosen_parts()) > 1 else []
    return " " + " ".join(shlex.join(each) for each in wanted)


def _usual() -> Launcher:
    """The launcher that the environment names; this machine where that cannot be had."""
    try:
        return launcher()
    except ValueError:
        return launcher(LOCAL)
