"""The page on guidance is what its command writes from the kept outcomes, of the plans that ship."""

from dataclasses import replace

import pytest

from core.recipes import guidance_page
from core.recipes.guidance_page import PAGE, page
from core.trials import kept
from core.trials.cells import EPOCHS
from core.trials.kept import kept_outcomes


def test_the_page_is_what_the_command_writes() -> None:
    assert PAGE.read_text() == page(), "run python -m core.recipes.guidance_page"


@pytest.mark.parametrize("name", sorted(kept_outcomes()))
def test_every_network_was_judged_on_every_reserved_image(name: str) -> None:
    for told in kept_outcomes()[name].values():
        for found in told.found.values():
            assert set(found.values) == set(told.plan.judging.measures)
            assert {len(found.values["clean"]), len(found.values["attacked"])} == {told.plan.reserved}


def test_of_a_trial_that_is_not_whole_no_table_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    found = kept_outcomes()
    name, told = next((name, each["held_out"]) for name, each in found.items() if "held_out" in each)
    part = dict(list(told.found.items())[1:-9])
    cut = replace(told, found=part)
    assert not cut.whole([EPOCHS])
    monkeypatch.setattr(guidance_page, "kept_outcomes", lambda: {name: {"held_out": cut}})
    written = page()
    assert f"Begun, nothing is told of them before all arms have all their seeds: `{name}` ({len(part)} of" in written
    assert told.plan.title not in written


def test_outcomes_of_another_plan_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = kept_outcomes()
    if not found:
        pytest.skip("no trial has been carried out")
    name = next(iter(found))
    changed = tmp_path_factory.mktemp("plans")
    text = (kept.PLANS / f"{name}.toml").read_text()
    (changed / f"{name}.toml").write_text(text.replace("epochs = ", "epochs = 1"))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ValueError, match="are of another plan"):
        patch.setattr(kept, "PLANS", changed)
        kept_outcomes()
