"""What each sub-command does, from its arguments to its exit code; what it needs is imported only then.

Once all is imported, Ctrl-C raises KeyboardInterrupt again (core.base.interruption).
"""

import argparse
import subprocess
import sys
from pathlib import Path

from core.base.interruption import raise_again
from core.base.plain_line import printable
from core.cli.out_folder import expect_ready


def _say(text: str) -> None:
    """Print `text`, at once; whatever it quotes, it does not steer the terminal."""
    print(printable(text), flush=True)


def run_app(given: argparse.Namespace) -> int:
    from core.base.paths import ROOT

    raise_again()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py")]
    command += ["--server.port", str(given.port), "--server.headless", str(given.no_browser).lower()]
    return subprocess.call(command, cwd=ROOT)


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


def run_import(given: argparse.Namespace) -> int:
    from core.cli.import_weights import import_weights

    raise_again()
    return import_weights(given, _say)


def run_refine(given: argparse.Namespace) -> int:
    from core.cli.refine import refine

    raise_again()
    return refine(given, _say)


def run_evaluate(given: argparse.Namespace) -> int:
    from core.cli.evaluate import evaluate

    raise_again()
    return evaluate(given, _say)


def run_corruptions(given: argparse.Namespace) -> int:
    from core.cli.corruptions import corruptions

    raise_again()
    return corruptions(given, _say)


def run_ara(given: argparse.Namespace) -> int:
    from core.cli.ara import ara

    raise_again()
    return ara(given, _say)


def run_explainers(given: argparse.Namespace) -> int:
    from core.cli.explainers import explainers

    raise_again()
    return explainers(given, _say)


def run_evidence(given: argparse.Namespace) -> int:
    from core.cli.evidence import evidence

    raise_again()
    return evidence(given, _say)


def run_masking(given: argparse.Namespace) -> int:
    from core.cli.masking import masking

    raise_again()
    return masking(given, _say)


def run_runs(given: argparse.Namespace) -> int:
    from core.cli.runs import act

    raise_again()
    return act(given.verb, given.names, _say, now=given.now)


def run_audit(given: argparse.Namespace) -> int:
    from core.cli.audit import audit

    raise_again()
    return audit(given, _say)


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
