"""The one pool of a server."""

import atexit
from collections.abc import Callable
from functools import cache

from core.workers import size
from core.workers.pool import Pool


@cache
def shared(prepare: Callable[[], object] | None = None) -> Pool | None:
    """The pool of this process; None where none is wanted. ValueError if $COUNTERPROOF_WORKERS is no whole number."""
    count = size.wanted()
    if not count:
        return None
    pool = Pool(count, size.threads(), prepare)
    atexit.register(pool.close)
    return pool
