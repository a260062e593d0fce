"""What each sub-command does, from its arguments to its exit code; what it needs is imported only then.

Once all is imported, Ctrl-C raises KeyboardInterrupt again (core.base.interruption).
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from core.base.interruption import raise_again
from core.base.plain_line import printable
from core.cli.out_folder import expect_ready

Command = Callable[[argparse.Namespace, Callable[[str], None]], int]


def _say(text: str) -> None:
    """Print `text`, at once; whatever it quotes, it does not steer the terminal."""
    print(printable(text), flush=True)


def run_app(given: argparse.Namespace) -> int:
    from core.access.switch import VARIABLE as SIGN_IN
    from core.base.paths import ROOT

    raise_again()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    command += ["--server.port", str(given.port), "--server.headless", str(given.no_browser).lower()]
    if given.without_sign_in:
        os.environ[SIGN_IN] = "off"
    command += ["--server.address", given.address] if given.address else []
    os.chdir(ROOT)
    os.execv(sys.executable, command)  # in this process's place: what stops it stops the dashboard


def run_methods(given: argparse.Namespace) -> int:
    from core.cli.methods import listing, parameters

    raise_again()
    _say(parameters(given.key) if given.key else listing())
    return 0


def run_data(given: argparse.Namespace) -> int:
    from core.cli.data import description, listing

    raise_again()
    _say(description(given.name, fetch=given.fetch) if given.name else listing())
    return 0


def run_attack(given: argparse.Namespace) -> int:
    from core.cli.attack import report, study_of

    raise_again()
    inputs = [Path(given.image)]
    expect_ready(given.out, inputs)
    study = study_of(given)
    _say(report(study))
    if given.out:
        from core.bundles.write import save

        save(study, given.out, inputs=inputs)
        _say(f"Written to {given.out}")
    return 0 if study.attacked is not None and study.attacked.fooled else 1


def late(module: str) -> Callable[[argparse.Namespace], int]:
    """The command that is told of in core/cli/MODULE.py, in a function of the same name."""

    def run(given: argparse.Namespace) -> int:
        found: Command = getattr(importlib.import_module(f"core.cli.{module}"), module)
        raise_again()
        return found(given, _say)

    return run


def run_runs(given: argparse.Namespace) -> int:
    from core.cli.places import place_of
    from core.cli.run_plan import run_plan
    from core.cli.runs import act

    raise_again()
    if given.verb == "plan":
        return run_plan(given, _say)
    on, needs = place_of(given)
    return act(given.verb, given.names, _say, now=given.now, on=on, needs=needs)


def run_study(given: argparse.Namespace) -> int:
    from core.bundles.write import save
    from core.cli.study import again

    raise_again()
    inputs = [given.manifest, *(given.manifest.parent / name for name in ("original.png", "arrays.npz"))]
    expect_ready(given.out, inputs)
    study, text, same = again(given.manifest)
    _say(text)
    if given.out:
        save(study, given.out, inputs=inputs)
        _say(f"Written to {given.out}")
    return 0 if same else 1
