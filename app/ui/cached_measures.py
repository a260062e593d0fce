"""What Streamlit caches of what was measured: the loss around an image, detectors, marked regions, trials."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
import torch
from torch import Tensor

from app.background.computing import asked
from app.ui.cached import classifier
from core.catalog import OBJECTIVES
from core.compare.comparison import SIDES, Side
from core.contracts.classifier import Classifier
from core.detection.scoring.saved_detector import Verdict
from core.gradient_masking.loss_surface import Surface
from core.trials.evidence import evidence
from core.workers import questions


def loss_surfaces(models: tuple[str, ...], image: Tensor, label: int) -> dict[str, Surface]:
    """The loss around an image (C, H, W) in [0, 1], by the name of each model; one press computes it once."""
    known = tuple((name, classifier(name).fingerprint) for name in models)
    return _loss_surfaces(known, image.numpy().tobytes(), tuple(image.shape), label)


@st.cache_resource(max_entries=8, show_spinner=False)
def _loss_surfaces(
    models: tuple[tuple[str, str], ...], raw: bytes, size: tuple[int, ...], label: int
) -> dict[str, Surface]:
    image = torch.frombuffer(bytearray(raw), dtype=torch.float32).view(size)
    names = [name for name, _fingerprint in models]
    found: dict[str, Surface] = asked(questions.surfaces, list(map(classifier, names)), names, image, label)
    return found


def detector_verdict(path: Path, sha256: str, model: Classifier, image: Tensor) -> Verdict:
    """What the detector in this file, of this content, says of an image (C, H, W) in [0, 1]; ValueError, OSError."""
    content = hashlib.sha256(image.contiguous().numpy().tobytes()).hexdigest()
    return _detector_verdict(path, sha256, model.fingerprint, content, model, image)


@st.cache_data(max_entries=256, show_spinner=False)
def _detector_verdict(
    path: Path, sha256: str, fingerprint: str, content: str, _model: Classifier, _image: Tensor
) -> Verdict:
    found: Verdict = asked(questions.detector_verdict, [_model], path, _image)
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def marked_region(name: str, _models: Mapping[Side, Classifier], weights: tuple[str, ...]) -> dict[str, Any]:
    """What two models make of the regions of the marked images `name`; weights: the models' fingerprints."""
    found: dict[str, Any] = asked(questions.marked_region, [_models[side] for side in SIDES], name)
    return found


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def trial_evidence(objective: str) -> list[str]:
    """What the trials that ship with the project have found of the objective of this key; read again after a minute."""
    return evidence(OBJECTIVES[objective])
