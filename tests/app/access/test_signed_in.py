"""Pages of somebody who has signed in: what they see, may press, and what a press that was made up comes to."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.access.acting import acting_as
from core.access.person import LOCAL
from core.audit.entry import Entry
from core.audit.verify import verify
from core.base.paths import ROOT
from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.compare.one_image import compare
from core.images.uploads import keep_upload
from core.runs.run import Run
from core.study.study import Study
from tests.app.access.signing import claims, find, window
from tests.app.pages import refining, texts
from tests.core.access.people import ANNA, BELA, OTTO, VERA
from tests.core.compare.doubles import IMAGE, model, pair
from tests.core.images.test_whose_uploads import picture

RUNS, CASES, INSPECT = (str(ROOT / "pages" / f"{name}.py") for name in ("runs", "cases", "inspect_image"))
HIS = "20261129-120000-0123abcd"


@pytest.fixture
def run(team: Path) -> Run:
    """A completed run of Otto's, shared with everybody."""
    made = refining(team, HIS)
    with acting_as(OTTO):
        made.owner.claim()
        made.owner.share(True, "run")
    return made


@pytest.mark.parametrize(
    "user",
    [{}, {"is_logged_in": False}, claims("anna", iat=1e9), claims("anna", sub="")],
    ids=["nothing", "signed out", "long ago", "nobody"],  # the times in claims are those of the process
)
def test_before_signing_in_there_is_one_page_and_nothing_of_any_other(
    team: Path, run: Run, user: dict[str, object]
) -> None:
    app = window(dict(user), run=run.id)
    assert [each.label for each in app.button] == ["Sign in"]
    assert [each.value for each in app.title] == ["Counterproof"]
    assert "This dashboard is for those who sign in." in texts(app)
    assert HIS not in texts(app)
    assert not app.sidebar


def test_who_has_no_role_is_told_so(team: Path) -> None:
    (team / "access.toml").write_text("default = 'none'")
    app = window(claims("stranger"))
    assert "You are signed in as Stranger, and nobody has given you a role here." in texts(app)
    assert [each.label for each in app.button] == ["Sign out"]


def test_a_policy_that_cannot_be_read_lets_nobody_in(team: Path) -> None:
    (team / "access.toml").write_text("default = 'ownr'")
    app = window(claims("anna"))
    assert "access.toml: default is not none, viewer, expert, operator or owner" in texts(app)
    assert not app.button
    assert not app.title


def test_a_viewer_sees_who_they_are_and_cannot_stop_resume_or_delete(run: Run) -> None:
    app = window(claims("vera"), RUNS, run=run.id)
    assert "**Vera** · viewer" in texts(app)
    assert "by Otto, shared with everybody here" in texts(app)
    assert find(app, "Share no longer").disabled
    assert "The role ‘viewer’ may not start, stop or share runs" in find(app, "Share no longer").help
    assert find(app, "Refine again with these settings") is None
    assert "Audit trail" not in str([each.label for each in app.expander])
    made_up(app, "Delete this run").run()
    assert "the role ‘viewer’ may not delete anything; that takes the role ‘owner’" in texts(app)
    assert run.folder.is_dir()
    assert "run deleted" not in {entry.event for entry in entries()}


def test_an_owner_deletes_and_the_trail_says_who(run: Run) -> None:
    app = window(claims("anna"), RUNS, run=run.id)
    assert find(app, "Refine again with these settings") is not None
    find(app, "Delete this run").click().run()
    assert not run.folder.exists()
    assert [(each.event, each.person["id"]) for each in entries()[-1:]] == [("run deleted", ANNA.id)]
    assert [each.person["name"] for each in entries() if each.event == "signed in"] == ["Anna"]


def test_another_operator_neither_sees_an_unshared_run_nor_its_model(run: Run) -> None:
    (run.folder / "best.safetensors").write_bytes(b"weights")
    with acting_as(OTTO):
        run.owner.share(False, "run")
    app = window(claims("olga"), RUNS, run=run.id)
    assert "There are no runs yet" in texts(app)
    for name, there in (("olga", False), ("otto", True)):
        app = window(claims(name), INSPECT)
        assert any(HIS[-8:] in option for option in app.selectbox(key="widget:model").options) == there
    app = window(claims("olga"), INSPECT, model=f"run:{HIS}")
    assert f"The model ‘run:{HIS}’ of this link is not here" in texts(app)


def test_a_link_to_somebody_elses_picture_shows_nothing(team: Path) -> None:
    with acting_as(BELA):
        image = keep_upload(picture(), "chest of Mr X.png")
    query = {"image": image, "model": "cifar10_resnet20:standard"}
    assert "chest of Mr X" in texts(window(claims("bela"), INSPECT, **query)).replace("\\", "")
    app = window(claims("otto"), INSPECT, **query)  # after Bela, so that it is in every cache of the server
    assert "this uploaded picture is no longer here" in texts(app)
    assert "Mr X" not in texts(app)
    assert "Mr X" in texts(window(claims("anna"), INSPECT, **query))
    with acting_as(OTTO):
        assert keep_upload(picture(), "my own.png") == image
    said = texts(window(claims("otto"), INSPECT, **query))
    assert "my own" in said
    assert "Mr X" not in said, "what is cached for all has not the name that another gave it"


def test_a_case_of_somebody_elses_is_not_there(team: Path) -> None:
    with acting_as(BELA):
        case = Casebook.usual().save(study(), title="Mr X", source="inspect")
    app = window(claims("otto"), CASES, case=case.uid)
    assert f"The case ‘{case.uid}’ is not here" in texts(app)
    assert "Mr X" not in texts(app)
    app = window(claims("bela"), CASES, case=case.uid)
    assert "by Bela, not shared" in texts(app)
    assert find(app, "Delete").disabled
    find(app, "Share with everyone here").click().run()
    app = window(claims("vera"), CASES, case=case.uid)
    assert "by Bela, shared with everybody here" in texts(app)
    assert find(app, "Save").disabled
    made_up(app, "Delete").run()
    with acting_as(VERA):
        assert Casebook.usual().get(case.uid).deleted is None


def test_an_answer_that_nobody_signed_in_to_give_is_told_apart(team: Path) -> None:
    book = Casebook.usual()
    case = book.save(study(), title="Old", source="inspect")
    add_answer(book, ExpertAnswer(case.uid, "Dr. Typed", "open", 8, 8, "agree"))
    with acting_as(BELA):
        add_answer(book, ExpertAnswer(case.uid, "", "open", 8, 8, "agree"))
    said = texts(window(claims("vera"), CASES, case=case.uid)).replace("\\", "")
    assert "**Dr. Typed** (imported or typed, not by sign-in), 20" in said
    assert "**Bela**, 20" in said


def entries() -> Sequence[Entry]:
    with acting_as(LOCAL):
        return verify().entries


def made_up(app: AppTest, label: str) -> AppTest:
    """The press of a button that may be disabled, as a browser that was tampered with sends it."""
    button = find(app, label)
    button.proto.disabled = False
    button.click()
    return app


def study() -> Study:
    return compare(pair(), model(0), model(1), IMAGE, label=1).studies["before"]


def test_without_sign_in_nothing_on_the_screen_is_of_it(home: Path) -> None:
    app = window({}, RUNS, run=refining(home, HIS).id)
    assert find(app, "Sign out") is None
    assert find(app, "Share with everyone here") is None
    assert not find(app, "Delete this run").disabled
    assert "Everybody who can open this dashboard sees all runs" in texts(app)
