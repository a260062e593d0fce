"""What stands beside the trail and must agree with it: the receipts in runs' folders."""

from collections.abc import Mapping
from pathlib import Path

from core.audit.chain import runs_of
from core.audit.findings import Finding
from core.audit.read import Line
from core.audit.receipts import receipts
from core.base.run_folder import is_name

Receipts = Mapping[str, list[tuple[int, str]]]  # run -> (number, hash) of each receipt


def all_receipts(runs: Path) -> tuple[dict[str, list[tuple[int, str]]], list[Finding]]:
    """The receipts of every run that has a folder in `runs`, and those that cannot be read."""
    found: dict[str, list[tuple[int, str]]] = {}
    findings = []
    for folder in sorted(runs.iterdir()) if runs.is_dir() else []:
        if not is_name(folder.name) or not folder.is_dir():
            continue
        try:
            found[folder.name] = receipts(folder)
        except OSError as error:
            said = f"the receipts of run {folder.name} cannot be read: {error.strerror or error}"
            findings.append(Finding("receipt", 0, said))
    return found, findings


def against_receipts(stay: Mapping[int, Line], held: Receipts) -> list[Finding]:
    """Entries that a run's folder has a receipt for, and that are not there, or are others now."""
    findings = []
    for run, pairs in held.items():
        gone = sorted({n for n, _ in pairs if n not in stay})
        for first, last in runs_of(gone):
            span = f"entry {first}, which is" if first == last else f"entries {first} to {last}, which are"
            findings.append(Finding("receipt", first, f"run {run} holds receipts for {span} not in the trail"))
        for n, digest in pairs:
            entry = stay[n].entry if n in stay else None
            if entry is not None and entry.hash != digest:
                said = f"entry {n} is not the one that run {run} holds a receipt for"
                findings.append(Finding("receipt", n, said))
    return findings
