"""`counterproof audit`: check the audit trail, list its entries, take it along."""

import argparse

from core.audit import people_words, words
from core.audit.export import as_lines, as_page
from core.audit.state_words import LIMITS, state
from core.audit.verify import verify
from core.base.atomic_files import write_whole
from core.base.plain_line import plain_line
from core.base.run_folder import LOCK
from core.cli.follow import Say
from core.cli.out_folder import expect_new
from core.runs.files import held


def audit(given: argparse.Namespace, say: Say) -> int:
    """Do what the verb says; returns the exit code: 1 where `verify` finds that the trail is not whole."""
    if given.verb == "verify":
        return _verify(given.expect, say)
    report = verify(files=False)
    if given.verb == "list":
        for entry in words.of_run(report.entries, given.of) if given.of else report.entries:
            run = f" {plain_line(entry.run, 40)}:" if entry.run else ""
            weights = words.weights_of(entry)
            out = f"; best weights {weights[:16]}" if weights else ""
            altered = "" if entry.intact else " (ALTERED)"
            who = plain_line(people_words.who(entry), 60)
            say(f"{entry.n:>5}  {words.moment(entry.time)}  {who} {run} {words.sentence(entry)}{out}{altered}")
        say(state(report))
        return 0
    expect_new(given.out)
    write_whole(given.out, as_page(report, given.of) if given.format == "html" else as_lines(given.of))
    say(f"Written to {given.out}")
    return 0


def _verify(expect: str, say: Say) -> int:
    report = verify(expect, going=lambda folder: held(folder / LOCK))
    for finding in report.findings:
        say(f"{finding.kind}: {plain_line(finding.said, 500)}.")
    for note in report.notes:
        say(f"Note: {plain_line(note, 500)}.")
    say(state(report))
    if report.head:
        say(f"The hash of the last entry, to be noted elsewhere: {report.head}")
    say(LIMITS)
    return 0 if report.whole else 1
