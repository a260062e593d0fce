"""What was tidied, and the limits, in lines for people."""

from collections.abc import Mapping

from core.operations.retention.limits import KINDS
from core.operations.retention.tidy import Tidied
from core.operations.sizes import in_words

MOST_NAMED = 20


def told(done: Tidied, limits: Mapping[str, int], *, dry: bool) -> list[str]:
    """A line for each kind, below it what goes by name."""
    would = "would be removed" if dry else "removed"
    lines = []
    for kind in KINDS:
        gone, stays = done.gone.get(kind, ()), done.kept.get(kind, 0)
        limit = f"at most {in_words(limits[kind])}" if kind in limits else "no limit"
        left = ""
        if kind in limits and stays > limits[kind]:
            left = "; still above the limit: the rest is needed, or was used within the last hour"
        size = in_words(sum(each.size for each in gone))
        what = f"{len(gone)} {would} ({size}), " if gone else "nothing to remove, "
        lines.append(f"{kind:<9}{what}{in_words(stays)} kept, {limit}{left}")
        lines += [f"         {_name(each.paths[0].parent.name, each.paths[0].name)}  {in_words(each.size)}"
                  for each in gone[:MOST_NAMED]]  # fmt: skip
        lines += [f"         and {len(gone) - MOST_NAMED} more"] if len(gone) > MOST_NAMED else []
    count, taken = done.deleted
    if count:
        lines.append(f"cases    {count} deleted more than 30 days ago {would} ({in_words(taken)})")
    else:
        lines.append("cases    none was deleted more than 30 days ago")
    return [*lines, *(f"{each}." for each in done.failed)]


def _name(folder: str, name: str) -> str:
    return f"{folder}/{name}"
