"""Names of classes that are the same however they are spelt, and those that are numbers."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

PLAIN = ("", "class", "label", "category")  # words before a number that say nothing more than the number


def same_names(classes: Sequence[str], labels: Sequence[str]) -> list[int | None]:
    """The place of each class among the labels, None where there is none or more than one."""
    best: list[int | None] = [None] * len(classes)
    for spelt in (_exact, _folded, _spaced, _numbered_as(classes, labels)):
        mine, theirs = [spelt(name) for name in classes], [spelt(label) for label in labels]
        often, there = Counter(mine), Counter(theirs)
        if mine == theirs:
            return list(range(len(classes)))
        once = {name: place for place, name in enumerate(theirs) if there[name] == 1}
        found = [once.get(name) if often[name] == 1 else None for name in mine]
        if found.count(None) < best.count(None):
            best = found
        if None not in best:
            break
    return best


def _exact(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _spaced(name: str) -> str:
    """A minus or plus at the end of a name stays: HER2- is not HER2."""
    return re.sub(r"(?<=\w)[\s_/-]+(?=\w)|_", " ", _folded(name)).strip()


def _numbered_as(classes: Sequence[str], labels: Sequence[str]) -> Callable[[str], str]:
    """How names are compared by their numbers, if all on both sides are a number behind the same word or none."""
    (mine, _), (theirs, _) = numbers(classes), numbers(labels)
    if mine is None or theirs is None or (mine != theirs and not {mine, theirs} & set(PLAIN)):
        return _spaced
    return lambda name: str(int(re.sub(r"\D", "", name)))


def numbers(names: Sequence[str]) -> tuple[str | None, list[int]]:
    """The word that all names are behind, None if they are something else, and their numbers."""
    found = [re.fullmatch(r"(\D*?)\s*([0-9]{1,9})", _spaced(name)) for name in names]
    words = {each[1] for each in found if each}
    if not all(found) or len(words) != 1:
        return None, []
    return words.pop(), [int(each[2]) for each in found if each]
