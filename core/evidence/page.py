"""The bundle's one page: HTML that opens without a network and executes nothing."""

import html
from collections.abc import Mapping

from core.base.plain_line import plain_line
from core.checkpoints.card import Card
from core.evaluation.gate_words import GATES, short, state
from core.evidence.clauses import CLAUSES, NOT_COVERED, SUPPORTS
from core.evidence.collect import KINDS, Evidence
from core.robustness.html_page import page_of, table
from core.runs.task_words import found

BEARS = (
    "Supports: this bundle holds evidence that bears on the clause. Nothing here says that a system complies with one."
)
THREAT = (
    "The attacker knows the network and its weights (white box), or may only ask it (Square). The aim is any wrong "
    "answer. The change of a picture is bounded: by the largest change of a colour value (L-infinity) or by its length "
    "(L2), at the strengths told. Every image is attacked by itself; what counts is the worst attack on it."
)


def page(evidence: Evidence, facts: Mapping[str, str]) -> str:
    """The whole page. facts: versions and hashes."""
    parts = [f"<h1>Evidence: {html.escape(evidence.model)}</h1>", _p(
        "What is known of this model's robustness, how it was measured, and what it does not cover. It supports an "
        "assessment; it is none."
    )]  # fmt: skip
    parts += [_h("Threat model"), _p(THREAT), _h("Card"), _card(evidence.card)]
    checks = [[f"{title} ({gate})", asks, state(evidence.card, gate)] for gate, (title, asks) in GATES.items()]
    parts += [_h("Checks against masked gradients"), _p(f"{short(evidence.card)}.")]
    parts.append(table([["check", "asks", "state"], *checks], words=True))
    for number, each in enumerate(evidence.measured):
        if number == 0 or each.task != evidence.measured[number - 1].task:
            parts.append(_h(KINDS[each.task]))
        parts += [_p(plain_line(line, 600)) for line in found(each.task, each.result).splitlines()]
        parts.append(_p(f"Run {each.id}; everything in runs/{each.id}/."))
    if evidence.missing:
        parts += [_h("Not measured"), table([["kind", "would be measured by"], *(
            [KINDS[kind], command] for kind, command in evidence.missing.items()
        )], words=True)]  # fmt: skip
    parts += [_h("Not covered"), "<ul>" + "".join(f"<li>{html.escape(each)}</li>" for each in NOT_COVERED) + "</ul>"]
    parts += [_h("Clauses it can support"), _p(BEARS), _clauses(evidence)]
    parts += [_h("Versions and hashes"), table([["", ""], *map(list, facts.items())], words=True)]
    return page_of(f"Evidence: {evidence.model}", "\n".join(parts))


def _card(card: Card | None) -> str:
    if card is None:
        return _p("This model has no card here.")
    rows = [["", ""]]
    for words, value in (("title", card.title), ("architecture", card.architecture),
                         ("put into it", ", ".join(str(each.get("method")) for each in card.layers or ())),
                         ("trained on", card.data),
                         ("made by", card.command), ("sha256 of the weights", card.sha256)):  # fmt: skip
        rows += [[words, str(value)]] if value else []
    for words, entry in (("right as they are", card.test_clean), ("right under PGD-20", card.test_pgd20),
                         ("right under AutoAttack", card.test_autoattack),
                         ("right under attacks carried over from other networks", card.test_transfer)):  # fmt: skip
        if entry:
            low, high = entry["interval_95"]
            at = f" at {255 * entry['eps']:.4g}/255" if "eps" in entry else ""
            rows.append([words + at, f"{entry['accuracy']:.1%} ({low:.1%} to {high:.1%}) of {entry['count']:,} images"])
    return table(rows, words=True)


def _clauses(evidence: Evidence) -> str:
    rows = [["clause", "asks", "state", "by", "open"]]
    for clause in CLAUSES:
        there = set(clause.needs) <= evidence.kinds
        state = SUPPORTS if there else "no evidence in this bundle"
        rows.append([clause.source, clause.asks, state, clause.by if there else "", clause.open])
    return table(rows, words=True)


def _p(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def _h(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"
