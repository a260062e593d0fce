"""The checks against masked gradients as the shell command that carries them out."""

import shlex

from core.base.units import exact_strength
from core.runs.tasks.masking import MaskingRequest


def command(asked: MaskingRequest, device: str = "cpu") -> str:
    """The shell command.

    >>> print(command(MaskingRequest("mnist_cnn:standard", "mnist", 51 / 255, count=50)))
    counterproof masking \\
      mnist_cnn:standard \\
      --data mnist --eps 51/255 \\
      --count 50 --batch 100 --queries 1000 --seed 0
    """
    what = ["--data", asked.data] + ([] if asked.eps is None else ["--eps", exact_strength(asked.eps)])
    what += ["--surrogate", asked.surrogate] if asked.surrogate else []
    what += ["--split", asked.split] if asked.split != "test" else []
    numbers = ("--count", asked.count, "--batch", asked.batch, "--queries", asked.queries, "--seed", asked.seed)
    lines = [["counterproof", "masking"], [asked.classifier], what, list(map(str, numbers))]
    lines += [["--device", device]] if device != "cpu" else []
    return " \\\n  ".join(map(shlex.join, lines))
