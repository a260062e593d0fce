"""The arguments of every command that makes a run or resumes one: where it is to run, and what it needs there."""

import argparse

VERBS = {
    "list": "every run: id, state, progress, what it is", "stop": "stop and save", "resume": "go on where it stopped",
    "follow": "tell what is new until it ends", "delete": "delete its folder",
}  # fmt: skip


def place(made: argparse.ArgumentParser) -> None:
    made.add_argument("--on", default="", metavar="PLACE", help="local, slurm or ray, with what it wants to know: "
                      "slurm:partition=gpu,account=lab (default: $COUNTERPROOF_LAUNCHER, else local); see "
                      "docs/launchers.md")  # fmt: skip
    made.add_argument("--gpus", type=int, metavar="N", help="GPUs to ask that place for (not local: see --device)")
    made.add_argument("--cpus", type=int, metavar="N", help="processor cores to ask that place for")
    made.add_argument("--memory", type=float, metavar="GB", help="memory to ask that place for")
    made.add_argument("--hours", type=float, metavar="H", help="time to ask that place for; then it saves and goes on")


def runs(made: argparse.ArgumentParser) -> None:
    """The verbs of `counterproof runs`; `list` where none is said."""
    made.set_defaults(verb="list", names=[], now=False)
    verbs = made.add_subparsers(metavar="VERB")
    for verb, help in VERBS.items():
        part = verbs.add_parser(verb, help=help)
        part.add_argument("names", nargs="*", metavar="ID")
        if verb == "stop":
            part.add_argument("--now", action="store_true", help="stop without saving")
        if verb == "resume":
            place(part)
        part.set_defaults(verb=verb)
