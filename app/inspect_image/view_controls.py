"""Which frame of a picture of one's own is shown, and which of its levels are black and white: part of its name."""

import streamlit as st

from app.inspect_image.chosen_picture import take
from app.ui.cached_pictures import loaded_picture
from core.images.uploads import is_upload, parts, without_view
from core.images.view import WHOLE, View

MOST_STEPS = 20_000  # a slider with more cannot be moved by one


def choose_view(image: str) -> None:
    """Draw what there is to choose; a choice becomes the picture's name, and the page is drawn anew."""
    try:
        scale = loaded_picture(image).scale if is_upload(image) else WHOLE
    except (ValueError, OSError):  # the page says why
        return
    if not scale.choice:
        return
    plain, view = parts(image)
    frame, window = view.frame, view.window
    if scale.frames > 1:
        chosen = st.number_input(f"Frame, of {scale.frames}", 1, scale.frames, scale.frame, key=f"frame {image}")
        frame = frame if chosen == scale.frame else int(chosen)
    if scale.span is not None and scale.window is not None and scale.span[0] < scale.span[1]:
        asked = _window(image, scale.span, scale.window)
        window = window if asked == scale.window else asked
    if view != View() and st.button("As the file asks", key=f"as the file {plain}", help="Its own window and frame."):
        frame = window = None
    if (frame, window) != (view.frame, view.window):
        take(without_view(image) + str(View(frame, window)))
        st.rerun()


def _window(image: str, span: tuple[float, float], now: tuple[float, float]) -> tuple[float, float]:
    """The window as it stands in the slider or in the two numbers; the present one where they say nothing."""
    whole = all(each.is_integer() for each in (*span, *now)) and 8 <= span[1] - span[0] <= MOST_STEPS
    step = 1.0 if whole else (span[1] - span[0]) / 1000
    form = "%.0f" if whole else "%.6g"
    slid = st.slider(
        "Window: what is black, and what is white", *span, now, step, form, key=f"window {image}",
        help="In the file's own numbers. What lies below the first is black, above the second white; it is part of the "
        "case, so the link and the downloads keep it.",
    )  # fmt: skip
    left, right = st.columns(2)
    low = left.number_input("Window: from", None, None, now[0], step, form, key=f"window from {image}")
    high = right.number_input("to", None, None, now[1], step, form, key=f"window to {image}")
    asked = (float(low), float(high)) if (low, high) != now else (float(slid[0]), float(slid[1]))
    if not asked[0] < asked[1]:
        st.caption("The first number must be below the second.")
        return now
    shown = tuple(float(f"{each:.10g}") for each in asked)
    return shown[0], shown[1]
