"""What was tried in refinement: the page holds the table that the kept results give."""

from core.base.params import from_spec
from core.catalog import OBJECTIVES
from core.recipes import trials
from core.recipes.trial_list import GROUNDS, TRIALS


def test_the_page_holds_the_tables_of_the_kept_results() -> None:
    for of in GROUNDS:
        assert f"<!-- trials on {of} -->\n{trials.table(of)}\n<!-- end -->" in trials.PAGE.read_text()


def test_every_trial_can_be_asked_and_was_made_with_an_objective_there_is() -> None:
    for spec in TRIALS.values():
        from_spec(spec, OBJECTIVES)
    for name, found in trials.results().items():
        assert name in TRIALS
        from_spec(found["objective"], OBJECTIVES)
