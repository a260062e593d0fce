"""Compare: two models on the same picture, each attacked, and both over many test images."""

import streamlit as st

from app.cases.save_button import save_beside
from app.compare.image_lists import next_buttons, show_lists
from app.compare.images_form import run_arguments
from app.compare.links import inspect_buttons, link
from app.compare.marked_pictures import show_marked
from app.compare.models import choose_models
from app.compare.numbers import show_numbers
from app.compare.over_images import show_run
from app.compare.panels import FIRST_MAPS, choose_map, show_pictures, show_verdict
from app.compare.picture import choose_picture, describe, truth
from app.compare.progress import show_progress
from app.compare.start import BUTTON, ask_begin, follow
from app.sidebar import sidebar
from app.study.case_form import attack_settings, explainer_settings
from app.ui.cached import comparisons
from app.ui.cached_pictures import fitted, loaded_picture
from app.ui.markdown import limits
from app.ui.trouble import show_trouble
from app.ui.windows import window
from core.compare.comparison import Pair

st.title("Compare")
st.caption(
    "Two models on the same picture: which of them can be fooled, and how steadily does each look? Choose two models "
    "and a picture; further down, measure both on many test images."
)
device = sidebar(ask=False)[1]
asked = st.container()
try:
    two = choose_models(device)
    model = two.models["before"]
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        image = choose_picture(model)
        next_buttons(two)
    picture = loaded_picture(image)
    original = fitted(image, model)
except (ValueError, OSError) as error:
    show_trouble(error, device, "Choose other models above, or another picture.",
                 unreadable="Choose another picture.", missing="Or choose other models above.")  # fmt: skip
    st.stop()

with right:
    st.markdown(describe(image, picture.name, model))
    attack, _ = attack_settings(model, None)
    explainers, explained, controls, seed = explainer_settings(model, "compare.maps", FIRST_MAPS, two.models["after"])
pair = Pair(image, two.names["before"], two.names["after"], attack, explainers, seed, explained, controls)
label = truth(image, model)

with right:
    begin = ask_begin(two)
with asked:
    together, unsure = follow(pair, two, original, picture.sha256, label, begin)

if together is None:
    st.info(f"Press ‘{BUTTON}’ to attack this picture on both models.")
else:
    with st.container():  # what grows stays in a container: what is below keeps its place, and a click on it counts
        if show_progress(together):
            comparisons().start(pair, two.models, original, picture.sha256, label, window())
            st.rerun()
    comparison = together.comparison
    show_verdict(comparison, label)
    chosen, shared = choose_map(explainers)
    with st.container(key=f"pair-{pair.case('before').attack_id}"):
        show_pictures(comparison, two, chosen, label, shared=shared)
    save_beside(comparison, label, together.alive, lambda: inspect_buttons(pair))
    show_numbers(comparison)
    st.subheader("Over many test images")
    arguments = run_arguments(pair, two, chosen)
    if seen := show_run(arguments, pair, device):
        show_lists(seen, pair, two, arguments["data"])
show_marked(two)
if not unsure:
    link(pair, model, device)
limits()
