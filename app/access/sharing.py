"""The button by which somebody has everybody here see what is theirs, or no longer."""

from collections.abc import Callable

import streamlit as st

from app.access.allowed import people_sign_in, why_not
from core.access.permission import Thing
from core.access.roles import Action

SHARE = "Everybody who signs in here can look at it; changing it stays with you and with owners."
UNSHARE = "Then it is seen by you and by owners alone, as it was."


def share_button(thing: Thing, shared: bool, action: Action, change: Callable[[bool], object], key: str) -> None:
    """Nothing where nobody signs in, or where it is nobody's; disabled, with the reason, for who may not.

    change: does it, and refuses by itself; ValueError and OSError are for whoever draws this.
    """
    if not people_sign_in() or thing.nobodys():
        return
    why = why_not(action, thing)
    label, icon, meant = (
        ("Share no longer", ":material/lock:", UNSHARE)
        if shared
        else ("Share with everyone here", ":material/group:", SHARE)
    )
    if st.button(label, icon=icon, disabled=bool(why), help=why or meant, key=f"share-{key}"):
        change(not shared)
        st.rerun()
