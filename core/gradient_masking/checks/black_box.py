"""An attack that never looks inside must not find what gradients do not."""

from core.gradient_masking.checks._beyond_gradients import beyond
from core.gradient_masking.finding import Check, Measured
from core.gradient_masking.subject import Subject


def measure(subject: Subject) -> Measured:
    found = beyond(subject, subject.square(), "one that only asks for scores (Square)")
    return Measured(found.verdict, found.said, {**found.values, "queries": subject.queries})


CHECK = Check(
    "black_box", "An attack that sees only scores finds nothing that gradients do not",
    "Athalye et al. 2018, arXiv 1802.00420; Croce, Hein 2020, arXiv 2003.01690", measure,
)  # fmt: skip
