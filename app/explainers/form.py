"""The settings of a league, drawn as controls in reading order."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from app.study.case_form import FIRST_EXPLAINERS
from app.ui.first_models import FIRST_MODELS
from app.ui.method_form import tune
from app.ui.pick_here import here, known_models, pick_here
from app.ui.state import setting
from app.ui.widgets import Control, number, several, text
from app.ui.widgets import ask as ask_one
from core.attacks.pgd import PGD
from core.base.params import Method, to_spec
from core.catalog import EXPLAINERS
from core.contracts.metric import Metric
from core.data.by_name import data_names, known_data
from core.evaluation.strength_sweep import at
from core.explainer_league.cost import SECONDS, drawn_again
from core.explainer_league.league import MEASURES
from core.explainer_league.pgca_criteria import CRITERIA
from core.explainer_league.request import LeagueRequest

PREFIX = "explainers"
FIRST_DATA = "cifar10"
FIRST_METRICS = ("deletion", "insertion", "road", "infidelity", "concentration")
SLOW = 1.0  # seconds for a map


def metrics_to_choose() -> dict[str, type[Metric]]:
    """Key -> every metric that can be measured on a data set, which has no masks; the usual ones come first."""
    order = dict.fromkeys((*FIRST_METRICS, *MEASURES))
    return {key: MEASURES[key] for key in order if MEASURES[key].needs != "masks"}


def slow(kind: type[Method]) -> bool:
    """Whether it takes much longer than others of its kind."""
    return SECONDS.get(kind.key, 0.0) >= SLOW or (issubclass(kind, Metric) and drawn_again(kind()) > 1)


def ask() -> LeagueRequest:
    """Draw all settings; ValueError in a sentence if they do not go together."""
    columns = st.columns(3, gap="medium")
    wanted = setting(f"{PREFIX}.model", FIRST_MODELS[0])
    models, names = known_models(wanted), data_names()
    ordered = [each for each in FIRST_MODELS if each in models] + [each for each in models if each not in FIRST_MODELS]
    with columns[0]:
        model = pick_here(f"{PREFIX}.model", "Model", ordered, FIRST_MODELS[0], models.__getitem__, "model",
                          "The network whose answers are explained.")  # fmt: skip
    with columns[1]:
        data = pick_here(f"{PREFIX}.data", "Test images of", list(names), FIRST_DATA, names.__getitem__, "data set",
                         "Labelled images of the model's size and classes. Only those it gets right are used: the map "
                         "of a wrong answer is another question.")  # fmt: skip
    with columns[2]:
        count = number(f"{PREFIX}.count", "Number of images", 50, 1, 100_000,
                       "Drawn by the seed. More take longer and narrow the intervals; of fewer than 10 nothing is said "
                       "of who is better.")  # fmt: skip
    here(f"{PREFIX}.model", model, models, "model")
    here(f"{PREFIX}.data", data, names, "data set")
    explainers = _several("explainers", "Explainers", EXPLAINERS, FIRST_EXPLAINERS,
                          "Two floors are always measured beside them: random numbers, and the picture's "
                          "edges.")  # fmt: skip
    kinds = metrics_to_choose()
    metrics = _several("metrics", "Metrics", kinds, FIRST_METRICS, "Each is one idea of what makes a map good. They "
                       "often disagree; none of them alone shows that a map is right.")  # fmt: skip
    if not metrics:
        raise ValueError("Choose at least one metric")
    if not explainers:
        raise ValueError("Choose at least one explainer")
    chosen = _tuned("Settings of the explainers", EXPLAINERS, explainers)
    judged = _tuned("Settings of the metrics", kinds, metrics)
    with st.expander("More settings"):
        attack = _stability()
        group = _group(metrics)
        seed = number(f"{PREFIX}.seed", "Seed", 0, 0, 2**31 - 1, "Which images are drawn, and what methods draw.")
    known = known_data(data).get("data_fingerprint", "")
    return LeagueRequest(model, data, chosen, judged, attack, group, count, seed=seed, data_fingerprint=known)


def _several(
    name: str, title: str, kinds: Mapping[str, type[Method]], first: Sequence[str], about: str
) -> list[str]:  # fmt: skip
    titles = {key: f"{kind.title} · slow" if slow(kind) else kind.title for key, kind in kinds.items()}
    lines = [f"- **{kind.title}**: {kind.plain}" for kind in kinds.values()]
    return several(f"{PREFIX}.{name}", title, titles, first, "\n".join([about, "", *lines]))


def _tuned(title: str, kinds: Mapping[str, type[Method]], chosen: Sequence[str]) -> list[dict[str, Any]]:
    """The JSON forms of the methods chosen, each with its parameters side by side in one folded part."""
    made = []
    with st.expander(title):
        for key in chosen:
            kind = kinds[key]
            st.markdown(f"**{kind.title}** — {kind.plain} *{kind.cite}*")
            columns, values = st.columns(3), dict[str, Any]()
            for place, entry in enumerate(fields(kind)):
                with columns[place % 3]:
                    values |= {entry.name: tune(kind, f"{PREFIX}.{key}", only=[entry.name], typed=True)[entry.name]}
            made.append(to_spec(kind(**values)))
    return made


def _stability() -> dict[str, Any] | None:
    """The attack under which maps are to stay still, if that is asked for."""
    wanted = ask_one(f"{PREFIX}.stability", Control(
        "Also measure how still maps stay under attack (slow)",
        "Each image is attacked; where the answer stays, how much its map moves stands beside ordinary noise of the "
        "same size and another draw of the explainer.", False))  # fmt: skip
    if not wanted:
        return None
    strength = ask_one(f"{PREFIX}.strength", Control("Strength of the attack (PGD), of 255", "The largest change of a "
                       "colour value of a pixel (L-infinity norm).", 2.0, 0.5, 64.0, 0.5), typed=True)  # fmt: skip
    return to_spec(at(PGD(), strength / 255))


def _group(metrics: Sequence[str]) -> list[str] | None:
    """Classes that make one of two groups of images, for PGCA's fairness; it needs all of PGCA's criteria."""
    if not set(CRITERIA) <= set(metrics):
        return None
    typed = text(f"{PREFIX}.group", "Classes of one of two groups (optional)", "Names with commas between them. PGCA's "
                 "fairness then tells whether maps fall on the same places in both groups.")  # fmt: skip
    return [each.strip() for each in typed.split(",") if each.strip()] or None
