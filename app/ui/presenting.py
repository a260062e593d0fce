"""Client-side parts of a presentation: the walk from step to step, the form for an answer, what a window remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.ui.components import component

_walk = component("parts", "walk")
_answer = component("parts", "raster", "mark_drawing", "mark_input", "mark", "answer")
_memory = component("memory")


@dataclass(frozen=True)
class Moved:
    """What the reader has just done: gone to another step (its number), or chosen (an id); None of what they have not.

    Both come from the browser, so they are looked at before they are used.
    """

    went: Any
    chose: Any


def walk(
    at: int, of: int, last: int, title: str, sentences: Sequence[str], key: str, name: str,
    choices: Sequence[tuple[str, str]] = (),
) -> Moved:  # fmt: skip
    """The bar of a walk at step `at` of `of` (from 0), with its heading and sentences; arrow keys and numbers work.

    last: the furthest step that may be gone to. choices: id and words of what can be chosen. name: of what is walked
    through.
    """
    data = {"at": at, "of": of, "last": last, "title": title, "sentences": list(sentences), "id": name,
            "choices": [list(each) for each in choices]}  # fmt: skip
    result = _walk(data=data, key=key, on_went_change=lambda: None, on_chose_change=lambda: None)
    return Moved(result.went, result.chose)


def answer(data: dict[str, Any], key: str) -> Any:
    """The form for an expert's answer; what was sent in this run as JSON, unchecked, else None.

    data: uid, question, ask, mark (src, alt, height, width, kind, cells, runs), saved (ids of those that are kept),
    refused (id, said, time) or None, and signed: the name of who has signed in, "" where it is typed.
    """
    result = _answer(data=data, key=key, on_given_change=lambda: None)
    return result.given


def memory(name: str, value: Any, key: str) -> Any:
    """Have this browser window remember `value` (JSON) under that name, also when the page is loaded again.

    None asks for what it remembers: {"found": that, or None}, unchecked, in the next run; till then None.
    """
    result = _memory(data={"name": name, "value": value}, key=key, on_told_change=lambda: None)
    return result.told
