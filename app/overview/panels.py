"""The parts of the front page."""

import pandas as pd
import streamlit as st

from app.study.progress import show_progress
from app.ui.cached import classifier, loaded_picture, studies
from app.ui.first_models import FIRST_MODELS
from app.ui.markdown import plain
from core.attacks.pgd import PGD
from core.catalog import classifier_names
from core.checkpoints.card import shipped_card
from core.explainers.grad_cam_pp import GradCAMPP
from core.images.picture import fit
from core.study.case import Case
from core.study.colour_scale import shared_limit
from core.study.figures import amplification, amplified, overlay, pixels, png
from core.study.words import percent, strength

FIRST = Case("cifar10/0000", "cifar10_resnet20:standard", PGD(), (GradCAMPP(),), controls=5)


def three_pictures() -> None:
    """The shipped case, computed now: the original, the change, the attacked image."""
    model = classifier(FIRST.classifier)
    picture = loaded_picture(FIRST.image)
    job = studies().find(FIRST, model) or studies().start(FIRST, model, fit(picture, model), picture.sha256)
    if job.state == "stopped" and st.button("Go on"):
        job = studies().start(FIRST, model, fit(picture, model), picture.sha256)
    show_progress(job)
    study = job.snapshot()
    if study.attacked is None or study.before is None:
        st.caption("The pictures appear here in a moment.")
        return
    first, last = study.before.top, study.attacked.after.top
    change = study.attacked.image - study.original
    factor = amplification(change)
    limit = strength(FIRST.attack.bound, FIRST.attack.norm)
    shown = [
        (pixels(study.original), f"**{plain(model.labels[first])}**, {percent(study.before[first])}: the original."),
        (amplified(change, factor), f"A change of at most {limit}, shown × {factor}."),
        (pixels(study.attacked.image),
         f"**{plain(model.labels[last])}**, {percent(study.attacked.after[last])}: the attacked image."),
    ]  # fmt: skip
    if maps := study.maps.get("grad_cam_pp"):
        scale = shared_limit(maps)
        shown[1:1] = [(overlay(maps.original, study.original, scale), "Where the model looked before (Grad-CAM++).")]
        shown.append((overlay(maps.attacked, study.attacked.image, scale), "Where it looked after."))
    for column, (image, caption) in zip(st.columns(len(shown)), shown, strict=True):
        column.image(png(image, 320), width="stretch")
        column.markdown(caption)


def models_table() -> pd.DataFrame:
    """The shipped models with the accuracies of their cards."""
    titles = classifier_names()
    rows = []
    for name in FIRST_MODELS:
        card = shipped_card(name)
        accuracies = card.accuracies() if card else []
        numbers = {what: f"{value} ({interval})" for what, value, interval in accuracies}
        clean = numbers.pop("original test images", "not measured here")
        held = "; ".join(f"{value}, {what}" for what, value in numbers.items()) or "not measured here"
        rows.append({"Model": titles.get(name, name), "Right on original images": clean, "Right under attack": held})
    return pd.DataFrame(rows)
