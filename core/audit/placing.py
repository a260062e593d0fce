"""Which line is which entry: lines put in by others are told from the entries that were there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.audit.entry import ZERO
from core.audit.findings import Finding
from core.audit.head import Head
from core.audit.read import Line

Placed = Mapping[int, Line]  # number of the entry -> its line


def placed(lines: Sequence[Line], head: Head | None) -> tuple[dict[int, Line], list[Finding]]:
    """The line of every entry that there is, by its number, and the lines that are no entries of this chain.

    Of several lines with one number the one stays that its neighbours name.
    """
    claims = _claims(lines)
    chosen = {n: max(those, key=lambda line: _fit(n, line, claims, head)) for n, those in claims.items()}
    top = _top(chosen, head)
    findings = []
    for n, those in sorted(claims.items()):
        for line in those:
            if line is not chosen[n]:
                copy = line.raw == chosen[n].raw
                what = f"it is a second copy of entry {n}" if copy else f"it calls itself entry {n}, which is another"
                findings.append(Finding("inserted", n, f"line {line.number} was inserted: {what}"))
            elif n > top:
                what = f"it calls itself entry {n}, but was not written after the entries before it"
                findings.append(Finding("inserted", n, f"line {line.number} was inserted: {what}"))
    stay = {n: line for n, line in chosen.items() if n <= top}
    known = {line.number for those in claims.values() for line in those}
    for line in lines:
        if line.number not in known:
            findings.append(Finding("inserted", 0, f"line {line.number} was inserted: it is no entry"))
    return stay, findings


def _claims(lines: Sequence[Line]) -> dict[int, list[Line]]:
    """Number -> the lines that may be this entry. Of an altered line its neighbours tell, then its place."""
    intact = [line.entry for line in lines if line.entry is not None and line.entry.intact]
    named_before = {entry.before: entry.n for entry in intact}
    numbered = {entry.hash: entry.n for entry in intact}
    claims: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.entry is not None:
            entry = line.entry
            n = entry.n
            if not entry.intact and entry.hash in named_before:
                n = named_before[entry.hash] - 1
            elif not entry.intact and entry.before in numbered:
                n = numbered[entry.before] + 1
            claims[n].append(line if n == entry.n else replace(line, entry=replace(entry, n=n)))
    taken = set(claims)
    numbers = {line.number: n for n, those in claims.items() for line in those}
    for line in lines:  # unreadable: an entry where just one is missing at its place
        if line.entry is None:
            here = numbers.get(line.number - 1, 0) + 1
            if here not in taken:
                claims[here].append(line)
                taken.add(here)
                numbers[line.number] = here
    return claims


def _fit(n: int, line: Line, claims: Mapping[int, list[Line]], head: Head | None) -> tuple[int, ...]:
    """How well a line fits as entry `n`: what comes after it counts most, as it was written when this one was there."""
    entry = line.entry
    if entry is None:
        return (0, 0, 0, -line.number)
    after = any(each.entry is not None and each.entry.before == entry.hash for each in claims.get(n + 1, ()))
    after = after or (head is not None and (head.n, head.hash) == (n, entry.hash))
    first = n == 1 and entry.before == ZERO
    before = first or any(each.entry is not None and each.entry.hash == entry.before for each in claims.get(n - 1, ()))
    return (int(after and entry.intact), int(before and entry.intact), int(entry.intact), -line.number)


def _top(chosen: Placed, head: Head | None) -> int:
    """The last number that the chain reaches: the head's, or further, as long as each entry names the one before."""
    linked = [n for n in chosen if _links(chosen.get(n - 1), chosen[n])]
    top = head.n if head is not None else max(linked, default=1)
    before = {head.hash} if head is not None else set()
    while True:
        here, line = chosen.get(top), chosen.get(top + 1)
        before |= {here.entry.hash} if here is not None and here.entry is not None else set()
        if line is None or (line.entry is not None and line.entry.before not in before):
            return top
        top, before = top + 1, set()


def _links(before: Line | None, line: Line) -> bool:
    first, second = before.entry if before else None, line.entry
    return first is not None and second is not None and second.before == first.hash
