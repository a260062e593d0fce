"""The one check: may who is acting do this, with this thing? Whatever the screen shows, what acts asks here."""

from typing import Protocol

from core.access.acting import acting
from core.access.person import Person
from core.access.roles import LEAST, WORDS, Action, allows


class Refused(ValueError):
    """Somebody asked for what their role, or somebody else's ownership, forbids."""


class Thing(Protocol):
    """What can belong to somebody: a run, a case, an upload, a model, data."""

    def belongs_to(self, person: Person) -> bool:
        """Whether it is theirs."""

    def open_to_all(self) -> bool:
        """Whether everybody may look at it: shared, or nobody's."""

    def nobodys(self) -> bool:
        """Whether it belongs to nobody: made where there was no sign-in."""


def sees(person: Person, thing: Thing) -> bool:
    """Whether somebody may look at a thing: it is theirs, nobody's or shared, or they are an owner of all."""
    return allows(person.role, "look") and (
        not person.signed_in or person.role == "owner" or thing.open_to_all() or thing.belongs_to(person)
    )


def obstacle(action: Action, thing: Thing | None = None, person: Person | None = None) -> str:
    """Why somebody (who is acting) may not do this, in a sentence without a full stop; "" if they may.

    What is another's, though shared, can be changed by its maker and by owners alone.
    """
    who = acting() if person is None else person
    if not allows(who.role, action):
        role = f"the role ‘{who.role}’" if who.role else "who has no role here"
        return f"{role} may not {WORDS[action]}; that takes the role ‘{LEAST[action]}’"
    if thing is None or not who.signed_in or who.role == "owner" or thing.nobodys() or thing.belongs_to(who):
        return ""
    return "this belongs to somebody else, who can change it, as can those of the role ‘owner’"


def require(action: Action, thing: Thing | None = None) -> None:
    """Refused, in one sentence, if who is acting may not do this."""
    if why := obstacle(action, thing):
        raise Refused(why)


def visible(thing: Thing) -> bool:
    """Whether who is acting may look at it."""
    return sees(acting(), thing)
