"""A person as the identity provider names one: an id that stays, a name to show, and the role given here."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.access.roles import Role
from core.base.plain_line import plain_line

LONGEST = 100  # characters of a name
_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Person:
    """id: 24 hexadecimal digits, "" where nobody signs in; name: as it is shown; role: None for who may do nothing."""

    id: str
    name: str
    role: Role | None

    @property
    def signed_in(self) -> bool:
        return bool(self.id)


LOCAL = Person("", "local user", "owner")  # whoever runs this program, where there is no sign-in
NOBODY = Person("0" * 24, "nobody", None)  # asked of a server with sign-in by no one who has signed in


def person_id(issuer: str, subject: str) -> str:
    """The id of who a provider calls `subject`: the same for ever, whatever becomes of name and e-mail address.

    >>> person_id("https://a.example", "7") != person_id("https://b.example", "7")
    True
    """
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:24]


def is_person_id(text: str) -> bool:
    """Whether this can be the id of a person; only such a text becomes part of a file's name."""
    return _ID.fullmatch(text) is not None


def shown_name(claims: Mapping[str, Any]) -> str:
    """What people call somebody: the name, else the e-mail address, else what the provider calls them.

    >>> shown_name({"name": " Anna\\nB. ", "email": "a@example.org"}), shown_name({"sub": "7"})
    ('Anna B.', '7')
    """
    found = (
        plain_line(str(claims.get(each) or ""), LONGEST) for each in ("name", "email", "preferred_username", "sub")
    )
    return next(filter(None, found), "somebody")
