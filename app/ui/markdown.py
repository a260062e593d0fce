"""Words from outside (file names, labels) made safe to show, and the few longer texts of the pages."""

import re

import streamlit as st

from core.base.plain_line import plain_line


def plain(text: str, longest: int = 80) -> str:
    """Text with everything that Markdown would act on escaped; cut at `longest` characters.

    >>> plain("*cat* <b>")
    '\\\\*cat\\\\* \\\\<b\\\\>'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>$:~&])", r"\\\1", plain_line(text, longest))


LIMITS = """
**A map is not a reason.** Each method measures something narrow: how the score reacts when parts are hidden (LIME,
SHAP), how it changes pixel by pixel (Integrated Gradients), or where a late layer was active (Grad-CAM++). None shows
what the model 'thought', and none shows that an answer is right because the coloured region is sensible.

**A map that moves proves little by itself.** Maps also move when the picture gets ordinary noise of the same size, when
the method draws its random numbers again, and when the question changes from one class to another. So each of those
stands in the table beside the attack. With *n* draws of noise, the attack would move the map most by luck once in
*n* + 1 times: draw more before you lean on it.

**Methods disagree.** Where they do, that is a finding about the methods. And one image is one image: it says nothing
about how often a model is fooled.
"""


def limits() -> None:
    """What these maps cannot show."""
    with st.expander("What these maps cannot show"):
        st.markdown(LIMITS)
