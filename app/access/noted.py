"""Signing in and out as entries of the audit trail: once each time, however often a page is loaded after that."""

import threading
from collections.abc import Mapping
from typing import Any

from core.access.acting import acting
from core.access.person import Person
from core.audit.events import SIGNED_IN, SIGNED_OUT
from core.audit.record import record

MOST = 10_000
_noted: dict[tuple[str, str], None] = {}
_lock = threading.Lock()


def note_sign_in(person: Person, claims: Mapping[str, Any]) -> None:
    """An entry for the sign-in that these claims are of, by when its token was issued; one for each server's life."""
    key = (person.id, str(claims.get("iat")))
    with _lock:
        if key in _noted:
            return
        _noted[key] = None
        while len(_noted) > MOST:
            del _noted[next(iter(_noted))]
    record(SIGNED_IN, {"role": person.role})


def note_sign_out() -> None:
    """An entry that who is acting leaves."""
    if acting().signed_in:
        record(SIGNED_OUT, {})
