"""An evaluation as the shell command that measures it."""

from core.base.params import to_spec
from core.base.units import exact_strength
from core.robustness.request import Evaluation


def command(asked: Evaluation, device: str = "cpu") -> str:
    """The evaluation as a shell command.

    >>> from core.attacks.autoattack import AutoAttack
    >>> print(command(Evaluation(("a", "b"), "mnist", (to_spec(AutoAttack(steps=20)),), (0.2,), count=50)))
    counterproof evaluate \\
      a b \\
      --data mnist \\
      --attacks autoattack \\
      --strengths 51/255 \\
      --set autoattack.steps=20 \\
      --count 50 --batch 100 --seed 0
    """
    parts = ["counterproof evaluate", " ".join(asked.classifiers), f"--data {asked.data}"]
    parts.append(f"--attacks {','.join(dict.fromkeys(each.key for each in asked.methods())) or 'none'}")
    if asked.strengths:
        parts.append(f"--strengths {','.join(map(exact_strength, asked.strengths))}")
    if asked.strengths_l2:
        parts.append(f"--l2 {','.join(map(str, asked.strengths_l2))}")
    for attack in asked.methods():
        usual = to_spec(type(attack)())
        said = [f"--set {attack.key}.{name}={value}" for name, value in to_spec(attack).items()
                if value != usual[name] and name not in ("eps", "part")]  # fmt: skip
        parts += [each for each in said if each not in parts]
    parts.append(f"--count {asked.count} --batch {asked.batch} --seed {asked.seed}")
    parts += ["--only-standing"] if asked.only_standing else []
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)
