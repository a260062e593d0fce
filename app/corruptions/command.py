"""A measurement under common corruptions as the shell command that does it."""

import shlex

from core.runs.tasks.corruptions import CorruptionsRequest


def command(asked: CorruptionsRequest, device: str = "cpu") -> str:
    """The shell command.

    >>> print(command(CorruptionsRequest(["a", "b"], "cifar10", 200, official="CIFAR-10-C"), "cuda:0"))
    counterproof corruptions \\
      a b \\
      --data cifar10 --official CIFAR-10-C \\
      --count 200 --batch 100 --seed 0 \\
      --device cuda:0
    """
    source = ["--data", asked.data, *(["--official", asked.official] if asked.official else [])]
    numbers = ["--count", str(asked.count), "--batch", str(asked.batch), "--seed", str(asked.seed)]
    lines = [["counterproof", "corruptions"], asked.classifiers, source, numbers]
    lines += [["--device", device]] if device != "cpu" else []
    return " \\\n  ".join(map(shlex.join, lines))
