"""Models and data of people's own shared with everybody here, or no longer, with an entry of the trail."""

from core.access.belonging import belonging
from core.access.roles import Action
from core.audit.events import SHARED, UNSHARED
from core.audit.record import record

TAKES: dict[str, Action] = {"models": "model", "data": "data"}
NAMED = {"models": "model", "data": "data"}


def share(kind: str, name: str, everyone: bool) -> None:
    """Have all see the model or data of that name; Refused (a ValueError) if who is acting may not, OSError."""
    belonging(kind, name).share(everyone, TAKES[kind])
    record(SHARED if everyone else UNSHARED, {"what": NAMED[kind], "name": f"own:{name}"})
