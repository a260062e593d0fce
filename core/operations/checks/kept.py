"""What people have made: the folder for it, the casebook, the audit trail, runs and how they are started."""

from core.audit.state_words import state
from core.audit.verify import verify
from core.base.errors import with_advice
from core.base.paths import VARIABLES, home, unkept
from core.base.plain_line import plain_line
from core.base.run_folder import runs_folder
from core.casebook.casebook import Casebook
from core.casebook.places import DATABASE, casebook_folder
from core.operations.finding import Finding
from core.runs.launchers import catalogue, launcher
from core.runs.status import read_status
from core.runs.store import Store


def folder() -> Finding:
    """Whether anything can be kept at all."""
    if why := unkept():
        advice = f"Let this account write there, or set {VARIABLES[0]} to a folder where it may."
        return Finding("folder", f"nothing can be kept: {why}", "problem", advice)
    return Finding("folder", f"{home()} can be written to")


def casebook() -> Finding:
    """Whether the casebook opens; it is not made where there is none yet."""
    if not (casebook_folder() / DATABASE).exists():
        return Finding("casebook", "no case has been saved yet")
    try:
        count = Casebook.usual().count()
    except (OSError, ValueError) as error:
        advice = f"Put the folder {casebook_folder()} back from a copy; nothing of it was changed."
        return Finding("casebook", plain_line(with_advice(error)), "problem", advice)
    return Finding("casebook", f"opens, {count:,} {'case' if count == 1 else 'cases'}")


def trail() -> Finding:
    """Whether the audit trail is whole."""
    try:
        report = verify(going=lambda folder: read_status(folder).alive)
    except OSError as error:
        return Finding("audit trail", plain_line(with_advice(error)), "problem", "Let this account read it.")
    said = state(report).rstrip(".")
    if report.whole:
        return Finding("audit trail", said)
    return Finding("audit trail", said, "problem", "`counterproof audit verify` names every finding.")


def runs() -> Finding:
    """How the runs stand."""
    try:
        states = [run.status.state for run in Store(runs_folder()).runs()]
    except (OSError, ValueError) as error:
        return Finding("runs", plain_line(with_advice(error)), "problem", "Let this account read them.")
    told = ", ".join(f"{states.count(each)} {each}" for each in dict.fromkeys(states)) or "none yet"
    if broken := [each for each in states if each in ("lost", "unreadable")]:
        return Finding("runs", told, "note", f"Resume or delete the {broken[0]} ones: `counterproof runs`.")
    return Finding("runs", told)


def launchers() -> list[Finding]:
    """Which engines can start runs from here; the one that the environment names must."""
    try:
        chosen = launcher()
    except ValueError as error:
        return [Finding("launcher", str(error), "problem", "Set COUNTERPROOF_LAUNCHER to one of those, or unset it.")]
    findings = []
    for key, kind in catalogue().items():
        usual = key == chosen.key
        each = chosen if usual else kind()
        if why := plain_line(each.obstacle()):
            advice = "Unset COUNTERPROOF_LAUNCHER to start runs on this machine." if usual else ""
            findings.append(Finding(f"launcher {key}", why, "problem" if usual else "note", advice))
        else:
            said = ", ".join(filter(None, ("starts runs unless told otherwise" if usual else "can start runs",
                                           plain_line(each.offer()))))  # fmt: skip
            findings.append(Finding(f"launcher {key}", said))
    return findings
