"""What the README's tables of the shipped checkpoints share: which accuracies, words, rows in Markdown."""

from core.checkpoints.card import Entry

ACCURACIES = {"test_clean": "clean", "test_pgd20": "pgd20", "test_autoattack": "autoattack"}  # card -> outcomes
MISSING = "not measured"


def in_markdown(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def attacks_of(begun: Entry) -> str:
    """The attacks of an AutoAttack that was not brought to its end."""
    return ", ".join(name.upper() for name in begun["after"] if name != "clean")
