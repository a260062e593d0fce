"""The pictures of a case for the viewer: what was changed, and what each model of a comparison answers."""

from app.ui.viewer import Shown
from core.base.units import in_255ths
from core.casebook.case_words import STATES
from core.casebook.facts import fooled
from core.compare.comparison import Comparison, Side, other
from core.study.attack_record import Attacked
from core.study.figures import amplification, amplified, pixels
from core.study.prediction import Prediction
from core.study.study import Study
from core.study.words import percent

MODELS: dict[Side, str] = {"before": "the model before refinement", "after": "the refined model"}
COLOURS = {True: "fooled", False: "held", None: "plain"}  # of the mark beside an answer


def attack_of(study: Study) -> Attacked:
    """Its attack; a saved case has one."""
    assert study.attacked is not None
    return study.attacked


def study_pictures(study: Study) -> tuple[Shown, Shown, Shown]:
    """The original image, the change alone made visible, and the attacked image, with the answers."""
    attacked = attack_of(study)
    change = attacked.image - study.original
    factor = amplification(change)
    alone = Shown(amplified(change, factor), f"the change, × {factor}",
                  f"the change of every pixel, {factor} times as strong as it is",
                  more=f"at most {in_255ths(attacked.sizes['linf'])} a pixel")  # fmt: skip
    return _original(study), alone, _attacked(study, "attacked image")


def model_pictures(comparison: Comparison, side: Side) -> tuple[Shown, Shown, Shown]:
    """What the model of this side answers to the original, to its own attacked image and to the other's."""
    study, theirs = comparison.studies[side], attack_of(comparison.studies[other(side)])
    answer, turned = comparison.crossings[side].prediction, COLOURS[comparison.fooled(side)]
    told = f"{_answer(study, answer)}, {turned}".removesuffix(", plain") if answer else "not known"
    name = f"attacked image made for {MODELS[other(side)]}"
    return (
        _original(study), _attacked(study, "attacked image made for this model"),
        Shown(pixels(theirs.image), name, name, said=told, state=turned),
    )  # fmt: skip


def _original(study: Study) -> Shown:
    said = _answer(study, attack_of(study).before)
    return Shown(pixels(study.original), "original image", "original image", said=said)


def _attacked(study: Study, name: str) -> Shown:
    attacked = attack_of(study)
    turned = fooled(attacked)
    said = f"{_answer(study, attacked.after)}, {STATES[turned]}"
    return Shown(pixels(attacked.image), name, name, said=said, state=COLOURS[turned])


def _answer(study: Study, prediction: Prediction) -> str:
    return f"{study.labels[prediction.top]}, {percent(prediction[prediction.top])}"
