"""What may be pressed: the reason beside a button that may not be, and sentences where a whole part is withheld.

None of it protects anything: the engine's functions ask by themselves (core/access/permission.py).
"""

from core.access.acting import acting
from core.access.belonging import Belonging
from core.access.permission import Thing, obstacle
from core.access.roles import Action

SEEN = "You see your own, those that are shared, and those from before people signed in."


def why_not(action: Action, thing: Thing | None = None) -> str:
    """Why who is here may not do this, as a sentence for the help of its button; "" if they may."""
    why = obstacle(action, thing)
    return f"{why[:1].upper()}{why[1:]}." if why else ""


def may(action: Action, thing: Thing | None = None) -> bool:
    """Whether who is here may do this."""
    return not obstacle(action, thing)


def people_sign_in() -> bool:
    """Whether things belong to persons here at all: whoever is here has signed in."""
    return acting().signed_in


def whose(thing: Belonging) -> str:
    """Who has it and whether it is shared, in a few words; "" where nobody signs in, or it is nobody's."""
    if not people_sign_in() or thing.nobodys():
        return ""
    names = "you" if thing.belongs_to(acting()) else ", ".join(thing.people()[:3]) or "somebody"
    return f"by {names}, shared with everybody here" if thing.shared() else f"by {names}, not shared"
