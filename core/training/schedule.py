"""How long, how fast and on what a network is trained: the settings of the one training loop."""

from dataclasses import dataclass

from core.base.params import Method, param

ONE_CYCLE, PIECEWISE, TRIANGULAR = "one_cycle", "piecewise", "triangular"
RATES = {
    ONE_CYCLE: "rise and fall (one cycle)",
    PIECEWISE: "stairs down",
    TRIANGULAR: "rise from nothing, fall to nothing (triangle)",
}


@dataclass(frozen=True)
class Schedule(Method):
    """SGD with Nesterov momentum. One cycle: the learning rate rises to `lr` over the first `warm` of the steps, then
    falls; triangular: the same, but from 0 and to 0; piecewise: `lr`, a tenth of it from one half of the steps on, a
    hundredth from three quarters on.
    """

    key = "schedule"
    title = "Training schedule"
    plain = "How many epochs, how many images in a step, and how large the steps are."

    epochs: int = param(30, low=1, high=1000, title="Epochs", help="One epoch: every training image seen once")
    batch: int = param(128, low=1, high=8192, title="Images in one step", help="The batch, over all processes")
    lr: float = param(0.05, low=0.0, high=10.0, title="Learning rate", help="Largest length of a step")
    rate: str = param(ONE_CYCLE, choices=RATES, title="Course of the learning rate", help="Rise and fall, or stairs")
    warm: float = param(0.4, low=0.0, high=1.0, title="Rise", help="The part of the steps in which the rate rises, "
                        "where it rises and falls")  # fmt: skip
    momentum: float = param(0.9, low=0.0, high=0.999, title="Momentum", help="How much of the last step is kept")
    weight_decay: float = param(5e-4, low=0.0, high=0.1, title="Weight decay", help="Pull of the weights towards zero")
    clip: float = param(
        5.0, low=0.0, high=1000.0, title="Gradient clipping",
        help="Longest gradient of all weights together; longer ones are shortened to it; 0 is off",
    )  # fmt: skip
    crop: int = param(4, low=0, high=32, title="Random crop", help="Pixels of padding before a random crop; 0 is off")
    flip: bool = param(True, title="Random mirror", help="Mirror half of the images, left to right")
    seed: int = param(0, low=0, high=2**31 - 1, title="Seed", help="Another number gives another run")
    bf16: bool = param(True, title="Half precision", help="Compute in bfloat16 where the objective allows it and "
                       "the machine is the faster for it")  # fmt: skip
    ema: float = param(
        0.0, low=0.0, high=0.9999, title="Weight averaging",
        help="Decay of a moving average of the weights, judged beside the raw ones; 0 is off",
    )  # fmt: skip
    held_out: int = param(
        1000, low=0, high=100_000, title="Held-out images",
        help="Training images kept apart, to choose the best epoch; the base model may have learnt from them before",
    )  # fmt: skip

    def too_few(self, count: int) -> str:
        """Why `count` training images are not enough, in one sentence; "" if they are."""
        if self.held_out + self.batch <= count:
            return ""
        return (
            f"{self.held_out:,} held-out images and a batch of {self.batch:,} are more than the {count:,} training "
            "images"
        )

    def rate_at(self, index: int, total: int) -> float:
        """The learning rate of step `index` (from 0) of `total`.

        >>> [round(Schedule(lr=1.0, warm=0.5).rate_at(index, 10), 2) for index in (0, 2, 4, 7, 9)]
        [0.04, 0.52, 1.0, 0.4, 0.0]
        >>> [Schedule(lr=1.0, rate="piecewise").rate_at(index, 8) for index in (0, 3, 4, 6)]
        [1.0, 1.0, 0.1, 0.01]
        >>> [Schedule(lr=1.0, rate="triangular", warm=0.25).rate_at(index, 8) for index in (0, 1, 2, 5, 7)]
        [0.0, 0.5, 1.0, 0.5, 0.16666666666666666]
        """
        if self.rate == PIECEWISE:
            return self.lr * (1.0 if 2 * index < total else 0.1 if 4 * index < 3 * total else 0.01)
        if self.rate == TRIANGULAR:  # as torch's CyclicLR with a base of 0
            rise = self.warm * total
            return self.lr * (index / rise if index < rise else (total - index) / (total - rise))
        first, last, top = self.lr / 25, self.lr / 25e4, self.warm * total - 1  # as torch's OneCycleLR by default
        if index <= top and top > 0:
            return first + (self.lr - first) * index / top
        return self.lr + (last - self.lr) * min(1.0, (index - top) / max(total - 1 - top, 1e-9))


def average_decay(ema: float, index: int) -> float:
    """The decay of the moving average after step `index` (from 0): short at first, so that the start is forgotten.

    min(ema, (1 + index) / (10 + index)), as in TensorFlow's ExponentialMovingAverage.
    """
    return min(ema, (1 + index) / (10 + index))
