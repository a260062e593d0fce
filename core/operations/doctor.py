"""Everything that `counterproof doctor` looks at, in the order in which it is told."""

from collections.abc import Callable, Iterator

from core.base.errors import with_advice
from core.operations.checks import brought, graphics, kept, machine, sign_in, surroundings, versions
from core.operations.finding import Finding

Check = Callable[[], Finding | list[Finding]]


def checks(port: int, *, network: bool = False) -> dict[str, Check]:
    """What is looked at -> the function that does. The network is left alone unless asked for."""
    found: dict[str, Check] = {
        "Python": versions.python, "libraries": versions.libraries, "processor": machine.processor,
        "graphics": graphics.graphics, "memory": machine.memory, "disk": machine.disk, "extras": versions.extras,
        "data": brought.data, "shipped weights": brought.shipped, "torchvision": brought.torchvision,
        "folder": kept.folder, "casebook": kept.casebook, "audit trail": kept.trail, "runs": kept.runs,
        "launcher": kept.launchers, "port": lambda: surroundings.port(port), "sign-in": sign_in.sign_in,
        "clock": surroundings.clock,
        "letters": surroundings.letters,
    }  # fmt: skip
    return found | ({"network": surroundings.network} if network else {})


def examined(checks: dict[str, Check]) -> Iterator[Finding]:
    """What each of them finds, as soon as it has; one that cannot be made is a problem, and the others go on."""
    for what, check in checks.items():
        try:
            found = check()
        except Exception as error:  # noqa: BLE001  whatever is wrong with a machine, the rest of it is still looked at
            said = f"could not be looked at: {with_advice(error) or type(error).__name__}"
            found = Finding(what, said, "problem", "See whether the others below or above explain it.")
        yield from found if isinstance(found, list) else [found]
