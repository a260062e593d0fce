"""Inspect: one image, one attack, and where the model looked before and after."""

import streamlit as st

from app.cases.save_button import save_beside
from app.inspect_image.chosen_picture import begin_with
from app.inspect_image.findings import show_findings
from app.inspect_image.panels import show_downloads
from app.inspect_image.picture_picker import choose_image, introduce, label
from app.inspect_image.start import follow, note_quick
from app.sidebar import sidebar
from app.study.case_form import attack_settings, explainer_settings
from app.study.case_link import BUTTON, asks, link, take_begin
from app.study.progress import show_progress
from app.ui.cached import classifier, classifiers
from app.ui.cached_pictures import fitted, loaded_picture, prediction
from app.ui.link_notes import agree, show_link_notes
from app.ui.markdown import limits
from app.ui.pick_here import here
from app.ui.state import keep, kept
from app.ui.trouble import show_trouble
from core.study.case import Case
from core.study.study import begin

st.title("Inspect")
st.caption("Attack one picture, and compare where the model looked before and after.")

begin_with()
name, device = sidebar()
asked = st.container()
left, right = st.columns([1, 1.6], gap="large")
with left:
    image = choose_image()
try:
    with right:
        model = classifier(here("model", name, classifiers(), "model"), device)
        picture = loaded_picture(image)
        original = fitted(image, model)
        before = prediction(image, name, device, model.fingerprint)
except (ValueError, OSError) as error:
    with right:
        show_trouble(error, device, "Choose another picture on the left, or another model at the side.",
                     unreadable="Choose another picture on the left.",
                     missing="Or choose another model at the side.")  # fmt: skip
    st.stop()

with right:
    introduce(image, picture, model, before)
    attack, target = attack_settings(model, before)
    explainers, explained, controls, seed = explainer_settings(model)
    pressed = st.button(BUTTON, type="primary") or take_begin()

case = Case(image, name, attack, explainers, target, seed, explained, controls)
if pressed:
    agree()
with asked:
    unsure = show_link_notes(BUTTON)
job = follow(case, model, original, picture.sha256, pressed, unsure)
if not unsure:
    link(case, device, ran=job is not None and job.study.case == case)
notice = st.container()  # what grows stays in a container: what is below keeps its place, and a click on it counts
if job is None:
    study = begin(case, model, original)
    study.before = before
    notice.info(asks(case))
else:
    with notice:
        show_progress(job)
    study = job.snapshot()
    if study.attacked is not None:
        note_quick(study)
        keep("last", study)
    elif (last := kept("last", None)) is not None and (last.case.image, last.case.classifier) == (image, name):
        study = last  # stays on the screen until the new attack is there
    if explainers and study.attacked is not None and not study.case.explainers:
        notice.info(f"The attack follows your settings. Press ‘{BUTTON}’ to draw the maps for it.")
with st.container(key=f"study-{study.case.attack_id}"):
    show_findings(study, model, label(image, model), job is not None and job.alive and study.case == job.study.case)
save_beside(study, label(image, model), job is not None and job.alive, lambda: show_downloads(study))
limits()
