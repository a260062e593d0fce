"""The settings of the Refine page, drawn as controls in reading order."""

from collections.abc import Mapping

import streamlit as st

from app.refine.learning_form import ask_layers, ask_objective, ask_schedule
from app.refine.marked_pictures import marked_pictures
from app.refine.measured_preset import show_measured
from app.refine.own_data import own_data
from app.refine.request import OWN, SEVERAL, take_again, take_preset
from app.ui.cached import bases, classifier, untrained
from app.ui.devices import devices
from app.ui.first_models import FIRST_MODELS
from app.ui.link_notes import replaced
from app.ui.pick_here import here, known_models, pick_here
from app.ui.places import ask_place
from app.ui.state import linked, remember, setting
from app.ui.widgets import choose, number, pick, segments, several, text
from core.data.by_name import data_names
from core.refinement.presets import PRESETS
from core.refinement.request import Refinement, Start
from core.training.schedule import Schedule

STARTING = {"base": "those of the base model", "scratch": "none: from scratch"}


def ask_preset() -> None:
    """The presets; a page whose link says nothing has the first one's settings."""
    take_again()
    titles = {key: preset.title for key, preset in PRESETS.items()} | {OWN: "My own settings"}
    if not any(setting(f"refine.{name}", "") for name in ("base", "objective", "data")):
        asked, first = setting("refine.preset", ""), next(iter(PRESETS), OWN)
        if asked not in titles:
            replaced("refine.preset", "Preset", titles[first])
        take_preset(asked if asked in PRESETS else first)
    before = setting("refine.preset", OWN)
    chosen = pick("refine.preset", "Preset", list(titles), OWN, titles.__getitem__,
                  "A preset fills in all settings below; change any of them afterwards.")  # fmt: skip
    if chosen != before and chosen in PRESETS:
        take_preset(chosen)
        st.rerun()
    st.caption(PRESETS[chosen].help if chosen in PRESETS else "Set everything below as you like.")
    show_measured()


def ask_model() -> tuple[str, Start]:
    """The base model and what is kept of it."""
    trained = known_models(setting("refine.base", FIRST_MODELS[0]))
    names = bases()
    first = [each for each in names if each in FIRST_MODELS or each.startswith("run:") or each not in trained]
    ordered = first + [each for each in names if each not in first]
    base = pick_here("refine.base", "Base model", ordered, FIRST_MODELS[0], names.__getitem__, "model",
                "The model to refine. It stays as it is: a refined copy is made. A robust twin has learnt under attack "
                "already.")  # fmt: skip
    if base not in names:
        return base, "base"
    if base not in trained:
        st.caption("This network starts without weights: it learns everything from scratch.")
        return base, "scratch"
    start = choose("refine.start", "Weights to start from", STARTING, "base",
                   "Those of the base model: what it knows is kept and adjusted. None, from scratch: the same kind of "
                   "network learns everything anew, which takes many more epochs.")  # fmt: skip
    return base, "scratch" if start == "scratch" else "base"


def ask_data() -> tuple[str, int]:
    """The data set and how many of its images are used."""
    names = data_names()
    data = pick_here("refine.data", "Data set", list(names), next(iter(names)), names.__getitem__, "data set",
                "Labelled images to learn from. Their size must be the model's; their classes are matched by name, and "
                "from scratch, any classes will do.")  # fmt: skip
    images = number("refine.images", "Training images (0 for all)", 0, 0, 10_000_000,
                    "Fewer images are quicker and teach less; they are drawn by the seed.")  # fmt: skip
    return data, images


def ask() -> tuple[Refinement, str]:
    """Draw all settings in reading order: the request, and the device; ValueError if they do not go together."""
    ask_preset()
    st.subheader("1. Model and images")
    left, right = st.columns(2, gap="medium")
    with left:
        base, start = ask_model()
    with right:
        data, images = ask_data()
    here("refine.base", base, bases(), "model")
    here("refine.data", data, data_names(), "data set")
    with st.expander("Data of your own"):
        own_data(_size(base, start))
    st.subheader("2. What it learns")
    kind, values = ask_objective()
    marked_pictures(kind.key)
    layers = ask_layers()
    st.subheader("3. How long")
    schedule = ask_schedule()
    st.subheader("4. Where, and under which name")
    device = "cpu" if ask_place() else ask_device(devices())
    title = text("refine.title", "Name of the run (optional)", "Shown in the list of runs and of models. Without one, "
                 "the method and the data set are.")  # fmt: skip
    asked = Refinement(base, data, kind(**values), Schedule(**schedule), start, images, title, layers=layers)
    return asked, device


def _size(base: str, start: str) -> tuple[int, int, int] | None:
    """The size of the images that the base model takes; None while it cannot be had."""
    try:
        return (classifier(base) if start == "base" else untrained(base)).size
    except (ValueError, OSError):
        return None


def ask_device(titles: Mapping[str, str]) -> str:
    """Where it runs: the CPU, a GPU, or several GPUs at once."""
    gpus = {name: f"{title} ({name})" for name, title in titles.items() if name.startswith("cuda")}
    options = {name: gpus.get(name, title) for name, title in titles.items()}
    if len(gpus) > 1:
        options[SEVERAL] = "several GPUs"
    if len(options) == 1:
        if linked("refine.on") and setting("refine.on", "cpu") not in options:
            replaced("refine.on", "Runs on", "CPU")
            remember("refine.on", "cpu")
        st.caption("Runs on the CPU of this machine, which leaves a core for this page. No GPU was found.")
        return next(iter(options))
    usual = next(iter(gpus), "cpu")
    chosen = segments("refine.on", "Runs on", options, usual, "One run at a time per device; others wait in a queue.")
    if chosen != SEVERAL:
        return chosen
    together = several("refine.gpus", "Which GPUs", gpus, list(gpus), "Each takes a part of every batch.")
    return ",".join(together) or usual
