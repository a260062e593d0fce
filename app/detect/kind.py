"""Detection studies as a kind of measurement with a page to itself, the task `detect`."""

from types import MappingProxyType

from app.detect.form import PREFIX, ask
from app.detect.results import STEP, show_results
from app.measuring.kind import Kind, Names, Rows, Told
from core.detection.reporting.command import command
from core.detection.reporting.exports import files
from core.detection.reporting.words import SENTENCES
from core.detection.request import DetectionRequest
from core.runs.run import Run


def about(asked: DetectionRequest) -> str:
    """What it would do, in words."""
    attacks, strengths, detectors = len(asked.attacks), len(asked.strengths), len(asked.chosen_detectors())
    return (
        f"Attacks **{asked.testing:,} test images** by {attacks} attack{'' if attacks == 1 else 's'} at {strengths} "
        f"strength{'' if strengths == 1 else 's'}, explains them, teaches **{detectors} "
        f"detector{'' if detectors == 1 else 's'}** with {asked.learning:,} others, and attacks {asked.knowing:,} "
        "again as one who knows of the detector would. The study of digits takes half an hour or more on two CPU cores."
    )


def told(result: Told, rows: Rows, asked: DetectionRequest) -> Told | None:
    """What the stages that are through have told; what cannot be said of it is damaged, and raises."""
    found = dict(result) if result.get("attacks") else {row["stage"]: row["told"] for row in rows if "stage" in row}
    for key in SENTENCES.keys() & found.keys():
        SENTENCES[key](found[key], asked)
    return found or None


def exports(told: Told, run: Run, asked: DetectionRequest, names: Names) -> dict[str, bytes]:
    """A report, the critical pixels, every score, every test, and the numbers."""
    return files(told, asked, run.folder)


DETECTION = Kind(
    key="detect", task="detect", prefix=PREFIX, title="Detect", one="study", button="Study",
    intro="Can an attacked picture be told from its explanation? Images are attacked and explained; detectors learn "
    "what sets the explanations apart, and are tested on attacks and strengths they have not seen, on noise that is no "
    "attack, and against an attacker who knows of them.",
    ask=ask, about=about, arguments=DetectionRequest.arguments, command=command, read=DetectionRequest.read,
    told=told, draw=show_results, files=exports,
    downloads=MappingProxyType({
        "report.html": ("Report (HTML)", "One file with sentences and charts that opens without a network."),
        "scores.csv": ("Scores (CSV)", "What every detector gave every image."),
        "detectors.csv": ("Tests (CSV)", "A row for each detector, attack and strength."),
        "study.json": ("Numbers (JSON)", "Everything shown here, for other programs."),
    }),
    later=MappingProxyType({"scores.csv": "detectors", "detectors.csv": "detectors"}),
    shown="study", linked=(STEP,),
)  # fmt: skip
