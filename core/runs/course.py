"""How a run begins and ends: its status, and its entries in the audit trail."""

import time
from contextlib import suppress
from typing import Any

from core.base.run_folder import STOP
from core.runs import trail
from core.runs.context import Context
from core.runs.status import LIVE, State, to_go_on


def begin(context: Context) -> None:
    """It is the run's turn: say so, and bring its folder back to its last whole checkpoint."""
    context.update(state="starting", said="", started=time.time())
    context.note(trail.started(context.folder, context.status))
    context.recover()


def finish(context: Context, state: State, said: str = "", **changes: Any) -> bool:
    """Write the last status, once; whether this call did. The reserve makes room for it on a full disk.

    The entry in the audit trail comes first: who sees that a run is over can read there what came out.
    """
    with suppress(OSError):
        context.reserve.unlink(missing_ok=True)
    with context.guard:
        if context.status.state in LIVE:
            with suppress(OSError):
                context.note(trail.ended(context.folder, state, said, context.status))
        return context.update(state=state, said=said, left=None, ended=time.time(), **changes)


def interrupt(context: Context, said: str) -> bool:
    """It ends because a stop was asked for: it is stopped, or waits where it is the engine's to start it again.

    Whether this call said so.
    """
    if not to_go_on(context.folder):
        return finish(context, "stopped", said)
    saved = f" after step {context.saved + 1}" if context.saved >= 0 else ""
    with suppress(OSError):
        (context.folder / STOP).unlink(missing_ok=True)
    return context.update(state="queued", said=f"Interrupted{saved}; it goes on by itself.", left=None)
