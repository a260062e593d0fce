"""What is known of one step of training when it is done: the numbers a run logs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TrainingStep:
    """One step of training: which, of how many, its epoch (from 0), whether it ends the epoch, and the loss parts.

    evaluations: gradient evaluations of one image since the start, a pass without a gradient counting one third; those
    on the held-out images are not in it. held: what core.training.validation found, at the end of an epoch. masks: what
    the objective says about masks it made before this step.
    """

    index: int
    total: int
    epoch: int
    epoch_ends: bool
    loss: float
    parts: Mapping[str, float]
    lr: float
    evaluations: float
    held: Mapping[str, float] = field(default_factory=dict)
    masks: Mapping[str, float] = field(default_factory=dict)
