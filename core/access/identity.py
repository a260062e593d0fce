"""From what an identity provider says of somebody to the person they are here, by the policy as it is now."""

import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.access.person import NOBODY, Person, person_id, shown_name
from core.access.policy import Policy, policy_file, read_policy
from core.base.file_stamp import file_stamp

EARLY = 300.0  # seconds that a provider's clock may be ahead


def person_of(claims: Mapping[str, Any], now: float | None = None) -> Person:
    """The person with these claims of an identity token; NOBODY where they are not signed in, or were too long ago.

    A policy that was changed counts at once; one that cannot be read raises ValueError or OSError, and nobody may do
    anything.
    """
    subject, issued = claims.get("sub"), claims.get("iat")
    if claims.get("is_logged_in") is not True or not isinstance(subject, str) or not subject:
        return NOBODY
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return NOBODY
    policy = current_policy()
    if not -EARLY <= (time.time() if now is None else now) - issued <= 3600 * policy.hours:
        return NOBODY
    issuer = claims.get("iss")
    named = person_id(issuer if isinstance(issuer, str) else "", subject)
    return Person(named, shown_name(claims), policy.role(claims))


def current_policy() -> Policy:
    """The policy as the file is now; ValueError or OSError in one sentence."""
    path = policy_file()
    return _policy(path, file_stamp(path))


@lru_cache(maxsize=4)
def _policy(path: Path, stamp: str) -> Policy:
    return read_policy(path)
