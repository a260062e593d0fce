"""A kind of measurement on the Evaluate page: one record of how it is asked for, started, shown and taken along."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from core.runs.run import Run

Asked = TypeVar("Asked")
Told = Mapping[str, Any]
Names = Mapping[str, str]  # classifier -> title
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Kind(Generic[Asked]):
    """`task`: that of its runs; `prefix`: of the names of its form's settings; `one`: what people call one of them.

    ask: draw the form, or a ValueError in a sentence; about: what that would do; arguments: those of the run;
    command: the same from a shell; read: what a run's arguments ask for; told: what is known of a run, from its result
    ({} while it has none) and its rows, None while that is nothing; draw: the same on the page; files: file name ->
    content; downloads: file name -> words of its button and help; later: file name -> what must be told before there
    is one; shown: the setting that holds the id of the run on show; linked: settings that its link holds besides.
    """

    key: str
    task: str
    prefix: str
    title: str
    one: str
    intro: str
    button: str
    ask: Callable[[], Asked]
    about: Callable[[Asked], str]
    arguments: Callable[[Asked], dict[str, Any]]
    command: Callable[[Asked, str], str]
    read: Callable[[Mapping[str, Any]], Asked]
    told: Callable[[Told, Rows, Asked], Told | None]
    draw: Callable[[Told, Asked, Names, Run], None]
    files: Callable[[Told, Run, Asked, Names], Mapping[str, bytes]]
    downloads: Mapping[str, tuple[str, str]]
    later: Mapping[str, str] = field(default_factory=dict)
    shown: str = "evaluation"
    linked: tuple[str, ...] = ()
