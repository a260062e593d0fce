"""Widgets made from fields: wide ranges are typed, and a setting left at its default follows the default."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.run_words import settings as run_settings
from core.base.paths import ROOT

INSPECT, REFINE = (str(ROOT / "pages" / name) for name in ("inspect_image.py", "refine.py"))


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(INSPECT, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def strength(app: AppTest) -> float:
    return float(next(each for each in app.slider if each.label == "Strength, of 255").value)


def draws(app: AppTest) -> int:
    return int(next(each for each in app.number_input if each.label == "Draws of each control").value)


def choose(app: AppTest, model: str) -> AppTest:
    app.selectbox(key="widget:model").set_value(model).run()
    assert not app.exception
    return app


def test_a_setting_left_at_its_default_follows_the_model(home: Path) -> None:
    app = opened(model="mnist_cnn:standard", image="mnist/0003", maps="none")
    assert (strength(app), draws(app)) == (51.0, 5)
    choose(app, "imagenet_efficientnet_lite0")
    assert (strength(app), draws(app)) == (8.0, 3)
    choose(app, "mnist_cnn:standard")
    assert (strength(app), draws(app)) == (51.0, 5)


def test_a_setting_that_was_chosen_stays(home: Path) -> None:
    app = opened(model="mnist_cnn:standard", image="mnist/0003", maps="none", controls="7")
    next(each for each in app.slider if each.label == "Strength, of 255").set_value(20.0).run()
    choose(app, "cifar10_resnet20:standard")
    assert (strength(app), draws(app)) == (20.0, 7)


def test_the_strength_of_a_link_stays(home: Path) -> None:
    app = opened(model="mnist_cnn:standard", image="mnist/0003", maps="none", **{"pgd.eps": "8"})
    assert strength(app.run()) == 8.0


def test_what_is_put_stays_where_it_is_another_models_default() -> None:
    """A comparison of digits at 8/255, opened after a page on colour pictures: their default, but chosen."""

    def page() -> None:
        import streamlit as st

        from app.ui.method_form import put, tune
        from core.attacks.pgd import PGD

        if (given := st.session_state.get("given")) is not None:
            put(PGD, "pgd", given)
            st.session_state["given"] = None
        usual = {"eps": 51 / 255} if st.session_state.get("digits") else {}
        st.session_state["found"] = tune(PGD, "pgd", usual=usual)

    app = AppTest.from_function(page).run()
    assert app.session_state["found"]["eps"] == 8 / 255
    app.session_state["digits"], app.session_state["given"] = True, {"eps": 8 / 255, "steps": 7}
    for _ in range(2):
        app.run()
        assert (app.session_state["found"]["eps"], app.session_state["found"]["steps"]) == (8 / 255, 7)


def test_on_large_pictures_a_slider_waits_for_the_button(home: Path) -> None:
    app = opened(image="mnist/0003", maps="lime")
    assert not any(each.proto.ignore_rerun for each in app.slider)
    app = choose(app, "imagenet_efficientnet_lite0")
    assert {each.label for each in app.slider} >= {"Strength, of 255", "Steps"}
    assert all(each.proto.ignore_rerun for each in app.slider)


def test_wide_ranges_are_typed_and_keep_small_numbers(home: Path) -> None:
    app = opened(model="mnist_cnn:standard", image="mnist/0003", maps="none", attack="cw")
    assert {each.label for each in app.number_input} >= {"First balance", "Step size", "Steps"}
    app.number_input(key="widget:cw.c").set_value(0.0001).run()
    assert not app.exception
    assert "".join(app.query_params["cw.c"]) == "0.0001"
    assert "No strength: it looks for the smallest change that works." in [each.value for each in app.caption]


def test_a_setting_that_a_link_has_under_an_earlier_name_is_adopted(home: Path) -> None:
    app = AppTest.from_file(REFINE, default_timeout=180)
    for name, value in {"base": "mnist_cnn:standard", "data": "mnist", "objective": "lime_guided"}.items():
        app.query_params[f"refine.{name}"] = value
    app.query_params["lime_guided.turns"] = "2"
    app.run()
    assert not app.exception
    groups = next(each for each in app.slider if each.label == "Groups")
    assert groups.value == 2
    assert "".join(app.query_params["lime_guided.groups"]) == "2"
    assert "lime_guided.turns" not in app.query_params
    groups.set_value(3).run()  # the adopted value is not put back
    assert next(each for each in app.slider if each.label == "Groups").value == 3


def test_a_setting_of_a_session_under_an_earlier_name_is_adopted_drawn_or_not() -> None:
    def page() -> None:
        import streamlit as st

        from app.ui.method_form import put, tune
        from app.ui.state import remember
        from core.objectives.lime_guided import LimeGuided

        if (given := st.session_state.get("given")) is not None:
            given()
            st.session_state["given"] = None
        skip = () if st.session_state.get("drawn") else ("groups",)
        st.session_state["found"] = tune(LimeGuided, "lime_guided", skip=skip)["groups"]
        st.session_state["put"] = lambda: put(LimeGuided, "lime_guided", {"turns": 5})
        st.session_state["remember"] = lambda: remember("lime_guided.turns", 6)

    app = AppTest.from_function(page).run()
    assert app.session_state["found"] == 4
    for step, (drawn, how, wanted) in enumerate(((False, "put", 5), (True, "remember", 6), (False, "put", 5))):
        app.session_state["given"], app.session_state["drawn"] = app.session_state[how], drawn
        for _ in range(2):
            app.run()
            assert not app.exception
            assert app.session_state["found"] == wanted, step


def test_an_earlier_name_in_the_settings_of_an_old_run_is_called_as_today() -> None:
    spec = {"arguments": {"objective": {"method": "lime_guided", "turns": 2}}}
    for name in ("turns", "groups"):
        assert run_settings.setting(f"arguments.objective.{name}", spec) == "Groups"
        assert run_settings.value(f"arguments.objective.{name}", 2, spec, {}, {}) == "2"
    trades = {"arguments": {"objective": {"method": "trades"}}}
    assert run_settings.setting("arguments.objective.turns", trades) == "Turns"  # not one of its parameters
