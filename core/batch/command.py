"""A batch as the shell command that computes it."""

from dataclasses import fields

from core.base.params import Method, to_spec
from core.base.units import in_shell
from core.batch.request import BatchRequest


def command(asked: BatchRequest, device: str = "cpu") -> str:
    """The batch as a shell command; pictures that were gathered go by the name of their collection.

    >>> from core.attacks.pgd import PGD
    >>> print(command(BatchRequest("a", to_spec(PGD(eps=0.2)), data="mnist", explainers=({"method": "lime"},))))
    counterproof batch a \\
      --data mnist --count 100 --draw-seed 0 \\
      --attack pgd \\
      --set pgd.eps=51/255 \\
      --explainers lime \\
      --seed 0 --controls 3
    """
    attack, explainers = asked.chosen_attack(), asked.chosen_explainers()
    parts = [f"counterproof batch {asked.classifier}" + (f" {asked.collection}" if asked.collection else "")]
    parts += [f"--data {asked.data} --count {asked.count} --draw-seed {asked.draw_seed}"] if asked.data else []
    parts += [f"--attack {attack.key}", *_set(attack)]
    parts += [f"--explainers {','.join(each.key for each in explainers)}"] if explainers else []
    parts += [said for each in explainers for said in _set(each)]
    parts.append(f"--seed {asked.seed} --controls {asked.controls}")
    parts += [f"--explained {asked.explained}"] if asked.explained != "answer" else []
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)


def _set(method: Method) -> list[str]:
    """Parameters that are not as usual."""
    values, usual = to_spec(method), to_spec(type(method)())
    return [f"--set {method.key}.{entry.name}={in_shell(entry, values[entry.name])}" for entry in fields(method)
            if values[entry.name] != usual[entry.name]]  # fmt: skip
