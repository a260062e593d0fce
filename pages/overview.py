"""Overview: what this is, in one row of pictures and one sentence; the models at hand, and where to go next."""

import streamlit as st

from app.nav import page
from app.overview.panels import counted, models_table, one_attack
from app.ui.cached import classifiers
from app.ui.devices import devices
from app.ui.first_models import FIRST_MODELS
from app.ui.keeping import show_unkept
from app.ui.markdown import limits

st.title("Counterproof")
st.markdown(
    "Image classifiers can be fooled by changes that the eye hardly sees: Counterproof makes such a change to a "
    "picture, shows where the model looked before and after, and says whether that differs **more than ordinary "
    "noise** would make it."
)
show_unkept()
one_attack()
st.page_link(page("inspect"), label="Try it on this picture, or on one of your own", icon=":material/search:")

st.subheader("Models at hand")
st.caption(f"How often each is right, with 95 % intervals: {counted()}.")
models_table()
more = len(classifiers()) - len(FIRST_MODELS)
st.caption(
    f"{more} more under ‘Model’ on the Inspect page: the controls of refinement, ImageNet models of torchvision, "
    "fetched on first use, models you add yourself, and those you refine."
)
left, right = st.columns([1.5, 1], gap="large")
with left:
    st.subheader("In six steps")
    st.markdown(
        "1. Open **Inspect** and click a picture, or bring your own.\n"
        "2. Press **Attack and explain**.\n"
        "3. Swipe between the original and the attacked picture.\n"
        "4. Read each map's sentence: did it move more than under ordinary noise?\n"
        "5. Choose a small picture, change the model to its **robust twin**, and look again.\n"
        "6. **Refine** a model yourself, and **Compare** it before and after."
    )
with right:
    st.subheader("This machine")
    st.markdown("Computes on: " + ", ".join(devices().values()) + ". Pictures stay here; nothing is sent anywhere.")
limits()
