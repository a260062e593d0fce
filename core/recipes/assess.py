"""`python -m core.recipes.assess NAME ...`: measure shipped checkpoints and write the numbers on their cards.

What was interrupted goes on when the same command is given again: states lie in --out, by default in the data folder.
"""

import argparse
import sys
from pathlib import Path

from core.base.errors import with_advice
from core.base.paths import folder
from core.recipes.measurements import PARTS, USUAL, assess


def main(arguments: list[str] | None = None) -> int:
    """0 when every card is written; 2, with one sentence, when something does not fit."""
    parser = argparse.ArgumentParser(prog="python -m core.recipes.assess", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="source:checkpoint, as in `counterproof methods`")
    parser.add_argument("--count", type=int, default=1000, help="first images to attack (default 1000)")
    parser.add_argument("--maps", type=int, default=200, help="first images to explain (default 200)")
    parser.add_argument(
        "--only", default=",".join(USUAL), help=f"of {', '.join(PARTS)}; by default all but {PARTS[-1]}"
    )
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--batch", type=int, default=100, help="images AutoAttack attacks at once (default 100)")
    parser.add_argument(
        "--first",
        type=int,
        default=4,
        choices=range(1, 5),
        help="only so many of AutoAttack's four attacks (default all)",
    )
    parser.add_argument("--out", type=Path, help="folder for what an interrupted evaluation needs to go on")
    asked = parser.parse_args(arguments)
    only = [part.strip() for part in asked.only.split(",")]
    try:
        if unknown := sorted(set(only) - set(PARTS)):
            raise ValueError(f"expected parts among {', '.join(PARTS)}, got {', '.join(unknown)}")
        if asked.batch < 1:
            raise ValueError(f"expected a batch of at least 1 image, got {asked.batch}")
        for name in asked.names:
            assess(
                name, only, asked.out or folder("assessed"), count=asked.count, maps=asked.maps, device=asked.device,
                batch=asked.batch, first=asked.first, say=_say,
            )  # fmt: skip
    except (ValueError, OSError) as error:
        _say(with_advice(error))
        return 2
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
