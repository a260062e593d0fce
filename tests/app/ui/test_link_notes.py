"""A note is of what a link says, not of what follows from a choice made here."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from app.ui.link_notes import link_notes
    from app.ui.widgets import pick

    few = st.checkbox("few")
    pick("shown", "Shown", ["a"] if few else ["a", "b"], "a", str)
    st.text(str(link_notes()))


def test_only_what_the_link_says_is_told() -> None:
    app = AppTest.from_function(page)
    app.query_params["shown"] = "b"
    assert app.run().text[0].value == "[]"
    assert app.checkbox[0].check().run().text[0].value == "[]", "the reader's choice took it away"
    app = AppTest.from_function(page)
    app.query_params["shown"] = "c"
    told = "['‘Shown’ cannot be ‘c’; it is set to ‘a’']"
    assert app.run().text[0].value == told
    assert app.run().text[0].value == told
    assert app.selectbox[0].set_value("b").run().text[0].value == "[]"
