"""The page before all others where people sign in, and their name with a way out at the side."""

import streamlit as st

from app.access.configured import found_providers, served
from app.access.noted import note_sign_in, note_sign_out
from app.access.who import claims
from core.access.acting import acting
from core.base.plain_line import plain_line

MEANT = {
    "viewer": "You can look at what is shared, and try attacks on pictures of the gallery.",
    "expert": "You can look, bring pictures, save cases and answer them.",
    "operator": "You can do what experts can, and start and stop runs.",
    "owner": "You can do everything here, and see everything.",
}
OPEN = (
    "Everybody who can reach this address can do everything here: it is served to others, and sign-in is switched off."
)


def entered() -> bool:
    """Whether whoever opened this window has a role here; False where that cannot be told."""
    try:
        return not served().sign_in or acting().role is not None
    except (ValueError, OSError):
        return False


def let_in() -> bool:
    """Whether whoever opened this window may go on; if not, the page that asks them to sign in is drawn."""
    if not served().sign_in:
        return True
    person = acting()
    if person.role is not None:
        note_sign_in(person, claims())
        return True
    left, middle, right = st.columns([1, 1.4, 1])
    with middle, st.container(border=True, key="sign-in"):
        st.title("Counterproof")
        if claims().get("is_logged_in") is True and person.signed_in and person.name != "nobody":
            st.warning(f"You are signed in as {_plain(person.name)}, and nobody has given you a role here. Ask whoever "
                       "runs this dashboard.")  # fmt: skip
            st.button("Sign out", on_click=sign_out)
        else:
            st.markdown("Attack one picture, and compare where a model looked before and after. This dashboard is for "
                        "those who sign in.")  # fmt: skip
            _buttons()
    return False


def _buttons() -> None:
    for name in found_providers()[0]:
        label = f"Sign in with {name}" if name else "Sign in"
        if st.button(label, type="primary", icon=":material/login:", key=f"sign-in-{name}", width="stretch"):
            st.login(name or None)


def show_person() -> None:
    """At the foot of the side bar: who is signed in, as what, and the way out; a word where it is open to all."""
    if served().open_to_all:
        st.sidebar.warning(OPEN)
    if not served().sign_in:
        return
    person = acting()
    with st.sidebar.container(key="person", horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_plain(person.name)}** · {person.role}", width="stretch", help=MEANT.get(str(person.role)))
        st.button("Sign out", type="tertiary", icon=":material/logout:", on_click=sign_out)


def sign_out() -> None:
    """Forget who is there, at the provider too where it can be told; the window begins anew."""
    note_sign_out()
    st.logout()


def _plain(text: str) -> str:
    """A name as it is, whatever is in it."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]()<>#+-.!|~$:" else each for each in plain_line(text, 100))
