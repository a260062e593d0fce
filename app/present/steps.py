"""The steps of a walk through a saved case: of each its heading, its sentences and its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.study.case_pictures import attack_of, model_pictures, study_pictures
from app.ui.viewer import Shown
from core.casebook.answers import Guess, Hand
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.compare.words import details, headline, transferred
from core.study.figures import amplification, pixels
from core.study.study import Study
from core.study.words import finding, percent, summary, verdict

Kind = Literal["blind", "pictures", "limits", "answer"]
CHOICES: tuple[tuple[Guess, str], ...] = (("left", "The left one"), ("right", "The right one"),
                                          ("cannot tell", "I cannot tell"))  # fmt: skip
ASKED = "One of these two pictures was changed. Which?"
LIMITED = "How sure we are, and what these maps cannot tell"


@dataclass(frozen=True)
class Step:
    """What one step shows. pair: which two pictures can be swiped over one another. legend: see app.ui.viewer."""

    kind: Kind
    title: str
    sentences: tuple[str, ...]
    pictures: tuple[Shown, ...] = ()
    pair: tuple[int, int] | None = None
    legend: tuple[str, ...] = ()


def study_of(contents: Study | Comparison) -> Study:
    """The study that is walked through: of a comparison that of the model before refinement."""
    return contents if isinstance(contents, Study) else contents.studies["before"]


def blind(study: Study, attacked_side: Hand, guess: Guess | None) -> Step:
    """Both pictures, the attacked one on that side; what it is told only once there is a guess."""
    attacked = attack_of(study)
    images = {"left": study.original, "right": attacked.image}
    if attacked_side == "left":
        images = {"left": attacked.image, "right": study.original}
    told = {side: "attacked" if side == attacked_side else "original" for side in images}
    pictures = tuple(
        Shown(pixels(image), f"{side}: the {told[side]} image" if guess else side, f"{side} picture")
        for side, image in images.items()
    )
    if guess is None:
        said = "Nothing else is told before you have answered. Press 1, 2 or 3, or a button."
        return Step("blind", ASKED, (said,), pictures)
    yours = "You could not tell." if guess == "cannot tell" else f"You said: the {guess} one."
    right = " That is right." if guess == attacked_side else " That was the original." if guess in images else ""
    return Step("blind", ASKED, (f"{yours}{right} The {attacked_side} one was changed.",), pictures)


def saw(study: Study, label: str) -> Step:
    """The original and the answer to it."""
    before = attack_of(study).before
    answer = study.labels[before.top]
    sure = percent(before[before.top]).replace("> ", "more than ").replace("< ", "less than ")
    said = [f"It says: {answer}, and is {sure} sure."]
    if label and label != answer:
        said.append(f"The picture is labelled {label}, so that is wrong before any attack.")
    said.append("How sure a model is does not say how right it is.")
    shown = Shown(pixels(study.original), "original image", "original image")
    return Step("pictures", "What the model saw", tuple(said), (shown,))


def changed(study: Study, label: str) -> list[Step]:
    """The attacked image beside the original at its real size, and then the change made visible."""
    _, after, saved = verdict(attack_of(study), study.case.attack, study.labels, label or None)
    original, alone, attacked = study_pictures(study)
    real = Step("pictures", "What was changed, at its real size", tuple(each for each in (after, saved) if each),
                (original, attacked), (0, 1))  # fmt: skip
    said = (f"The change alone, drawn {amplification(attack_of(study).image - study.original)} times as strong as it "
            "is.", "Grey is no change; brighter or darker is more or less of that colour.")  # fmt: skip
    return [real, Step("pictures", "What was changed, made visible", said, (original, alone, attacked))]


def refined(comparison: Comparison, case: SavedCase) -> Step:
    """What the model after refinement answers to the original, to its own attack and to the other's."""
    labels = comparison.studies["after"].labels
    truth = labels.index(case.label) if case.label in labels else None
    said = (headline(comparison, truth), *details(comparison, truth)[1:], transferred(comparison))
    shown = model_pictures(comparison, "after")
    return Step("pictures", "What the refined model does", tuple(each for each in said if each), shown, (0, 1))


def limited(study: Study) -> Step:
    """What came of all maps; what they cannot tell stands below it on the page."""
    read = {explainer.key for explainer in study.case.explainers if explainer.attribution}
    found = summary([finding(rows) for key, rows in study.measured.items() if key in read])
    none = "This case has no map with controls, so nothing is known here of where the model looked."
    return Step("limits", LIMITED, (found or none, "This is one picture: it does not say how often a model is fooled."))


def answered(sentences: Sequence[str] = ()) -> Step:
    """The last step."""
    return Step("answer", "Your answer", tuple(sentences))
