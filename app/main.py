"""The entrypoint: `streamlit run app/main.py`, from any folder, reads this once to serve and again for every window."""

import streamlit as st
from starlette.middleware import Middleware

from app.server import Guard, opening, settle_access, waiting_threads_sleep

if __name__ == "__main__":  # run as a script, for a window
    from app.frame import show

    show()
else:  # read by the server, before anything brings PyTorch
    waiting_threads_sleep()
    settle_access()
    dashboard = st.App(__file__, middleware=[Middleware(Guard)], lifespan=opening)
