"""The arguments of every command that makes a run or resumes one: where it is to run, and what it needs there."""

import argparse

VERBS = {
    "list": "every run: id, state, progress, what it is", "stop": "stop and save", "resume": "go on where it stopped",
    "follow": "tell what is new until it ends", "delete": "delete its folder",
    "plan": "what many images would take, from the times of a run that has completed",
}  # fmt: skip


def place(made: argparse.ArgumentParser) -> None:
    made.add_argument("--on", default="", metavar="PLACE", help="local, slurm, ray or torchrun, with what it wants "
                      "to know: slurm:partition=gpu,account=lab (default: $COUNTERPROOF_LAUNCHER, else local); see "
                      "docs/launchers.md")  # fmt: skip
    made.add_argument("--gpus", type=int, metavar="N", help="GPUs to ask that place for (not local: see --device)")
    made.add_argument("--nodes", type=int, metavar="N", help="machines that a refinement is to work on at once (slurm, "
                      "torchrun), each with that many GPUs")  # fmt: skip
    made.add_argument("--cpus", type=int, metavar="N", help="processor cores to ask that place for")
    made.add_argument("--memory", type=float, metavar="GB", help="memory to ask that place for")
    made.add_argument("--hours", type=float, metavar="H", help="time to ask that place for; then it saves and goes on")


def parts(made: argparse.ArgumentParser) -> None:
    """Of a command whose run can be divided; see docs/sharding.md."""
    made.add_argument("--parts", type=int, default=1, metavar="N", help="divide the images into N ranges, each a job "
                      "of its own, made side by side: the numbers are those of one job with as many threads; see "
                      "docs/sharding.md")  # fmt: skip
    made.add_argument("--threads", type=int, default=0, metavar="N", help="of each job (default: all cores but one; of "
                      "parts, what each can have)")  # fmt: skip


def plan(made: argparse.ArgumentParser) -> None:
    made.add_argument("--images", type=int, default=1_000_000, metavar="N", help="how many (default 1000000)")
    made.add_argument("--hours-each", type=float, default=1.0, metavar="H", help="of work in a part (default 1)")
    made.add_argument("--workers", type=int, default=1, metavar="N", help="parts at work at once (default 1)")


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
        if verb == "plan":
            plan(part)
        part.set_defaults(verb=verb)
