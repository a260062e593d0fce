"""The commands of who runs a dashboard: what is there, whether it works, what is kept."""

import argparse
from typing import Any

from core.cli import commands


def add(parts: Any) -> None:
    """Add them to the sub-commands."""
    doctor = parts.add_parser("doctor", help="what is there, what is not, and what to do about it")
    doctor.add_argument("--network", action="store_true", help="also ask where data and weights are fetched from")
    doctor.add_argument("--port", type=int, default=8501, help="of the dashboard (default 8501)")
    health = parts.add_parser("health", help="whether a running dashboard works; for probes")
    health.add_argument("--url", default="http://127.0.0.1:8501", metavar="URL", help="where it is, with its base "
                        "path (default http://127.0.0.1:8501)")  # fmt: skip
    for part in (doctor, health):
        part.add_argument("--json", action="store_true", help="as JSON")
    tidy = parts.add_parser("tidy", help="remove what your limits leave no room for, and cases deleted long ago")
    either: argparse._MutuallyExclusiveGroup = tidy.add_mutually_exclusive_group()
    either.add_argument("--dry-run", action="store_true", help="only tell what would go")
    either.add_argument("--set", nargs="+", default=[], metavar="KIND=SIZE", dest="limits", help="set limits, such "
                        "as uploads=5GB studies=2GB runs=50GB logs=20MB; none: no limit")  # fmt: skip
    for name, part in {"doctor": doctor, "health": health, "tidy": tidy}.items():
        part.set_defaults(run=commands.late(name))
