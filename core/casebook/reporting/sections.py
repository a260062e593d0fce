"""Cases of the casebook as the sections of a report, one read at a time."""

from collections.abc import Iterable, Iterator, Mapping

from core.base.errors import with_advice
from core.bundles.comparison_folder import COMPARISON
from core.bundles.manifest import LARGEST, MANIFEST
from core.casebook.answers import ExpertAnswer, answers_of
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase
from core.casebook.reporting.answers import told
from core.casebook.reporting.blocks import Block, Command, Heading, Paragraph, Section, Table
from core.casebook.reporting.comparisons import of_comparison
from core.casebook.reporting.facts import facts, origins
from core.casebook.reporting.studies import of_study
from core.catalog import MAP_DISTANCES, classifier_names
from core.compare.comparison import SIDES, Comparison
from core.study.study import Study
from core.untrusted.foreign_json import read_object

MOST = 50  # cases in one report
LIMITS = (
    "A map is not a reason. Each method measures something narrow: how the score reacts when parts are hidden, how it "
    "changes pixel by pixel, or where a late layer was active. None shows what the model ‘thought’, and none shows "
    "that an answer is right because the coloured region is sensible.",
    "A map that moves proves little by itself. Maps also move under ordinary noise of the same size, when a method "
    "draws its random numbers again, and when the question changes from one class to another; so each of those stands "
    "beside the attack. With n draws of noise, the attack would move the map most by luck once in n + 1 times.",
    "Methods disagree; where they do, that is a finding about the methods. And one picture is one picture: it says "
    "nothing about how often a model is fooled.",
)
COLUMNS = (
    ("attacked image", "how far the map moved between the original and the attacked image"),
    ("ordinary noise", "the same for pictures with noise of the attack's size but without its aim: the attack's own "
     "change with its pixels shuffled; the mean of the draws, and the lowest and the highest"),
    ("another seed", "the same picture explained again with other random numbers: the method's own noise"),
    ("new answer, same image", "the original image asked about the attacked image's answer: no pixel was touched"),
)  # fmt: skip


def sections(casebook: Casebook, uids: Iterable[str]) -> Iterator[Section]:
    """A section for each case, each once, in that order; ValueError if one is not there, or for none or too many.

    A case whose files are not as they were written has a section that says so.
    """
    wanted = list(dict.fromkeys(uids))
    if not 1 <= len(wanted) <= MOST:
        raise ValueError(f"expected 1 to {MOST} cases for a report, got {len(wanted)}")
    cases = [casebook.get(uid) for uid in wanted]
    names = classifier_names()
    for case in cases:
        yield Section(case.uid, case.title, tuple(_blocks(casebook, case, names)))


def closing() -> tuple[Block, ...]:
    """What is said once, after all cases: what maps cannot tell, and what the numbers mean."""
    measures = tuple((each.title, each.plain) for each in MAP_DISTANCES.values())
    said = tuple(Paragraph(each) for each in LIMITS)
    return (
        Heading("What these maps cannot tell"), *said, Heading("How to read the numbers"),
        Table((("column", "what it compares with the original's map"), *COLUMNS), words=True),
        Table((("measure", "what it says"), *measures), words=True),
    )  # fmt: skip


def _blocks(casebook: Casebook, case: SavedCase, names: Mapping[str, str]) -> Iterator[Block]:
    answers = answers_of(casebook, case.uid)
    try:
        contents = casebook.load(case.uid)
    except (ValueError, OSError) as error:
        yield from facts(case, None, names)
        yield Paragraph(f"The pictures and maps of this case cannot be shown: {with_advice(error)}.", "warn")
        yield from told(answers, None)
        return
    yield from facts(case, contents, names)
    yield from of_study(contents, case.label) if isinstance(contents, Study) else of_comparison(contents, case.label)
    yield from told(answers, _first(contents))
    yield from _again(casebook, case, contents, answers)


def _first(contents: Study | Comparison) -> Study:
    """The study whose picture experts marked: of a comparison that of the model before."""
    return contents if isinstance(contents, Study) else contents.studies["before"]


def _again(
    casebook: Casebook, case: SavedCase, contents: Study | Comparison, answers: list[ExpertAnswer]
) -> Iterator[Block]:  # fmt: skip
    """Where the numbers are from, and how to get them again."""
    folder = casebook.folder(case.uid)
    places = [""] if isinstance(contents, Study) else [f"{side}/" for side in SIDES]
    manifests = {place: read_object(folder / f"{place}{MANIFEST}", LARGEST) for place in places}
    index = None if isinstance(contents, Study) else read_object(folder / COMPARISON, LARGEST)
    yield from origins(case, manifests, index)
    yield Heading("How to get these numbers again", 4)
    yield Paragraph("Unpack the ZIP of this case beside an installation of Counterproof that has the same model, then:")
    yield Command("\n".join(f"counterproof study {case.uid}/{place}{MANIFEST}" for place in places))
