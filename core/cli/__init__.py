"""`counterproof`: the engine from a shell, a file for each command."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """core.cli.parser.main, where a script of an earlier installation looks for it."""
    from core.cli import parser

    return parser.main(arguments)
