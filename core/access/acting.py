"""Who is acting: the person for whom the code at hand runs, asked for by every check and every entry of the trail.

In a shell, a worker and a dashboard without sign-in that is the local user. A dashboard with sign-in says by
`act_for` how the person is found out; what runs there for nobody, such as a thread, then may do nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from core.access.person import LOCAL, Person

P = ParamSpec("P")
T = TypeVar("T")
_here: ContextVar[Person | None] = ContextVar("acting person", default=None)
_asked: list[Callable[[], Person]] = []


def acting() -> Person:
    """The person for whom this runs."""
    if (person := _here.get()) is not None:
        return person
    return _asked[-1]() if _asked else LOCAL


def act_for(who: Callable[[], Person]) -> None:
    """Have `who` say from now on, in all threads, for whom something runs."""
    _asked[:] = [who]


@contextmanager
def acting_as(person: Person) -> Iterator[None]:
    """Inside, in this thread, it is this person who acts."""
    token = _here.set(person)
    try:
        yield
    finally:
        _here.reset(token)


def as_now(action: Callable[P, T]) -> Callable[P, T]:
    """`action`, done later and in whatever thread for the person who acts now."""
    person = acting()

    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        with acting_as(person):
            return action(*args, **kwargs)

    return done
