"""Clauses that such measurements can support, never fulfil: what of the bundle bears on each, and what does not."""

from dataclasses import dataclass

SUPPORTS = "supports"
NOT_COVERED = (
    "Poisoning of training data or of pre-trained weights, and backdoors.",
    "Extraction of the model, and attacks on the privacy of its training data.",
    "Drift: images of another device, place or time than the test images.",
    "Changes that are larger than the strengths measured, or of another kind: rotations, stickers, printed patches.",
    "Attackers who know more than the attacks used, and attacks that are not yet known.",
    "The system around the model: how images reach it, who acts on its answers, redundancy and feedback loops.",
    "Whether people who use it are harmed, and whether groups of people are treated alike.",
)


@dataclass(frozen=True)
class Clause:
    """One clause: where it stands, what it asks in short, what of the bundle `supports` it, and what of it is open.

    `needs`: the kinds of evidence it rests on; without any of them it is not supported by this bundle.
    """

    source: str
    asks: str
    by: str
    open: str
    needs: tuple[str, ...]


CLAUSES = (
    Clause("EU AI Act (Regulation 2024/1689), Art. 15(1)",
           "An appropriate level of accuracy, robustness and cybersecurity, kept over the lifecycle.",
           "Accuracy on test images and under attack, with intervals.",
           "What level is appropriate; the lifecycle after these measurements.", ("card", "evaluate")),
    Clause("EU AI Act, Art. 15(2)", "Benchmarks and ways of measuring accuracy and robustness.",
           "Each number names its method, its settings and the command that measures it again.",
           "The Commission's own benchmarks, where there are some.", ("evaluate",)),
    Clause("EU AI Act, Art. 15(3)", "Levels of accuracy and the metrics for them are declared in the instructions.",
           "A card with metrics, intervals and numbers of images, ready to be quoted.",
           "The instructions for use themselves.", ("card",)),
    Clause("EU AI Act, Art. 15(4)", "Resilience against errors, faults and inconsistencies of inputs and environment.",
           "Accuracy under fifteen common corruptions at five severities.",
           "Redundancy, fail-safe plans and feedback loops of the system.", ("corruptions",)),
    Clause("EU AI Act, Art. 15(5)", "Resilience against attempts to alter outputs by exploiting vulnerabilities, among "
           "them adversarial examples.",
           "White-box and query attacks, the worst case image by image, and checks against masked gradients.",
           "Poisoning of data and models, confidentiality attacks, flaws of the system.", ("evaluate",)),
    Clause("NIST AI 100-2 (E2025), evasion attacks", "Evasion is described by the attacker's goal, knowledge and "
           "capability, and mitigations are tested against strong adaptive attacks.",
           "The threat model of every attack, white-box and black-box attacks, and the checks of their soundness.",
           "Attacks adapted to a defence beyond these; poisoning, privacy and misuse.", ("evaluate",)),
    Clause("ISO/IEC TR 24029-1, statistical and empirical methods", "Robustness of neural networks is assessed by "
           "statistical, formal or empirical methods, with their metrics.",
           "Statistical measures with intervals, and field-like trials by corruptions.",
           "Formal methods (ISO/IEC 24029-2): the lower bound shown elsewhere is a diagnostic, no certificate.",
           ("evaluate",)),
)  # fmt: skip
