"""Browser windows: the name of the one that is drawn for, and whether one is still open."""

from uuid import uuid4

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.ui.state import kept


def window() -> str:
    """A name for this browser window's session."""
    context = get_script_run_ctx()
    name: str = kept("window", f"{context.session_id if context else ''} {uuid4().hex}")
    return name


def is_open(window: str) -> bool:
    """Whether a browser window is connected to this server, shown or hidden; for threads too."""
    return runtime.exists() and runtime.get_instance().is_active_session(window.partition(" ")[0])
