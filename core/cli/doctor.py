"""`counterproof doctor`: what is there, what is not, and what to do about it."""

import argparse
import json

from core.cli.follow import Say
from core.operations.doctor import checks, examined
from core.operations.finding import as_json, problems, table


def doctor(given: argparse.Namespace, say: Say) -> int:
    """Look at everything; returns the exit code, 1 where something does not work."""
    found = list(examined(checks(given.port, network=given.network)))
    say(json.dumps(as_json(found), indent=1) if given.json else table(found))
    count = problems(found)
    if not given.json:
        say(f"\n{count} {'problem' if count == 1 else 'problems'}" if count else "\nEverything that is needed is there")
    return int(count > 0)
