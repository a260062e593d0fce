"""What every command does that measures in a run and writes files of it: submit, follow, tell, write."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.base.atomic_files import write_whole
from core.catalog import classifier_names
from core.cli.follow import Say, follow_run
from core.cli.out_folder import expect_empty, expect_new
from core.cli.places import expect_device, submitted
from core.runs.run import Run

Result = Mapping[str, Any]


def measured(
    task: str, arguments: Mapping[str, Any], models: Sequence[str], given: argparse.Namespace, say: Say, *,
    told: Callable[[Result], str], files: Callable[[Result, Run], Mapping[str, bytes]], one: str = "",
) -> int:  # fmt: skip
    """Submit a task and follow it, or leave it to itself where `given.detach`; returns the exit code.

    told: what its result says; files: file name -> content, written to the folder `given.out` if that is asked for;
    one: the only one that is, to the file `given.out`.
    """
    known = classifier_names()
    if unknown := [name for name in models if name not in known]:
        raise ValueError(f"there is no model {unknown[0]!r}; `counterproof methods` lists them")
    expect_device(given)
    (expect_new if one else expect_empty)(given.out)
    run = submitted(task, arguments, given)
    say(f"Run {run.id}")
    if given.detach:
        say(f"It goes on by itself. See it with: counterproof runs follow {run.id}")
        return 0
    code = follow_run(run, say)
    if (result := run.result()) and run.status.state == "completed":
        say(told(result))
        if given.out:
            made = files(result, run)
            for name, content in made.items():
                if one in ("", name):
                    write_whole(given.out if one else given.out / name, content)
            say(f"Written to {given.out}" + ("" if one else f": {', '.join(made)}"))
    return code
