"""Attacks as a kind of measurement: models x attacks x strengths, the task `evaluate`."""

from types import MappingProxyType

from app.evaluate.form import PREFIX, ask
from app.evaluate.results import show_results
from app.measuring.kind import Kind, Names, Rows, Told
from core.base.proportion import Proportion
from core.robustness.command import command
from core.robustness.exports import files
from core.robustness.request import Evaluation
from core.robustness.summary import summary
from core.runs.run import Run

MOST_CLASSES = 10**3


def about(asked: Evaluation) -> str:
    """What it would measure, and how sure a share of right answers will be."""
    attacks = asked.methods()
    low, high = Proportion(asked.count // 2, asked.count).interval
    several = f"{len(asked.classifiers)} models" if len(asked.classifiers) > 1 else "1 model"
    numbers = max([len(asked.strengths_of(each)) for each in attacks], default=0)
    return (
        f"Measures **{several}** under **{len(attacks)} attack{'' if len(attacks) == 1 else 's'}** at {numbers} "
        f"strengths on {asked.count:,} images. A share of right answers is then uncertain by up to "
        f"{50 * (high - low):.0f} percentage points."
    )


def told(result: Told, rows: Rows, asked: Evaluation) -> Told | None:
    """What the rows tell, and once it has completed, its warnings and the names of the classes."""
    found = result if result.get("models") else summary(rows, asked, MOST_CLASSES)
    return found if found["count"] else None


def exports(told: Told, run: Run, asked: Evaluation, names: Names) -> dict[str, bytes]:
    """A report, a row for each image, and the numbers."""
    return files(told, asked, run.metrics, names)


ATTACKED = Kind(
    key="attacks", task="evaluate", prefix=PREFIX, title="Attacks", one="evaluation", button="Evaluate",
    intro="How much do models withstand? Attacks look for changes of limited size that give a wrong answer, on many "
    "labelled images. What counts is the worst attack on every image. That these attacks fail does not show that no "
    "other would succeed.",
    ask=ask, about=about, arguments=Evaluation.arguments, command=command, read=Evaluation.read, told=told,
    draw=show_results, files=exports,
    downloads=MappingProxyType({
        "report.html": ("Report (HTML)", "One file with charts and tables that opens without a network."),
        "images.csv": ("Rows (CSV)", "One row for each image, model, attack and strength."),
        "evaluation.json": ("Numbers (JSON)", "Everything shown here, for other programs."),
    }),
)  # fmt: skip
