"""`python -m core.recipes [NAME ...]`: train shipped checkpoints; those for a CPU if none is named.

Data come from $COUNTERPROOF_DATA, the data folder or a download; results go to assets/checkpoints. What was interrupted
goes on when the same command is given again.
"""

import argparse
import sys

from core.base.errors import with_advice
from core.recipes.defence_checkpoints import DEFENCES
from core.recipes.shipped_checkpoints import ON_A_GPU, RECIPES
from core.recipes.train_checkpoint import train


def main() -> None:
    """Train the checkpoints that are named; all that a CPU can make in an hour or two if none is."""
    on_a_cpu = RECIPES | DEFENCES
    known = on_a_cpu | ON_A_GPU
    parser = argparse.ArgumentParser(prog="python -m core.recipes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"there is no recipe {', '.join(unknown)}")
    for name in asked.names or on_a_cpu:
        try:
            train(name, known[name], {"cuda": "cuda:0"}.get(asked.device, asked.device))
        except (ValueError, OSError) as error:
            sys.exit(with_advice(error))


if __name__ == "__main__":
    main()
