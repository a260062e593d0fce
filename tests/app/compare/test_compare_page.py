"""The Compare page: opens by link, begins by a press or, opened cold, by itself, refuses in a sentence."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from streamlit.testing.v1 import AppTest

from app.ui.cached import comparisons, studies
from core.base.paths import ROOT
from core.classifiers.cifar10_resnet20 import ResNet20
from core.classifiers.own import install
from core.images.samples import gallery
from tests.app.compare.page import DIGITS, begun, ended, opened, texts


def test_it_says_what_came_of_it(home: Path) -> None:
    app = ended(begun(**DIGITS))
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "Both are the same model" in said
    assert "Both models are fooled on this picture." in said
    assert "Before refinement: digit 0, " in said
    assert "After refinement: digit 0, " in said
    assert "Shown the image made for the other model: before refinement the answer changes; after refinement" in said
    assert "diagnostic, not a certificate" in said
    assert "about equally hard to turn" in said
    assert "How far the maps moved" in said
    assert "".join(app.query_params["before"]) == "mnist_cnn:standard"
    assert any(button.label == "Measure both on 200 test images" for button in app.button)


def test_without_a_link_it_compares_the_shipped_twins(home: Path) -> None:
    app = opened()
    assert not app.exception
    assert app.selectbox(key="widget:before").value == "cifar10_resnet20:standard"
    assert app.selectbox(key="widget:after").value == "cifar10_resnet20:lime_guided"
    assert "labelled ‘horse’" in texts(app)
    assert "What the model before refinement takes: 32 × 32 pixels, colour, values 0 to 1, which become" in texts(app)
    assert not [button for button in app.button if button.label == "Attack both"], "it has begun"


def test_a_link_begins_nothing_and_shows_what_is_known(home: Path) -> None:
    slow = DIGITS | {"seed": "7", "controls": "2"}
    app = opened(**slow)
    assert "Press ‘Attack both’" in texts(app)
    known = studies()
    assert not [job for job in known._jobs.values() if job.study.case.seed == 7]
    ended(begun(**slow))
    again = opened(**slow)
    assert "Both models are fooled on this picture." in texts(again)
    comparisons()._works.clear()  # the two studies are known still, what is made of both is not
    assert "Press ‘Attack both’" in texts(opened(**slow))
    assert not comparisons()._works


@pytest.mark.parametrize(
    ("query", "said"),
    [({"after": "cifar10_resnet20:standard"}, "know different classes"),
     ({"image": "upload/0123456789abcdef"}, "no longer here")],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_sentence(home: Path, query: dict[str, str], said: str) -> None:
    app = opened(**(DIGITS | query))
    assert not app.exception
    assert len(app.error) == 1
    assert said in texts(app)


@pytest.mark.parametrize(
    "query", [{"before": "nothing"}, {"compare.maps": "nothing"}, {"compare.count": "-1"}, {"data": "none"}]
)
def test_a_broken_link_falls_back(home: Path, query: dict[str, str]) -> None:
    app = opened(**(DIGITS | {"after": "mnist_cnn:standard"} | query))
    assert not app.exception
    if "before" not in query:
        assert not app.error


def test_a_number_of_pixels_is_not_compared_with_a_length(home: Path) -> None:
    app = ended(begun(**(DIGITS | {"attack": "one_pixel", "one_pixel.queries": "100", "compare.maps": "none"})))
    assert not app.exception
    assert "How much change it might take" in texts(app)
    assert "that the attack was allowed" not in texts(app)


def test_a_map_on_show_can_be_taken_away(home: Path) -> None:
    app = begun(**(DIGITS | {"compare.maps": "grad_cam_pp,integrated_gradients"}))
    maps = next(each for each in app.get("button_group") if each.value == ["grad_cam_pp", "integrated_gradients"])
    maps.set_value(["integrated_gradients"])
    app.run()
    assert not app.exception
    assert "".join(app.query_params["compare.map"]) == "integrated_gradients"


def test_a_model_that_is_gone_is_named(home: Path) -> None:
    app = opened(**(DIGITS | {"after": "run:20260101-000000-0123abcd"}))
    assert not app.exception
    assert "The model ‘run:20260101-000000-0123abcd’ of this link is not here." in texts(app)


@pytest.mark.parametrize("page", ["compare", "inspect_image"])
def test_a_model_of_ones_own_may_have_other_classes(home: Path, page: str) -> None:
    """Three classes: the gallery's fourth is the first of them, and its first none."""
    torch.manual_seed(0)
    install(save(ResNet20(3, 3).eval().state_dict()), "resnet20", ["cat", "dog", "nothing"], "pets")
    for index, said in ((0, False), (3, True)):
        image = next(each.id for each in gallery("cifar10") if each.index == index)
        app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
        query = {"before": "own:pets", "after": "own:pets", "model": "own:pets", "image": image, "maps": "none"}
        for name, value in (query | {"compare.maps": "none", "controls": "1"}).items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        assert ("labelled ‘cat’" in texts(app)) == said


def test_a_label_is_forgotten_where_models_know_other_classes(home: Path) -> None:
    def page() -> None:
        import streamlit as st
        import torch

        from app.compare.picture import truth
        from app.ui.state import keep
        from core.catalog import load_classifier
        from core.images.picture import to_png
        from core.images.uploads import keep_upload

        image = keep_upload(to_png(torch.zeros(3, 32, 32)), "cat.png")
        models = [load_classifier(name) for name in ("cifar10_resnet20:standard", "mnist_cnn:standard")]
        keep("truths", {image: (3, models[0].labels)})
        st.text(str([truth(image, model) for model in models]))

    assert AppTest.from_function(page, default_timeout=60).run().text[0].value == "[3, None]"


def test_models_that_are_not_one_refined_from_the_other(home: Path) -> None:
    twins = {"before": "mnist_cnn:random_masks", "after": "mnist_cnn:lime_guided"}
    assert "The second model is not known to be refined from the first" in texts(opened(**(DIGITS | twins)))
    refined = texts(opened(**(DIGITS | twins | {"before": "mnist_cnn:standard"})))
    assert "is not known" not in refined
    assert "choose before refinement" in refined
