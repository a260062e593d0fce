"""The four roles, each with all that the one before it may, and what may be done."""

from typing import Literal, get_args

Role = Literal["viewer", "expert", "operator", "owner"]
Action = Literal["look", "answer", "save", "upload", "run", "data", "delete", "model", "audit"]
ROLES: tuple[Role, ...] = get_args(Role)

LEAST: dict[Action, Role] = {  # what may be done -> the least role that may
    "look": "viewer",
    "answer": "expert",
    "save": "expert",
    "upload": "expert",
    "run": "operator",
    "data": "operator",
    "delete": "owner",
    "model": "owner",
    "audit": "owner",
}
WORDS: dict[Action, str] = {  # as in "may not ..."
    "look": "look at this",
    "answer": "answer cases",
    "save": "save, edit or share cases",
    "upload": "bring pictures or cases",
    "run": "start, stop or share runs",
    "data": "add data",
    "delete": "delete anything",
    "model": "add models",
    "audit": "read the audit trail",
}


def allows(role: Role | None, action: Action) -> bool:
    """Whether somebody of this role may do that; nobody without a role may do anything.

    >>> [role for role in ROLES if allows(role, "run")], allows(None, "look")
    (['operator', 'owner'], False)
    """
    return role is not None and ROLES.index(role) >= ROLES.index(LEAST[action])
