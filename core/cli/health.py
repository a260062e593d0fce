"""`counterproof health`: whether a running dashboard works, for probes. Nothing heavy is loaded."""

import argparse
import json
from collections.abc import Callable

from core.operations.finding import as_json, problems, table
from core.operations.health import health as looked_at


def health(given: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Ask the dashboard and look at its folder; returns the exit code, 1 where something does not work."""
    found = looked_at(given.url)
    say(json.dumps(as_json(found), indent=1) if given.json else table(found))
    return int(problems(found) > 0)
