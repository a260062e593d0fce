"""`counterproof evidence`: what is known of one model, as a folder of files with a page that opens offline."""

import argparse

from core.base.atomic_files import write_whole
from core.catalog import classifier_names
from core.cli.follow import Say
from core.cli.out_folder import expect_empty
from core.evidence.bundle import files
from core.evidence.collect import KINDS, collect
from core.runs.store import Store


def evidence(given: argparse.Namespace, say: Say) -> int:
    """Write the bundle; returns the exit code."""
    if given.model not in classifier_names():
        raise ValueError(f"there is no model {given.model!r}; `counterproof methods` lists them")
    expect_empty(given.out)
    found = collect(given.model, Store.usual().runs())
    for name, content in files(found).items():
        (given.out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(given.out / name, content)
    for each in found.measured:
        say(f"{KINDS[each.task]}: run {each.id}")
    for kind, command in found.missing.items():
        say(f"{KINDS[kind]}: not measured; measure it with: {command}")
    say(f"Written to {given.out}; open {given.out / 'evidence.html'}")
    return 0
