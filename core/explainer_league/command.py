"""A league as the shell command that measures it."""

from collections.abc import Sequence

from core.base.params import Method, to_spec
from core.base.units import exact_strength
from core.explainer_league.request import LeagueRequest


def command(asked: LeagueRequest, device: str = "cpu") -> str:
    """The league as a shell command; explainers and metrics that are not named are all there are.

    >>> from core.explainers.lime import Lime
    >>> print(command(LeagueRequest("a", "mnist", [to_spec(Lime(samples=200))], [{"method": "road"}], count=50)))
    counterproof explainers a \\
      --data mnist \\
      --explainers lime \\
      --metrics road \\
      --set lime.samples=200 \\
      --count 50 --seed 0
    """
    explainers, metrics, attack = asked.chosen_explainers(), asked.chosen_metrics(), asked.pgd()
    parts = [f"counterproof explainers {asked.classifier}", f"--data {asked.data}"]
    parts += [f"--explainers {_keys(explainers)}"] if explainers is not None else []
    parts += [f"--metrics {_keys(metrics)}"] if asked.metrics is not None else []
    for method in (*(explainers or ()), *(metrics if asked.metrics is not None else ())):
        usual = to_spec(type(method)())
        parts += [f"--set {method.key}.{name}={value}" for name, value in to_spec(method).items()
                  if value != usual[name]]  # fmt: skip
    parts += [f"--stability {exact_strength(attack.eps)}"] if attack is not None else []
    parts += [f"--group '{','.join(asked.group)}'"] if asked.group else []
    parts.append(f"--count {asked.count} --seed {asked.seed}")
    parts += [f"--device {device}"] if device != "cpu" else []
    return " \\\n  ".join(parts)


def _keys(methods: Sequence[Method]) -> str:
    return ",".join(each.key for each in methods)
