"""What experts marked on a case, and how much of each map's weight lies there, beside what chance would give."""

from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from app.ui import components
from app.ui.markdown import plain
from app.ui.viewer import Shown, viewer
from core.casebook.answers import ExpertAnswer
from core.casebook.expert_regions import latest
from core.casebook.marked_picture import marked
from core.casebook.mask_png import read_mask
from core.casebook.overlap import overlaps
from core.compare.comparison import SIDES, Comparison
from core.compare.words import NAMES
from core.study.figures import pixels
from core.study.study import Study

HEAD = (
    ("map of the original image by", ""),
    ("weight in what should matter", "The share of what supports the answer in this map that lies in the region that "
     "the expert marked as what should matter."),
    ("weight in what should not", "The same for the region that was marked as what should not matter."),
)  # fmt: skip


def show_expert_overlap(answers: Sequence[ExpertAnswer], contents: Study | Comparison) -> None:
    """For each expert who marked something, the last time: the picture with it, and the maps against it."""
    study = contents if isinstance(contents, Study) else contents.studies["before"]
    if not (marking := latest(answers)):
        return
    st.subheader("What experts marked", help="The last answer of each expert that marks anything.")
    st.caption("Below each share, in small, what chance would give: the share of the picture that the region covers. A "
               "map that follows the expert lies well above it in the first column of numbers.")  # fmt: skip
    for answer in marking:
        st.markdown(f"**{plain(answer.expert, 100)}**, {answer.created:%Y-%m-%d}")
        try:
            relevant, spurious = regions(answer)
        except ValueError as error:
            st.warning(f"{plain(str(error), 300)}.")
            continue
        if tuple(relevant.shape) != tuple(study.original.shape[1:]):
            st.caption("It was marked on a picture of another size, so no map can be compared with it.")
            continue
        left, right = st.columns([1, 2.4], gap="large")
        with left:
            drawn = marked(pixels(study.original), relevant.numpy(), spurious.numpy())
            viewer([Shown(drawn, "original image", "original image with what the expert marked",
                          more="blue stripes: should matter; orange dots: should not")],
                   f"marked-{answer.uid}", answer.case_uid)  # fmt: skip
        with right:
            if body := list(lines(contents, relevant, spurious)):
                components.table({"head": [{"text": text, "title": help} for text, help in HEAD], "body": body},
                                 key=f"overlap-{answer.uid}")  # fmt: skip
            else:
                st.caption("This case has no map to compare it with.")


def regions(answer: ExpertAnswer) -> tuple[Tensor, Tensor]:
    """(relevant, spurious), each (H, W) bool; Unreadable in one sentence if a mask is damaged."""
    empty = torch.zeros(answer.height, answer.width, dtype=torch.bool)
    first, second = (
        empty if raw is None else torch.from_numpy(read_mask(raw, answer.height, answer.width))
        for raw in (answer.relevant, answer.spurious)
    )
    return first, second


def lines(contents: Study | Comparison, relevant: Tensor, spurious: Tensor) -> Iterator[list[dict[str, Any]]]:
    """A line for each explainer, of a comparison on each model: its name and a cell for each region (H, W)."""
    studies = {"": contents} if isinstance(contents, Study) else {
        f", {NAMES[side].lower()}": contents.studies[side] for side in SIDES}  # fmt: skip
    for explainer in contents.case.explainers if isinstance(contents, Study) else contents.pair.explainers:
        for model, study in studies.items():
            if explainer.attribution and (maps := study.maps.get(explainer.key)) is not None:
                yield [
                    {"text": f"{explainer.title}{model}"},
                    *(_cell(maps.original, each) for each in (relevant, spurious)),
                ]


def _cell(values: Tensor, region: Tensor) -> dict[str, Any]:
    """The share of the map's weight for the answer in the region, and below it what chance would give."""
    found = overlaps(values, region)
    if not region.any():
        return {"text": "nothing marked"}
    if found.inside is None:
        return {"text": "no weight", "title": "Nothing in this map supports the answer."}
    return {"text": f"{100 * found.inside:.0f} %", "range": f"by chance {100 * found.area:.0f} %"}
