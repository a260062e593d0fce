"""Whether the files that entries answer for are still those: settings, weights, masks, results, own models and data."""

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from core.audit.entry import Entry
from core.audit.events import ADDED, DELETED, ENDED, REMOVED, RUN_GOES_ON
from core.audit.findings import Finding
from core.audit.hashes import file_hash
from core.base.run_folder import METRICS, RESULT, is_name

GROWING = (METRICS, RESULT)  # other again once a run goes on
Going = Callable[[Path], bool]  # whether a worker is at the run in a folder


def against_files(entries: Iterable[Entry], home: Path, runs: Path, going: Going) -> tuple[list[Finding], list[str]]:
    """What does not fit, and notes. home, runs: the user's folder, and that of the runs.

    The last entry that names a file answers for it. A run that is going on is left alone, as is one that is elsewhere.
    """
    answering: dict[tuple[str, str], Entry] = {}
    last: dict[str, str] = {}
    for entry in entries:
        if entry.facts.get("elsewhere"):
            continue
        last.setdefault(entry.run, "")
        if entry.event in (*RUN_GOES_ON, ENDED, DELETED):
            last[entry.run] = entry.event
        for name in entry.files:
            answering[entry.run, name] = entry
        for name in entry.facts.get("removed", []) if entry.event == REMOVED else []:
            answering.pop(("", str(name)), None)
    findings, notes = _folders(last, runs)
    for (run, name), entry in sorted(answering.items(), key=lambda each: (each[1].n, each[0])):
        folder = runs / run if run else home
        gone = last.get(run) == DELETED or not folder.is_dir()
        grows = name in GROWING and last.get(run) != ENDED
        if (run and (not is_name(run) or gone or going(folder))) or grows:
            continue
        said = _differs(folder, name, entry, ended=last.get(run) == ENDED)
        if said and entry.event == ADDED and not (folder / name).exists():
            notes.append(said)
        elif said:
            findings.append(Finding("file", entry.n, said))
    return findings, notes


def _folders(last: dict[str, str], runs: Path) -> tuple[list[Finding], list[str]]:
    """Runs whose folder is gone without a word, and how many runs the trail knows nothing of."""
    findings = [
        Finding("file", 0, f"the folder of run {run} is gone, and no entry says that it was deleted")
        for run, event in sorted(last.items())
        if run and event != DELETED and is_name(run) and not (runs / run).is_dir()
    ]
    there = {path.name for path in runs.iterdir() if is_name(path.name)} if runs.is_dir() else set()
    if unknown := len(there - set(last)):
        return findings, [f"runs that the trail knows nothing of, as they were made before it: {unknown}"]
    return findings, []


def _differs(folder: Path, name: str, entry: Entry, ended: bool) -> str:
    """Why a file is not what an entry says; "" if it is."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return f"entry {entry.n} names a file outside of its folder"
    of = f"{name} of run {entry.run}" if entry.run else name
    try:
        same = file_hash(folder / name) == entry.files[name]
    except FileNotFoundError:
        return f"{of} is gone, which entry {entry.n} answers for"
    except OSError as error:
        return f"{of} cannot be read: {error.strerror or error}"
    if same:
        return ""
    killed = "" if ended or not entry.run else "; a run that was killed while it wrote can leave this, too"
    return f"{of} is not the file that entry {entry.n} answers for{killed}"
