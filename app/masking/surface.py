"""The loss around one image as a picture, of one model or of two on one scale."""

from collections.abc import Mapping

import streamlit as st

from app.ui.cached import classifier
from app.ui.cached_measures import loss_surfaces
from app.ui.cached_pictures import test_images
from app.ui.markdown import plain
from app.ui.trouble import show_trouble
from app.ui.widgets import number
from core.contracts.strength import ON_DIGITS
from core.data.fit import joined
from core.gradient_masking.charts import heat_maps
from core.gradient_masking.loss_surface import SPAN
from core.runs.tasks.masking import USUAL, MaskingRequest

SMALL = 64  # pixels a side: larger pictures take minutes
HELP = (
    "How wrong the model's answer is (its loss) when the picture is changed by steps along the gradient, to the right, "
    "and in a random direction, upwards. A smooth slope is what attacks that follow gradients need; flat ground or a "
    "sudden cliff hides the way. White lines: where the answer becomes wrong. Red: how far the attack may go."
)


def show_surface(asked: MaskingRequest, names: Mapping[str, str]) -> None:
    """A section that draws the loss around a test image once its button is pressed."""
    models = [asked.classifier, *([asked.surrogate] if asked.surrogate else [])]
    try:
        first = classifier(models[0])
        if max(first.size[1:]) > SMALL or asked.split != "test":
            return
        st.subheader("The loss around an image", help=HELP)
        images = joined(first, test_images(asked.data))
        left, right = st.columns([1, 3], vertical_alignment="bottom")
        with left:
            place = number("masking.place", "Test image", 0, 0, len(images) - 1, "Its place in the data.")
        with right:
            if not st.toggle("Draw it", key="masking-draw"):
                return
        with st.spinner("Looking at 1,681 changes of this image …"):
            image, label = images.images[place].float() / 255, int(images.labels[place])
            surfaces = loss_surfaces(tuple(models), image, label)
    except (ValueError, OSError) as error:
        show_trouble(error, "cpu", "Choose another image.")
        return
    eps = asked.eps if asked.eps is not None else ON_DIGITS if first.size[0] == 1 else USUAL
    titled = {plain(names.get(name, name), 60): found for name, found in surfaces.items()}
    st.altair_chart(heat_maps(titled, eps), width="content")
    st.caption(
        f"Changes of up to {255 * SPAN:.0f}/255 in each direction, clipped to what a picture can be; labelled "
        f"‘{plain(first.labels[label], 60)}’. One scale for all that stands side by side."
    )
