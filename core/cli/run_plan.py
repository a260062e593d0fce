"""`counterproof runs plan`: what many images would take, from the times that a completed run has measured."""

import argparse
import math

from core.batch.collection import MOST as MOST_PICTURES
from core.batch.cost import in_words
from core.cli.follow import Say
from core.detection.request import COUNTS as DETECTED
from core.robustness.request import COUNTS as EVALUATED
from core.runs.parts.plan import Measured, Plan, measured, plan
from core.runs.rows import LARGEST
from core.runs.store import Store

MOST = {"batch": MOST_PICTURES, "evaluate": EVALUATED["count"], "detect": DETECTED["testing"]}  # images in one run


def run_plan(given: argparse.Namespace, say: Say) -> int:
    """Print the plan for every run named; returns the exit code."""
    if not given.names:
        raise ValueError("name a completed run to compute from; `counterproof runs` lists them")
    for run in map(Store.usual().run, given.names):
        known = measured(run)
        say(words(known, plan(known, given.images, given.hours_each, given.workers), given))
    return 0


def words(known: Measured, made: Plan, given: argparse.Namespace) -> str:
    """Measured first, computed from it below, and what is not covered."""
    threads = f"{known.threads} thread{'' if known.threads == 1 else 's'}"
    lines = [f"Measured on {known.images:,} images by {known.task}, {threads} each job"
             f"{'' if known.said else ' (all cores of this machine but one, if it was made here)'}:"]  # fmt: skip
    for name, seconds in sorted(known.each.items(), key=lambda each: -each[1]):
        lines.append(f"  {seconds:>12.6f} s an image  {name}")
    lines.append(f"  {known.seconds:>12.6f} s an image  all of it")
    jobs = f"{known.jobs} part{'' if known.jobs == 1 else 's'}" if known.end is not None else "the undivided run"
    lines.append("  of what a job takes beside that nothing is known: it was broken off" if known.start is None else
                 f"  {known.start:>12.1f} s a job beside that, to load, choose and write (mean of {jobs})")  # fmt: skip
    if known.end is not None:
        lines.append(f"  {known.end:>12.1f} s for rows brought together, the summary and what else follows the parts")
    lines.append(f"  {known.row_bytes + known.file_bytes:>12,.0f} bytes an image")
    lines += ["", f"For {made.images:,} images, if each takes as long as those measured:",
              f"  {made.core_hours:,.2f} core-hours of work, and {made.start_core_hours:,.2f} to begin the jobs",
              f"  {made.parts:,} part{'' if made.parts == 1 else 's'} of at most {given.hours_each:g} hours of work",
              f"  {made.elapsed:,.2f} hours with {given.workers:,} of them at once, on cores like those measured",
              f"  {in_words(made.disk)} on the disk: rows of the parts and of the run, files of images"]  # fmt: skip
    if known.end is not None:
        lines.append(
            "  What follows the parts is done by one process and grows with the images: it is not in these hours"
        )
    if made.too_many:
        lines.append(f"  Beware: the rows are more than the {in_words(LARGEST)} that one run can sum up; cut the data "
                     "set into several, a run for each")  # fmt: skip
    if made.images > (most := MOST.get(known.task, made.images)):
        lines.append(f"  Beware: one run of {known.task} takes at most {most:,} images, so that these are "
                     f"{math.ceil(made.images / most):,} runs")  # fmt: skip
    return "\n".join(lines)
