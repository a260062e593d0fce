"""Batches as a kind of measurement with a page to itself, the task `batch`."""

from types import MappingProxyType

from app.batch.form import PREFIX, ask, loaded
from app.batch.results import CHOSEN, ORDER, SHOW, TICKED, show_results
from app.measuring.kind import Kind, Names, Rows, Told
from app.ui.cached import run_rows
from core.batch.command import command
from core.batch.cost import bytes_of, in_words
from core.batch.exports import files
from core.batch.request import BatchRequest
from core.batch.summary import summary
from core.runs.run import Run


def about(asked: BatchRequest) -> str:
    """What it would do, and what it leaves on the disk."""
    maps = len(asked.explainers)
    drawn = f" and draws {maps} map{'' if maps == 1 else 's'} of each" if maps else ""
    count = f"**{asked.count:,} picture{'' if asked.count == 1 else 's'}**"
    said = f"Attacks {count} by {asked.chosen_attack().title}{drawn}, beside ordinary noise."
    if (model := loaded(asked.classifier)) is not None:
        size = in_words(bytes_of(asked, model.size, len(model.labels)))
        said += f" What is found takes up to {size} on the disk of the computer that runs this dashboard."
    return said


def told(result: Told, rows: Rows, asked: BatchRequest) -> Told | None:
    """What its result tells, or what the rows tell so far."""
    if "attacked" in result:
        return result
    return summary(rows) if rows else None


def exports(told: Told, run: Run, asked: BatchRequest, names: Names) -> dict[str, bytes]:
    """A report, a row for each picture, and the numbers."""
    return files(told, run_rows(run.folder), asked, run.id, names)


BATCH = Kind(
    key="batch", task="batch", prefix=PREFIX, title="Batch", one="batch", button="Attack these pictures",
    intro="Many pictures at once: one attack on each, with the maps you choose, in the background. Sort them by what "
    "happened, look into any of them, and keep the interesting ones as cases.",
    ask=ask, about=about, arguments=BatchRequest.arguments, command=command, read=BatchRequest.read, told=told,
    draw=show_results, files=exports,
    downloads=MappingProxyType({
        "report.html": ("Report (HTML)", "One file with sentences and a table that opens without a network."),
        "pictures.csv": ("Rows (CSV)", "One row for each picture."),
        "batch.json": ("Numbers (JSON)", "Everything shown here, for other programs."),
    }),
    shown="batch", linked=(ORDER, SHOW, CHOSEN, TICKED),
)  # fmt: skip
