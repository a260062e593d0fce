"""One picture of a batch in full, from its saved study: verdict, pictures, answers, maps; and the way to Inspect."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.cases.open_case import open_study
from app.inspect_image.panels import show_pictures, show_verdict
from app.study.map_panel import show_maps
from app.ui.advice import advice
from app.ui.cached_pictures import case_contents
from app.ui.markdown import plain
from app.ui.pick_here import known_models
from core.batch.places import case_folder, kept_picture
from core.casebook.archives.bring_picture import with_picture
from core.images.uploads import keep_upload
from core.runs.run import Run
from core.study.study import Study


def show_picture(run: Run, row: Mapping[str, Any]) -> None:
    """The study of this row."""
    with st.container(key=f"batch-picture-{row['step']}"):
        st.subheader(plain(row["name"], 200))
        try:
            study = case_contents(str(case_folder(run.folder, row["step"])), "image")
        except (ValueError, OSError) as error:
            st.error(advice(error, "The numbers above are kept; its pictures and maps cannot be shown."))
            return
        assert isinstance(study, Study)
        _open(run, row, study)
        show_verdict(study, row["label"])
        show_pictures(study, False)
        show_maps(study)


def _open(run: Run, row: Mapping[str, Any], study: Study) -> None:
    gone = study.case.classifier not in known_models(study.case.classifier)
    why = "The model is not here any more." if gone else "Shows all of it on Inspect, as it was computed."
    if st.button("Open in Inspect", icon=":material/open_in_new:", disabled=gone, help=why,
                 key=f"batch-open-{row['step']}"):  # fmt: skip
        try:
            keep_picture(run, row)
            here = with_picture(study)  # of another person's picture in a shared run: what the model saw of it
        except (ValueError, OSError) as error:
            st.error(advice(error))
            return
        open_study(here)


def keep_picture(run: Run, row: Mapping[str, Any]) -> None:
    """Have a test image found as an upload, as pictures of one's own are; ValueError or OSError if it cannot be."""
    raw = kept_picture(run.folder, row["image"])
    if raw is not None:
        keep_upload(raw, row["name"])
