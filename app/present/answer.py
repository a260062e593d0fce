"""The answer of an expert: what the form needs, what comes back checked, and one answer of it in the casebook."""

from typing import Any, get_args

import numpy as np

from app.ui.encoded import data_url
from core.casebook.answers import COMMENT, EXPERT, ExpertAnswer, Guess, Hand, Order, Verdict, add_answer
from core.casebook.casebook import Casebook
from core.casebook.mask_png import mask_png, read_mask
from core.casebook.regions import KINDS, Cuts, masks
from core.explainers.lime import Lime
from core.occlusion.superpixels import superpixels
from core.study.figures import pixels, png
from core.study.study import Study
from core.untrusted.json_part import Part

ASK = "Mark on the original what should matter for the answer, and what should not. You need not."


def question(study: Study) -> str:
    """What is agreed to or not."""
    assert study.attacked is not None
    return f"To the original picture the model says ‘{study.labels[study.attacked.before.top]}’. Do you agree?"


def parts_of(study: Study) -> tuple[str, int, Any]:
    """(kind, how many were asked for, numbers (H, W)) of the parts of the original: LIME's own where it has a map."""
    lime = next((each for each in study.case.explainers if isinstance(each, Lime)), Lime())
    kind = lime.segmentation if lime.segmentation in KINDS else "slic"
    return kind, lime.segments, superpixels(study.original[None], kind, lime.segments)[0].numpy()


def to_mark(study: Study) -> dict[str, Any]:
    """The picture and its parts, as the form takes them: the parts as runs [number, length, ...] in reading order."""
    kind, cells, cut = parts_of(study)
    flat = cut.ravel()
    begins = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]])
    lengths = np.diff(np.r_[begins, flat.size])
    return {
        "src": data_url(png(pixels(study.original))), "alt": "Original picture", "height": cut.shape[0],
        "width": cut.shape[1], "kind": kind, "cells": cells, "runs": np.c_[flat[begins], lengths].ravel().tolist(),
    }  # fmt: skip


def draft_id(given: Any) -> str:
    """The name of the draft that was sent, "" if it has none."""
    found = given.get("id") if isinstance(given, dict) else None
    return found[:40] if isinstance(found, str) else ""


def keep_answer(
    book: Casebook, study: Study, uid: str, given: Any, *, guess: Guess | None = None, attacked_side: Hand | None = None
) -> ExpertAnswer:
    """Keep what the form sent as an answer to the case `uid`; ValueError or OSError in one sentence, and nothing kept.

    guess, attacked_side: of an expert who was asked before being told; None of one who was not.
    """
    told = Part(given, "the answer").record(("id", "expert", "verdict", "comment", "drawn"))
    named = told["verdict"].one_of(get_args(Verdict))
    verdict: Verdict = next(each for each in get_args(Verdict) if each == named)
    height, width = study.original.shape[1:]
    kind, cells, cut = parts_of(study)
    cuts: Cuts = {(kind, cells): cut}
    relevant, spurious = masks(told["drawn"].value, height, width, cuts)
    order: Order = "open" if guess is None else "blind"
    made = ExpertAnswer(
        uid, told["expert"].text(EXPERT), order, height, width, verdict, guess, attacked_side if guess else None,
        told["comment"].text(COMMENT, r"(?s:.*)"), told["drawn"].value,
        mask_png(relevant) if relevant.any() else None, mask_png(spurious) if spurious.any() else None,
    )  # fmt: skip
    return add_answer(book, made)


def marked_words(answer: ExpertAnswer) -> str:
    """How much of the picture was marked, in a sentence.

    >>> marked_words(ExpertAnswer("", "E", "open", 2, 2))
    'Nothing was marked.'
    """
    said = []
    for raw, name in ((answer.relevant, "should matter"), (answer.spurious, "should not")):
        if raw is not None:
            share = read_mask(raw, answer.height, answer.width).mean()
            said.append(f"{'< 1' if share < 0.005 else f'{100 * share:.0f}'} % of the picture as what {name}")
    return f"Marked: {', '.join(said)}." if said else "Nothing was marked."
