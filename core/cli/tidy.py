"""`counterproof tidy`: remove what the owner's limits leave no room for."""

import argparse
from collections.abc import Callable

from core.operations.retention.limits import KINDS, limits, limits_file, set_limits
from core.operations.sizes import in_words


def tidy(given: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Set limits and tell them, or tidy up; returns the exit code, 1 where something could not be removed."""
    if given.limits:
        found = set_limits(dict(map(_pair, given.limits)))
        for kind, what in KINDS.items():
            say(f"{kind:<9}{in_words(found[kind]) if kind in found else 'no limit':<12}{what}")
        say(f"Written to {limits_file()}; `counterproof tidy --dry-run` tells what would go.")
        return 0
    from core.operations.retention.tidy import tidy as tidied  # brings the casebook
    from core.operations.retention.words import told

    wanted = limits()
    done = tidied(wanted, dry=given.dry_run)
    for line in told(done, wanted, dry=given.dry_run):
        say(line)
    return int(bool(done.failed))


def _pair(text: str) -> tuple[str, str]:
    kind, equals, size = text.partition("=")
    if not equals:
        raise ValueError(f"expected a limit such as uploads=5GB, got {text[:40]!r}")
    return kind, size
