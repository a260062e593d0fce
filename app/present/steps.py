"""The steps of a walk through a saved case: of each its heading, its sentences and its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.cases.words import STATES
from app.ui.viewer import Shown
from core.base.units import in_255ths
from core.casebook.answers import Guess, Hand
from core.casebook.facts import fooled
from core.casebook.records import SavedCase
from core.compare.comparison import Comparison
from core.compare.words import details, headline, transferred
from core.study.attack_record import Attacked
from core.study.figures import amplification, amplified, pixels
from core.study.prediction import Prediction
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


def attack_of(study: Study) -> Attacked:
    """Its attack; a saved case has one."""
    assert study.attacked is not None
    return study.attacked


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
    attacked = attack_of(study)
    _, after, saved = verdict(attacked, study.case.attack, study.labels, label or None)
    original = Shown(pixels(study.original), "original image", "original image", said=_answer(study, attacked.before))
    result = Shown(pixels(attacked.image), "attacked image", "attacked image", said=_outcome(study),
                   state=_state(attacked))  # fmt: skip
    real = Step("pictures", "What was changed, at its real size", tuple(each for each in (after, saved) if each),
                (original, result), (0, 1))  # fmt: skip
    change = attacked.image - study.original
    factor = amplification(change)
    alone = Shown(amplified(change, factor), f"the change, × {factor}",
                  f"the change of every pixel, {factor} times as strong as it is",
                  more=f"at most {in_255ths(attacked.sizes['linf'])} a pixel")  # fmt: skip
    said = (f"The change alone, drawn {factor} times as strong as it is.",
            "Grey is no change; brighter or darker is more or less of that colour.")  # fmt: skip
    return [real, Step("pictures", "What was changed, made visible", said, (original, alone, result))]


def refined(comparison: Comparison, case: SavedCase) -> Step:
    """What the model after refinement answers to the original, to its own attack and to the other's."""
    study, crossed = comparison.studies["after"], comparison.crossings["after"]
    attacked, theirs = attack_of(study), attack_of(comparison.studies["before"])
    truth = study.labels.index(case.label) if case.label in study.labels else None
    said = (headline(comparison, truth), *details(comparison, truth)[1:], transferred(comparison))
    turned = {True: "fooled", False: "held", None: "plain"}[comparison.fooled("after")]
    told = f"{_answer(study, crossed.prediction)}, {turned}" if crossed.prediction else "not known"
    shown = (
        Shown(pixels(study.original), "original image", "original image", said=_answer(study, attacked.before)),
        Shown(pixels(attacked.image), "attacked image made for this model", "attacked image made for this model",
              said=_outcome(study), state=_state(attacked)),
        Shown(pixels(theirs.image), "attacked image made for the model before",
              "attacked image made for the model before refinement", said=told, state=turned),
    )  # fmt: skip
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


def _answer(study: Study, prediction: Prediction) -> str:
    return f"{study.labels[prediction.top]}, {percent(prediction[prediction.top])}"


def _outcome(study: Study) -> str:
    attacked = attack_of(study)
    return f"{_answer(study, attacked.after)}, {STATES[fooled(attacked)]}"


def _state(attacked: Attacked) -> str:
    return {True: "fooled", False: "held", None: "plain"}[fooled(attacked)]
