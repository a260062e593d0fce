"""`counterproof`: the same engine from a shell. Exit codes: 0 as hoped, 1 not so, 2 bad input, 130 interrupted,
141 where nobody reads on.

attack: 0 the model was fooled, 1 it held. study: 0 the numbers are the manifest's, 1 they differ. What makes a run:
0 the run has completed, 1 it failed, was stopped or got lost. audit verify, doctor, health: 0 all is well, 1 it is not.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from core.base.errors import with_advice
from core.base.interruption import INTERRUPTED, end_at_once, raise_again
from core.base.paths import settle
from core.base.plain_line import plain_line
from core.cli import arguments, commands, measuring_arguments, operations_arguments, place_arguments, trial_arguments
from core.cli.out_folder import out_folder
from core.runs.tasks import DIVISIBLE

MEASURES = {  # command -> what it does; its arguments are told in core/cli/measuring_arguments.py
    "evaluate": "measure what models withstand: attacks x strengths on a data set",
    "corruptions": "measure models on common corruptions of a data set",
    "ara": "how far images lie from a wrong answer, and the accuracy-robustness area",
    "explainers": "are explanations any good? Explainers by metrics, beside two floors",
    "detect": "tell attacked images from their explanations, also where the attacker knows of it",
    "batch": "attack and explain many pictures: a folder, a ZIP or a data set, a row and a case for each",
    "evidence": "what is known of a model's robustness, as a folder of files",
    "masking": "whether a model masks its gradients instead of withstanding attacks",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, whatever they hold."""

    def error(self, message: str) -> NoReturn:
        super().error(plain_line(message))


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    end_at_once()  # a command hears Ctrl-C itself once it is loaded
    settle()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a name that the terminal has no letters for is no failure
    try:
        return _run(given)
    finally:
        raise_again()


def _run(words: Sequence[str] | None) -> int:
    try:
        try:
            given = parser().parse_args(words)
        finally:
            sys.stdout.flush()  # of --help
    except BrokenPipeError:
        return unread()
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        return unread()
    except (ValueError, OSError) as error:
        sys.stderr.write(f"counterproof: {with_advice(error)}\n")
        return 2
    except _interrupts():
        sys.stderr.write("counterproof: interrupted\n")
        return INTERRUPTED
    return code


def _interrupts() -> tuple[type[BaseException], ...]:
    """What ends a command early; what only a loaded module can raise brings no torch to --help and health."""
    loaded = sys.modules.get("core.base.cancellation")
    return (KeyboardInterrupt, loaded.Cancelled) if loaded else (KeyboardInterrupt,)


def unread() -> int:
    """The exit code where who reads has seen enough, such as `head`; what is still to be written goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 141


def parser() -> argparse.ArgumentParser:
    """The command line: one sub-command each."""
    made = Parser("counterproof", description="Attack an image classifier and see where it looked.")
    parts = made.add_subparsers(required=True, metavar="COMMAND")
    app = parts.add_parser("app", help="open the dashboard in a browser, on this machine only unless told")
    app.add_argument("--port", type=int, default=8501)
    app.add_argument("--address", default="", help="listen here instead, 0.0.0.0 for all; asks for sign-in")
    app.add_argument("--without-sign-in", action="store_true", help="let everybody who reaches it do everything")
    app.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    app.set_defaults(run=commands.run_app)
    methods = parts.add_parser("methods", help="list classifiers, attacks, explainers and measures")
    methods.add_argument("key", nargs="?", help="show one method with its parameters")
    methods.set_defaults(run=commands.run_methods)
    attack = parts.add_parser("attack", help="attack one picture")
    arguments.case(attack)
    attack.set_defaults(run=commands.run_attack, maps="")
    explain = parts.add_parser("explain", help="attack one picture and draw the maps before and after")
    arguments.case(explain)
    explain.add_argument("--maps", default="grad_cam_pp,integrated_gradients,lime", help="explainers, by key")
    explain.add_argument("--explained", choices=("answer", "original"), default="answer")
    explain.add_argument("--controls", type=int, default=3, metavar="N", help="draws of each control (default 3)")
    explain.set_defaults(run=commands.run_attack)
    study = parts.add_parser("study", help="compute the numbers of a downloaded case again")
    study.add_argument("manifest", type=Path)
    study.add_argument("--out", type=out_folder, metavar="FOLDER", help="write the new bundle here")
    study.set_defaults(run=commands.run_study)
    data = parts.add_parser("data", help="list the data sets for training, or describe one")
    data.add_argument("name", nargs="?", help="a name, an .npz file, or a folder with one folder of pictures per class")
    data.add_argument("--fetch", action="store_true", help="bring it onto this machine now")
    data.set_defaults(run=commands.run_data)
    weights = parts.add_parser("import-weights", help="add a model of your own from a file of weights")
    arguments.import_weights(weights)
    weights.set_defaults(run=commands.late("import_weights"))
    refine = parts.add_parser("refine", help="train a classifier anew with an objective, in a run of its own")
    arguments.refine(refine)
    place_arguments.place(refine)
    refine.set_defaults(run=commands.late("refine"))
    for name, help in MEASURES.items():
        measure = parts.add_parser(name, help=help)
        getattr(measuring_arguments, name)(measure)
        if name != "evidence":
            place_arguments.place(measure)
        if name in DIVISIBLE:
            place_arguments.parts(measure)
        measure.set_defaults(run=commands.late(name))
    audit = parts.add_parser("audit", help="the audit trail: check it, list it, take it along")
    arguments.audit(audit)
    audit.set_defaults(run=commands.late("audit"))
    kept = parts.add_parser("cases", help="the casebook: list, show, delete and restore cases")
    arguments.cases(kept)
    kept.set_defaults(run=commands.late("cases"))
    trial_arguments.add(parts)
    operations_arguments.add(parts)
    runs = parts.add_parser("runs", help="list runs; stop, resume, follow or delete them")
    place_arguments.runs(runs)
    runs.set_defaults(run=commands.run_runs)
    return made


if __name__ == "__main__":
    sys.exit(main())
