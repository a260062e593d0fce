"""Whether the entries of a trail hold together: each is as it was written, in its place, and none is missing."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from core.audit.entry import ZERO
from core.audit.findings import Finding
from core.audit.head import Head
from core.audit.placing import placed
from core.audit.read import Line


def check(lines: Sequence[Line], head: Head | None) -> tuple[dict[int, Line], list[Finding]]:
    """The entries by number, and what does not fit. head: None if it is missing or unreadable, which others say."""
    stay, findings = placed(lines, head)
    last = max([*stay, head.n if head is not None else 0])
    for first, end in runs_of(n for n in range(1, last + 1) if n not in stay):
        span = f"entry {first} is" if first == end else f"entries {first} to {end} are"
        cut = ": cut off the end, as the head file tells" if end == last else ""
        findings.append(Finding("removed", first, f"{span} missing{cut}"))
    findings += [Finding("moved", n, f"entry {n} does not stand in its place: the order was changed (line "
                         f"{stay[n].number})") for n in _moved(stay)]  # fmt: skip
    findings += _altered(stay)
    return stay, findings + _against_head(stay, head, clean=not findings)


def runs_of(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another, as (first, last).

    >>> runs_of([1, 2, 3, 7, 9, 10])
    [(1, 3), (7, 7), (9, 10)]
    """
    found: list[tuple[int, int]] = []
    for n in numbers:
        if found and found[-1][1] == n - 1:
            found[-1] = found[-1][0], n
        else:
            found.append((n, n))
    return found


def _moved(stay: Mapping[int, Line]) -> list[int]:
    """The entries that must be taken out for the others to stand in their order: as few as there can be."""
    order = [n for n, _ in sorted(stay.items(), key=lambda each: each[1].number)]
    ends: list[int] = []  # ends[k]: the lowest number that a rising row of k + 1 entries ends with
    places: list[int] = []
    for n in order:
        k = bisect_left(ends, n)
        ends[k : k + 1] = [n]
        places.append(k)
    keep: set[int] = set()
    wanted = len(ends) - 1
    for n, k in zip(reversed(order), reversed(places), strict=True):
        if k == wanted and (not keep or n < min(keep)):
            keep.add(n)
            wanted -= 1
    return sorted(set(order) - keep)


def _altered(stay: Mapping[int, Line]) -> list[Finding]:
    """Entries that are not as they were written, and those that the next one was not written after."""
    findings = []
    for n, line in sorted(stay.items()):
        entry, after = line.entry, stay.get(n + 1)
        if entry is None:
            findings.append(Finding("altered", n, f"entry {n} was altered: line {line.number} cannot be read any more"))
        elif not entry.intact:
            findings.append(
                Finding("altered", n, f"entry {n} was altered: it does not have the hash it was sealed with")
            )
        elif n == 1 and entry.before != ZERO:
            findings.append(Finding("altered", n, "entry 1 was replaced: it was written after another"))
        elif after is not None and after.entry is not None and after.entry.intact and after.entry.before != entry.hash:
            findings.append(Finding("altered", n, f"entry {n} was replaced: entry {n + 1} was written after another"))
    return findings


def _against_head(stay: Mapping[int, Line], head: Head | None, clean: bool) -> list[Finding]:
    """Whether the head file names the entry that there is."""
    if head is None or head.n not in stay:
        return []
    line = stay[head.n]
    after = stay.get(head.n + 1)
    if line.entry is None or not line.entry.intact:
        return []  # said already
    if line.entry.hash != head.hash:
        named = f"the head file names another entry {head.n} than the one there is"
        if after is not None and after.entry is not None and after.entry.before == line.entry.hash:
            return [Finding("head", head.n, f"{named}: the head file was altered")]
        return [Finding("head", head.n, f"{named}: one of the two was altered")]
    if clean and line.size != head.size:
        return [Finding("head", head.n, "the head file was altered: it names another size than the file has")]
    return []
