"""Overview: what this is, in three pictures made live from a shipped case, and where to go next."""

import streamlit as st

from app.nav import page
from app.overview.panels import models_table, three_pictures
from app.ui.cached import classifiers
from app.ui.devices import devices
from app.ui.first_models import FIRST_MODELS
from app.ui.keeping import show_unkept
from app.ui.markdown import limits

st.title("Counterproof")
st.markdown(
    "Image classifiers can be fooled by changes no eye can see. Counterproof lets you make such a change to a picture, "
    "see where the model looked before and after, and judge the difference **against its controls**: how far the same "
    "maps move under ordinary noise, under other random numbers, and when only the question changes."
)
show_unkept()
three_pictures()
st.page_link(page("inspect"), label="Inspect this case, or a picture of your own", icon=":material/search:")

left, right = st.columns([1.5, 1], gap="large")
with left:
    st.subheader("Models at hand")
    st.table(models_table(), border="horizontal")
    more = len(classifiers()) - len(FIRST_MODELS)
    st.caption(
        f"{more} more under ‘Model’ on the Inspect page: the controls of refinement, ImageNet models of torchvision, "
        "fetched on first use, models you add yourself, and those you refine. Accuracies come from each model's card, "
        "with their 95 % intervals."
    )
with right:
    st.subheader("This machine")
    st.markdown("Computes on: " + ", ".join(devices().values()) + ". Pictures stay here; nothing is sent anywhere.")
    st.subheader("In six steps")
    st.markdown(
        "1. Open **Inspect** and click a picture, or bring your own.\n"
        "2. Press **Attack and explain**.\n"
        "3. Swipe between the original and the attacked picture.\n"
        "4. Read each map's sentence: did it move more than its controls?\n"
        "5. Change the model to its **robust twin** and look again.\n"
        "6. **Refine** a model yourself, and **Compare** it before and after."
    )
limits()
