"""A search for the smallest changes as the shell command that does it."""

import shlex

from core.runs.tasks.ara import AraRequest


def command(asked: AraRequest, device: str = "cpu") -> str:
    """The shell command.

    >>> print(command(AraRequest("mnist_cnn:standard", "mnist", count=50, norms=["rms", "l2"]), "cuda:0"))
    counterproof ara \\
      mnist_cnn:standard \\
      --data mnist --norms rms,l2 \\
      --count 50 --seed 1776 --batch 25 --steps 450 \\
      --device cuda:0
    """
    what = ["--data", asked.data, "--norms", ",".join(asked.norms)]
    what += ["--split", asked.split] if asked.split != "test" else []
    numbers = [("--count", asked.count), ("--seed", asked.seed), ("--batch", asked.batch), ("--steps", asked.steps)]
    lines = [["counterproof", "ara"], [asked.classifier], what, [str(each) for pair in numbers for each in pair]]
    lines += [["--device", device]] if device != "cpu" else []
    return " \\\n  ".join(map(shlex.join, lines))
