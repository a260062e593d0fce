"""The arguments of `counterproof trial`."""

from pathlib import Path
from typing import Any

from core.cli import commands, place_arguments


def positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError("expected a number from 1")
    return number


def add(parts: Any) -> None:
    """Add it to the sub-commands."""
    made = parts.add_parser("trial", help="does a recipe pay? Train it and its controls by a plan, and judge all")
    made.set_defaults(run=commands.late("trial"))
    place_arguments.place(made)
    made.add_argument("plan", type=Path, metavar="PLAN", help="a plan in TOML: see docs/trials.md")
    made.add_argument("--test", action="store_true", help="judge on test images, once all is judged on reserved "
                      "training images")  # fmt: skip
    made.add_argument("--arms", metavar="A,B", help="only these beside the recipe")
    made.add_argument("--seeds", type=int, nargs="+", metavar="N", help="these instead of the plan's")
    made.add_argument("--epochs-only", action="store_true", help="without the comparison for equal gradient "
                      "evaluations")  # fmt: skip
    made.add_argument("--at-once", type=positive, metavar="N", help="runs at work or queued at once (default: two for "
                      "each device here, all at an engine)")  # fmt: skip
    made.add_argument("--device", default="cpu", help="cpu, cuda:0; of cuda:0,cuda:1 each training takes one in turn")
    made.add_argument("--out", type=Path, metavar="FOLDER", help="where outcomes and report are kept (default: trials/ "
                      "in the user's folder)")  # fmt: skip
