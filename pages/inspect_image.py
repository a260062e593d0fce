"""Inspect: one image, one attack, and where the model looked before and after."""

from dataclasses import replace

import streamlit as st

from app.inspect_image.chosen_picture import begin_with
from app.inspect_image.findings import show_findings
from app.inspect_image.panels import show_downloads
from app.inspect_image.picture_picker import choose_image, introduce, label
from app.sidebar import sidebar
from app.study.case_form import attack_settings, explainer_settings
from app.study.case_link import link
from app.study.progress import show_progress, switch
from app.ui.cached import classifier, fitted, loaded_picture, prediction, studies
from app.ui.markdown import limits
from app.ui.state import keep, kept, setting
from app.ui.trouble import show_trouble
from core.study.case import Case
from core.study.study import begin

QUICK = 3.0  # seconds: an attack that took no longer is repeated at once when its settings change

st.title("Inspect")
st.caption("Attack one picture, and compare where the model looked before and after.")

begin_with()
name, device = sidebar()
left, right = st.columns([1, 1.6], gap="large")
with left:
    image = choose_image()
try:
    with right:
        model = classifier(name, device)
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
    pressed = st.button("Attack and explain", type="primary")

case = Case(image, name, attack, explainers, target, seed, explained, controls)
reopened = setting("go", 0) == 1 and not kept("reopened", False)
keep("reopened", True)
job = studies().find(case, model)
if pressed or reopened:
    job = studies().start(case, model, original, picture.sha256)
elif job is None and kept("quick", None) == (attack.key, name):
    job = studies().start(replace(case, explainers=()), model, original, picture.sha256)
switch(job)
link(case, device, ran=job is not None and job.study.case == case)
notice = st.container()  # what grows stays in a container: what is below keeps its place, and a click on it counts
if job is None:
    study = begin(case, model, original)
    study.before = before
    notice.info("Press ‘Attack and explain’ to change this picture and see where the model looked before and after.")
else:
    with notice:
        show_progress(job)
    study = job.snapshot()
    if study.attacked is not None:
        keep("quick", (attack.key, name) if study.attacked.seconds < QUICK else None)
        keep("last", study)
    elif (last := kept("last", None)) is not None and (last.case.image, last.case.classifier) == (image, name):
        study = last  # stays on the screen until the new attack is there
    if explainers and study.attacked is not None and not study.case.explainers:
        notice.info("The attack follows your settings. Press ‘Attack and explain’ to draw the maps for it.")
with st.container(key=f"study-{study.case.attack_id}"):
    show_findings(study, label(image, model), job is not None and job.alive and study.case == job.study.case)
if study.attacked is not None:
    show_downloads(study)
limits()
