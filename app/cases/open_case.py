"""Opening a case on Inspect or on Compare, where it is shown from what was saved; nothing is computed again for it."""

from dataclasses import replace

import streamlit as st

from app.nav import page
from app.ui.advice import advice
from app.ui.cached import comparisons
from app.ui.method_form import put
from app.ui.pick_here import known_models
from app.ui.state import drop, force, keep
from core.base.params import to_spec
from core.casebook.archives.bring_picture import with_picture
from core.casebook.records import SavedCase
from core.catalog import EXPLAINERS
from core.compare.comparison import SIDES, Comparison
from core.contracts.explainer import Explainer
from core.study.case import Case
from core.study.study import Study


def open_button(case: SavedCase, contents: Study | Comparison) -> None:
    """A button that leads to the case on its page; disabled, with the reason, where it cannot be shown there."""
    compares = isinstance(contents, Comparison)
    reason = obstacle(case)
    where = "Compare" if compares else "Inspect"
    if st.button(f"Open in {where}", type="primary", icon=":material/open_in_new:", key=f"open-{case.uid}",
                 disabled=bool(reason), help=reason or f"Shows all of it on {where}, as it was saved."):  # fmt: skip
        try:
            here = with_picture(contents)
        except (ValueError, OSError) as error:
            st.error(advice(error, "Its picture is not on this machine, and could not be kept here."))
        else:
            imported = case.source == "import"
            open_comparison(here, imported) if isinstance(here, Comparison) else open_study(here, imported)


def obstacle(case: SavedCase) -> str:
    """Why a case cannot be opened on another page, in a sentence; "" if it can."""
    models = [case.classifier, *([case.classifier_after] if case.classifier_after else [])]
    known = known_models(*models)
    if gone := [name for name in models if name not in known]:
        return f"The model ‘{gone[0]}’ is not here any more. What was saved is shown on this page."
    return ""


def open_study(study: Study, imported: bool = False) -> None:
    """Go to Inspect with this case. imported: it was not computed here, and is shown to nobody but who opens it."""
    case = in_order(study.case)
    comparisons().studies.restore(replace(study, case=case), imported)
    _settings(case, "maps", study.device)
    force("model", case.classifier)
    force("target", "any" if case.target is None else str(case.target))
    st.switch_page(page("inspect"))


def open_comparison(comparison: Comparison, imported: bool = False) -> None:
    """Go to Compare with this pair. imported: as for `open_study`."""
    pair = replace(comparison.pair, explainers=in_order(comparison.pair.case("before")).explainers)
    studies = {side: replace(comparison.studies[side], case=pair.case(side)) for side in SIDES}
    comparisons().restore(replace(comparison, pair=pair, studies=studies), imported)
    _settings(pair.case("before"), "compare.maps", studies["before"].device)
    force("before", pair.before)
    force("after", pair.after)
    keep("compare begun", True)  # this press asks for it, whatever link the session began with
    st.switch_page(page("compare"))


def in_order(case: Case) -> Case:
    """The same question, its explainers in the order in which the pages offer them."""
    places = {key: place for place, key in enumerate(EXPLAINERS)}
    ordered: list[Explainer] = sorted(case.explainers, key=lambda each: places[each.key])
    return replace(case, explainers=tuple(ordered))


def _settings(case: Case, maps: str, device: str) -> None:
    """Make what a case asks for the settings of the pages."""
    force("image", case.image)
    drop("set")  # the gallery's tab follows the picture
    force("attack", case.attack.key)
    for method in (case.attack, *case.explainers):
        put(type(method), method.key, to_spec(method))
    force(maps, ",".join(explainer.key for explainer in case.explainers) or "none")
    force("device", device)
    for name, value in (("explained", case.explained), ("controls", case.controls), ("seed", case.seed)):
        force(name, value)
        keep(f"default:{name}", None)  # chosen, even where it is what another model's default was
