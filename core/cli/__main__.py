"""`counterproof COMMAND` and `python -m core.cli COMMAND`: Ctrl-C is heard from the first moment to the last."""

import sys

from core.base.interruption import end_at_once


def main() -> int:
    """core.cli.parser.main, which is loaded once Ctrl-C no longer shows a traceback."""
    end_at_once()
    from core.cli import parser

    code = parser.main()
    end_at_once()  # nothing is left but to leave
    return code


if __name__ == "__main__":
    sys.exit(main())
